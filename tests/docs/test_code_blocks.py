"""Every block of Python in the documents runs."""

import pytest

from tests.docs.documents import PAGES, ROOT, blocks

PYTHON = [block for page in PAGES for block in blocks(page) if block.language in {"python", "py"}]


@pytest.mark.slow
@pytest.mark.parametrize("block", PYTHON, ids=lambda block: f"{block.page.relative_to(ROOT)}:{block.line}")
def test_block_runs(block, tmp_path, monkeypatch):
    """In an empty folder that shows the repository's pictures, so that nothing is written into the repository."""
    for name in ("demo", "data", "pre-trained"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    exec(compile(block.code, f"{block.page}:{block.line}", "exec"), {"__name__": "document"})


def test_the_conventions_are_checked_by_code():
    assert ROOT / "docs" / "conventions.md" in {block.page for block in PYTHON}
