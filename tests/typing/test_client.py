"""What type checkers see of the package is what is there, and as wide as its docstrings say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fsanet
from tests.docs.documents import ROOT, blocks

HERE = Path(__file__).resolve().parent
INIT = Path(fsanet.__file__)


def homes_for_type_checkers(source: str) -> dict[str, str]:
    """Names that are imported under TYPE_CHECKING to be passed on, and the modules that they come from."""
    conditions = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    checked = [node for node in conditions if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"]
    imports = [node for condition in checked for node in condition.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname: node.module for node in imports for alias in node.names}


def test_type_checkers_see_the_names_that_are_there():
    assert homes_for_type_checkers(INIT.read_text(encoding="utf-8")) == fsanet._HOMES


@pytest.mark.slow
def test_a_program_in_strict_types_is_right_where_it_is_and_wrong_where_it_is_marked(tmp_path):
    code = "\n".join(block.code for block in blocks(ROOT / "README.md") if block.language == "python")
    assert "estimator(cv2.imread(" in code
    (tmp_path / "readme.py").write_text(code, encoding="utf-8")
    words = [sys.executable, "-m", "mypy", "--config-file", HERE / "mypy.ini", HERE / "client.py", "readme.py"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
