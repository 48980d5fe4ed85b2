"""A mistake of ours never passes for a fault of the file: who may catch more than `InputError` and `OSError`."""

import ast
import errno
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fsanet.errors import EXTRAS, InputError, sentence_of
from fsanet.readers import type1
from fsanet.readers.set_builder import build_set

PACKAGE = Path(__file__).resolve().parent.parent / "lib" / "fsanet"
BROAD = {"Exception", "BaseException", "ValueError", "TypeError", "KeyError", "AttributeError", "RuntimeError"}
# file: what is parsed or run in such a `try`; nothing of ours
ALLOWED = {
    "benchmarks/fuzz/readers.py": "counts mistakes of ours: that is its work",
    "cluster/dask_pool.py": "Dask's client",
    "cluster/record.py": "json of an earlier run",
    "console.py": "the outermost frame, which tells our errors from the person's",
    "datasets/npz_file.py": "np.load",
    "engines/openvino_engine.py": "OpenVINO's reader",
    "engines/reading.py": "json of a file's metadata",
    "engines/tensorflow_engines.py": "LiteRT's and TensorFlow's readers",
    "locations.py": "Path.home",
    "models/single_stage/table.py": "Keras' reader",
    "image/reading.py": "pillow-heif's reader",
    "image/lens.py": "numbers of a text",
    "inference/video/open_media.py": "PyAV",
    "inference/stages.py": "carries an error from one thread to another",
    "inference/rows/file.py": "paths on two drives of Windows",
    "inference/rows/journal.py": "json of an earlier run",
    "inference/rows/tables.py": "rows of a file",
    "inference/video/reader.py": "PyAV's list of side data",
    "readers/biwi.py": "json of a split",
    "readers/biwi_protocol.py": "numbers of a text",
    "datasets/parts.py": "json of an earlier run; cleans up and raises again",
    "readers/face_boxes.py": "json of an earlier run",
    "readers/own_table.py": "numbers of a table",
    "readers/pointing04.py": "numbers of a text",
    "readers/wider_face.py": "numbers of a text and lists of MATLAB",
    "scenes/bank.py": "json of an earlier run",
    "sessions.py": "ONNX Runtime's reader",
    "training/checkpoint.py": "a key of the file",
    "training/settings.py": "a literal of the command line",
    "training/processes/shared_learner.py": "a lost process, in words of TensorFlow",
    "workers.py": "stops its processes and raises again",
    "weights/download.py": "parts of an address; cleans up and raises again",
    "weights/model_files.py": "a .keras archive, and its json",
    "weights/reading.py": "h5py's reader",
}


def broad_handlers(source: str) -> list[int]:
    """Lines of `except` clauses that would catch mistakes of ours."""
    handlers = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler))
    return [
        handler.lineno
        for handler in handlers
        if handler.type is None or {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} & BROAD
    ]


def test_the_walk_sees_broad_handlers():
    assert broad_handlers("try: f()\nexcept (OSError, ValueError): g()\ntry: f()\nexcept: g()") == [2, 4]
    assert not broad_handlers("try: f()\nexcept (OSError, InputError): g()")


def test_only_the_readers_of_others_formats_catch_more_than_the_persons_errors():
    broad = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := broad_handlers(path.read_text(encoding="utf-8")))
    }
    new = {file: lines for file, lines in broad.items() if file not in ALLOWED}
    assert not new, f"{new}: catch InputError and OSError; or say in ALLOWED what else is run there"
    assert not ALLOWED.keys() - broad.keys(), "no longer needed"


def test_a_bug_of_a_reader_is_no_broken_sample(tmp_path, type1_writer, monkeypatch):
    def crop_with_a_bug(*_):
        raise ValueError("operands could not be broadcast together")

    type1_writer(tmp_path / "raw", "face")
    monkeypatch.setattr(type1, "crop_face", crop_with_a_bug)
    with pytest.raises(ValueError, match="broadcast"):
        build_set(type1.type1_recipe(tmp_path / "raw", tmp_path / "set.npz"), workers=1, quiet=True)
    assert not (tmp_path / "set.npz").exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\n b", "a b"), ("a\r\n\tb", "a b"), ("a\0b\x1b[2Jc", "a b [2Jc"), ("two  spaces", "two  spaces")],
)
def test_a_message_is_one_line_whatever_it_quotes(text, shown):
    assert str(InputError(text)) == shown


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "x"), "The disk is full: free some space, or give a path on another disk."),
        (
            OSError(errno.EFBIG, "x", "a"),
            "The file is larger than the disk, or this user's limit, takes at 'a': free some space, or give a path on "
            "another disk.",
        ),
        (OSError(errno.ENOSPC, "x", "a"), "The disk is full at 'a': free some space, or give a path on another disk."),
        (OSError(errno.EROFS, "x", "a"), "'a' lies on a disk that is read-only: check the path, or give another one."),
        (OSError(errno.ELOOP, "x", "a"), "'a' leads round in a circle of links: check the path, or give another one."),
        (OSError("the worker is gone"), "the worker is gone"),
        (FileNotFoundError("No file 'a\x1b[2J\nb'"), "No file 'a [2J b'"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(error, sentence):
    assert sentence_of(error) == sentence


def test_extras_bring_the_packages_that_are_named_with_them():
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for package, extras in EXTRAS.items():
        for extra in extras:
            wanted = [text.split(">=")[0].replace("-", "_") for text in project["optional-dependencies"][extra]]
            assert package in wanted, extra


@pytest.mark.parametrize("code", ["fsanet.build_model", "from fsanet import load_model", "import fsanet.compat"])
def test_from_python_too_a_missing_package_is_told_with_its_extra(code):
    without = "import sys, fsanet; from fsanet.errors import EXTRAS; sys.modules.update(dict.fromkeys(EXTRAS))"
    done = subprocess.run([sys.executable, "-c", f"{without}\n{code}"], capture_output=True, text=True, check=False)
    said = "MissingPackageError: This needs keras, which is not installed: pip install 'fsanet[keras]'."
    assert done.stderr.splitlines()[-1] == f"fsanet.errors.{said}"
