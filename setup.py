"""What the metadata cannot say in a file: it depends on who builds.

- A clone is installed editable, for people with a screen: its demos open windows, so it needs `opencv-python`. A wheel
  is for servers too, where that one dies for want of libGL: it needs the headless build. Both in one environment
  overwrite each other's files. `release/backend.py` tells which it is.
- A wheel carries our own weights for Keras, which a clone has in `pre-trained/`.
- FSANET_REPOSITORY, the address of the repository, makes the links and pictures of the README absolute, as PyPI's page
  needs them, and gives the project's addresses. Without it neither is there.
"""

import os
import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

OPENCV = {"clone": "opencv-python", "wheel": "opencv-python-headless"}
DEPENDENCIES = ["numpy>=1.26,<3", "onnxruntime>=1.20,<2", "tqdm>=4.66,<5"]
ROOT = Path(__file__).resolve().parent
OUR_WEIGHTS = ("pre-trained/free_models", "pre-trained/synthetic_models", "pre-trained/scout_models")
PICTURES = (".jpg", ".png", ".gif")
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)[^)\s]+")  # of [text](link), where it is no address


def dependencies(kind: str) -> list[str]:
    """What a "clone" or a "wheel" needs."""
    return [*DEPENDENCIES, f"{OPENCV[kind]}>=4.11,<5"]


def absolute_links(markdown: str, repository: str, revision: str) -> str:
    """The text with links into the repository made addresses; pictures as the pictures themselves.

    Args:
        markdown: with links relative to the repository's root.
        repository: its address, such as https://github.com/somebody/fsanet.
        revision: a tag, branch or commit.
    """

    def address(link: re.Match) -> str:
        view = "raw" if link.group().endswith(PICTURES) else "blob"
        return f"{repository}/{view}/{revision}/{link.group()}"

    return LINK.sub(address, markdown)


def project_urls(repository: str, revision: str) -> dict[str, str]:
    """The addresses that PyPI shows beside the project."""
    return {
        "Source": repository,
        "Issues": f"{repository}/issues",
        "Documentation": f"{repository}/tree/{revision}/docs",
        "Changelog": f"{repository}/blob/{revision}/CHANGELOG.md",
    }


class BuildWithWeights(build_py):
    """The package, and in a wheel `fsanet/pre-trained/` beside its modules."""

    def run(self):
        """As setuptools does it, and the weights."""
        super().run()
        if not self.editable_mode:
            for folder in OUR_WEIGHTS:
                target = Path(self.build_lib, "fsanet", folder)
                shutil.copytree(ROOT / folder, target, dirs_exist_ok=True)


def settings() -> dict:
    """What `setup` is told beside pyproject.toml."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    repository = os.environ.get("FSANET_REPOSITORY", "").rstrip("/")
    revision = os.environ.get("FSANET_REVISION", "main")
    return {
        "cmdclass": {"build_py": BuildWithWeights},
        "install_requires": dependencies(os.environ.get("FSANET_BUILD", "wheel")),
        "long_description": absolute_links(readme, repository, revision) if repository else readme,
        "long_description_content_type": "text/markdown",
        "project_urls": project_urls(repository, revision) if repository else {},
    }


if __name__ == "__main__":
    setup(**settings())
