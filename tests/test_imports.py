"""Imports run one way, and importing the package is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lib" / "fsanet"

# room -> rooms of ours that it may import, itself always included. Leaves may be used by every room.
LEAVES = {
    "errors",
    "checks",
    "files",
    "console",
    "locations",
    "options",
    "workers",
    "plots",
    "tensors",
    "together",
    "builds",
    "sessions",
    "interrupts",
    "mediapipe_environment",
    "quotas",
}
ALLOWED = {
    "pose": set(),
    "image": set(),
    "layers": set(),
    "dense": set(),
    "detectors": {"image", "pose", "dense"},
    "datasets": {"pose", "image"},
    "models": {"layers", "dense"},
    "weights": {"models"},
    "engines": {"pose", "image", "layers", "models", "weights", "export"},
    "export": {"pose", "image", "layers", "dense", "models", "weights", "datasets"},
    "readers": {"pose", "image", "datasets", "detectors"},
    "rendering": {"pose", "image", "datasets"},
    "overlays": {"pose", "image", "datasets", "rendering"},
    "profiling": {"pose", "image", "datasets", "readers", "rendering"},
    "scenes": {"pose", "image", "dense", "detectors", "datasets", "readers", "rendering", "overlays"},
    "evaluation": {
        "pose",
        "image",
        "dense",
        "datasets",
        "detectors",
        "models",
        "engines",
        "readers",
        "rendering",
        "scenes",
    },
    "training": {
        "pose",
        "image",
        "datasets",
        "detectors",
        "dense",
        "models",
        "weights",
        "engines",
        "evaluation",
        "scenes",
    },
    "inference": {"pose", "image", "detectors", "models", "engines"},
    "cluster": {"inference"},
    **{leaf: set() for leaf in LEAVES},
}
# rooms of programs -> other programs that they may import, besides every room above; cli loads its verbs by their names
PROGRAMS = {"__main__": {"cli"}, "cli": set(), "commands": {"benchmarks"}, "benchmarks": set(), "compat": set()}


def imported_modules(file: Path) -> set[str]:
    """Full dotted names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{file.relative_to(ROOT)}:{node.lineno} uses a relative import; write the full name"
            )
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_rooms(file: Path) -> set[str]:
    return {name.split(".")[1] for name in imported_modules(file) if name.startswith("fsanet.")} - {"__version__"}


def room_of(file: Path) -> str:
    relative = file.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def package_files() -> list[Path]:
    return sorted(file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "__init__.py")


