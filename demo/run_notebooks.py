"""`make notebooks`: run the notebooks of demo/notebooks/ from top to bottom and keep what they show.

python -m demo.run_notebooks                                          all of them
python -m demo.run_notebooks demo/notebooks/3_look_inside.ipynb
python -m demo.run_notebooks --check                                  leave the files as they are
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from fsanet.console import progress, run_command
from fsanet.errors import InputError
from fsanet.files import replace_whole

REPOSITORY = Path(__file__).resolve().parent.parent
NOTEBOOKS = Path(__file__).resolve().parent / "notebooks"
_CELL_TIMEOUT_S = 1800  # a minute where nothing else runs
_NOTICE = re.compile(r"WARNING: All log messages before absl|[IWE]0000 00:\d+|To enable the following instructions")


@run_command
def main(argv: list[str] | None = None) -> None:
    """Run the notebooks that `argv` names, all by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="files (default: all of demo/notebooks/)")
    parser.add_argument("--check", action="store_true", help="run only, do not write")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    args = parser.parse_args(argv)
    paths = args.notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in (bar := progress(paths, unit="notebook", quiet=args.quiet)):
        bar.set_description(path.stem)
        executed = run(path)
        if not args.check:
            with replace_whole(path) as temporary:
                nbformat.write(executed, temporary)


def run(path: Path) -> nbformat.NotebookNode:
    """Run a notebook in a kernel of its own, in the repository's root.

    Args:
        path: an .ipynb file.

    Returns:
        The notebook with its outputs, without times of execution.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the file is no notebook, or a cell fails, with the cell and its error.
    """
    if not path.is_file():
        raise FileNotFoundError(f"No notebook at '{path}'.")
    notebook = _read(path)
    client = NotebookClient(
        notebook,
        timeout=_CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(REPOSITORY)}},
    )
    manager = client.create_kernel_manager()
    manager.transport = "ipc" if sys.platform != "win32" else "tcp"  # no open port, and no warning about one
    try:
        # What cells print comes as messages; what reaches the terminal besides is native code talking to itself.
        client.execute(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        raise InputError(f"'{path.name}' fails: {error}") from None
    for cell in notebook.cells:
        _drop_notices(cell)
    return notebook


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"'{path}' is no notebook: {said[0].rstrip('.')}.") from None
    return notebook


def _drop_notices(cell: nbformat.NotebookNode) -> None:
    """Take away what TensorFlow's native code writes at import, which no setting silences."""
    for output in list(cell.get("outputs", ())):
        if output.get("name") == "stderr":
            kept = [line for line in output.text.splitlines(keepends=True) if not _NOTICE.match(line)]
            output.text = "".join(kept)
            if not output.text.strip():
                cell.outputs.remove(output)


if __name__ == "__main__":
    sys.exit(main())