@pytest.mark.parametrize("file", package_files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_package_imports_run_one_way(file):
    room = room_of(file)
    assert room in ALLOWED | PROGRAMS, f"room '{room}' is not in the layout; add it to ALLOWED with what it may import"
    below = PROGRAMS[room] | set(ALLOWED) if room in PROGRAMS else ALLOWED[room] | LEAVES
    allowed = {room} | below
    imported = imported_rooms(file)
    assert imported <= allowed, f"{room} may not import {sorted(imported - allowed)}"


@pytest.mark.parametrize("room", sorted(ALLOWED | PROGRAMS))
def test_a_room_imports_all_that_it_may(room):
    """What is granted and not used would let a wrong import in unseen."""
    imported = set().union(*(imported_rooms(file) for file in package_files() if room_of(file) == room))
    assert not (ALLOWED | PROGRAMS)[room] - imported, "no longer needed"


def test_model_spec_imports_nothing_of_ours_but_checks_and_their_error():
    names = imported_modules(PACKAGE / "models" / "spec.py")
    assert {name for name in names if name.split(".")[0] in {"fsanet", "keras", "tensorflow"}} == {
        "fsanet.checks.whole",
        "fsanet.errors.InputError",
    }


def file_of(name: str) -> Path | None:
    """The file of ours that an imported name leads to, a module or something in one; None where there is none."""
    parts = name.split(".")[1:]
    whole, owner = PACKAGE.joinpath(*parts), PACKAGE.joinpath(*parts[:-1])
    modules = [whole.with_suffix(".py"), whole / "__init__.py", owner.with_suffix(".py")]
    found = next((file for file in modules if file.is_file()), None)
    package = owner / "__init__.py"
    if found is None and package.is_file() and parts[-1] in package.read_text(encoding="utf-8"):
        return package
    return found


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Groups of files of which each imports every other, by way of others or itself: Tarjan's algorithm.

    Args:
        imports: what each file imports.
    """
    number, lowest, stack, found = {}, {}, [], []

    def visit(file: str) -> None:
        number[file] = lowest[file] = len(number)
        stack.append(file)
        for other in imports.get(file, ()):
            if other not in number:
                visit(other)
            if other in stack:
                lowest[file] = min(lowest[file], lowest[other])
        if lowest[file] == number[file]:
            group = stack[stack.index(file) :]
            del stack[stack.index(file) :]
            if len(group) > 1 or file in imports.get(file, ()):
                found.append(set(group))

    for file in imports:
        if file not in number:
            visit(file)
    return found


def test_no_circle_of_files():
    """Imports within functions count: a circle that works by luck of the order is one all the same."""
    imports = {}
    for file in package_files():
        targets = (file_of(name) for name in imported_modules(file) if name.startswith("fsanet."))
        imports[str(file.relative_to(PACKAGE))] = {str(t.relative_to(PACKAGE)) for t in targets if t} - {"__init__.py"}
    assert circles(imports) == []


def test_circles_are_found():
    chain = {"a": {"b"}, "b": {"c"}, "c": set()}
    assert circles(chain) == []
    assert circles(chain | {"c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]
    assert circles({"a": {"a"}, "b": {"a"}}) == [{"a"}]


def test_what_is_imported_of_ours_exists():
    """Imports within functions included, which no other test may run."""
    files = [
        file for folder in ("lib", "tests", "demo", "data", "training_and_testing") for file in python_files(folder)
    ]
    lost = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in imported_modules(file)
        if name.startswith("fsanet.") and file_of(name) is None
    ]
    assert not lost


def python_files(folder: str) -> list[Path]:
    return [file for file in (ROOT / folder).rglob("*.py") if not {".venv", "runs"} & set(file.parts)]


def test_the_walk_sees_a_wrong_direction(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from fsanet.inference import estimator\n")
    assert imported_modules(wrong) == {"fsanet.inference.estimator"}
    assert file_of("fsanet.inference.estimator.Face") == PACKAGE / "inference" / "estimator.py"
    assert file_of("fsanet.layers.CapsuleLayer") == PACKAGE / "layers" / "__init__.py"
    assert file_of("fsanet.inference.nowhere") is None
    assert file_of("fsanet.inference.nowhere.Face") is None


def test_import_is_light():
    code = (
        "import sys, fsanet; fsanet.MODELS; "
        "heavy = {'tensorflow', 'keras', 'cv2', 'jax', 'torch', 'onnxruntime', 'h5py', 'scipy'} & set(sys.modules); "
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_listed_is_there_in_a_plain_installation_too():
    """The names of Keras are not listed there; who asks for one is told what to install."""
    code = """
import inspect, pydoc, sys, unittest.mock
sys.modules.update(dict.fromkeys(("keras", "tensorflow", "h5py")))  # importing them is an error
import fsanet
from fsanet import *
inspect.getmembers(fsanet)
pydoc.render_doc(fsanet)
unittest.mock.create_autospec(fsanet)
assert {"HeadPoseEstimator", "Pose"} <= set(dir()) and "load_model" not in dir(fsanet), dir(fsanet)
try:
    from fsanet import load_model
except ImportError as error:
    assert "pip install 'fsanet[keras]'" in str(error), error
else:
    sys.exit("load_model came without Keras")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("stand_in", ["types.ModuleType('keras')", "unittest.mock.MagicMock()"])
def test_it_is_imported_where_something_stands_in_for_keras(stand_in):
    """As unit tests and builds of docs have it."""
    code = (
        f"import sys, types, unittest.mock; sys.modules['keras'] = sys.modules['h5py'] = {stand_in}; "
        "import fsanet; sys.exit('load_model' not in fsanet.__all__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_listed_once_in_their_order_used_or_not():
    import fsanet

    assert fsanet.Pose
    names = dir(fsanet)
    assert names == sorted(set(names))
    assert sorted(fsanet.__all__) == sorted(fsanet._HOMES)


def test_a_photograph_waits_for_nothing_that_it_does_not_need(tmp_path):
    code = (
        "import sys; from fsanet.cli import main; code = main(sys.argv[1:]); "
        "print('loaded:', *{'tqdm', 'multiprocessing', 'importlib.metadata', 'keras'} & set(sys.modules)); "
        "sys.exit(code)"
    )
    photo = str(ROOT / "demo" / "assets" / "hopper.jpg")
    words = [sys.executable, "-c", code, "estimate", photo, "--out", str(tmp_path), "--quiet"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    angles, loaded = done.stdout.splitlines()
    assert angles.startswith(f"{photo}: face 0  yaw ")
    assert loaded == "loaded:"


def test_who_hands_out_masks_does_not_wait_for_the_renderer():
    code = "import sys, fsanet.commands.mask; sys.exit(', '.join(sorted({'numba', 'scipy'} & set(sys.modules))) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
