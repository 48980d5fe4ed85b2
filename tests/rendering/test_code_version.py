"""What counts as drawn by another version: for each kind of thing that is made, which files draw it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fsanet
from fsanet.datasets.pose_set import PoseSet
from fsanet.overlays.haired_set import haired_set
from fsanet.overlays.masked_set import masked_set
from fsanet.rendering.code_version import (
    CROPS,
    HAIRED,
    HARD,
    KINDS,
    MASKED,
    PHOTOGRAPHED_BANK,
    PROFILED,
    RENDERED,
    RENDERED_BANK,
    SURROUNDED,
    code_version,
    drawing_files,
)
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.surrounded_set import surrounded_set

PACKAGE = Path(fsanet.__file__).parent
ROOMS = ("rendering", "overlays", "profiling", "scenes")
DRAWN_BY = {
    RENDERED: "rendering.samples",
    HAIRED: "overlays.hair fsanet.rendering.tags",
    MASKED: "overlays.mask",
    SURROUNDED: "scenes.surrounded_set",
    RENDERED_BANK: "scenes.cutout",
    PHOTOGRAPHED_BANK: "scenes.photograph_cutout",
    HARD: "scenes.compose",
    CROPS: "scenes.crops",
    PROFILED: "profiling.copies",
}
# loaded by what draws: plans and readers of what was drawn before, and the lists themselves
DRAWS_NOTHING = {"rendering/code_version.py", "scenes/bank.py", "scenes/bank_plan.py", "scenes/ingredients.py"}
RUN_BY_ITSELF = {PROFILED: {"profiling/face_mesh_script.py"}}  # in another environment, by no import


def loaded_by(modules):
    """The files of the rooms that draw which importing some modules loads, packages left out."""
    code = f"import sys, {modules}; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('fsanet.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {Path(file).relative_to(PACKAGE).as_posix() for file in done.stdout.split()}
    return {name for name in names if name.split("/")[0] in ROOMS and not name.endswith("__init__.py")}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_counts_as_other_where_a_file_has_changed_that_draws_it_and_by_no_other_file(kind):
    listed = {path.relative_to(PACKAGE).as_posix() for path in drawing_files(kind) if path.suffix == ".py"}
    listed = {name for name in listed if not name.endswith("__init__.py")}
    loaded = loaded_by(", ".join(f"fsanet.{name.removeprefix('fsanet.')}" for name in DRAWN_BY[kind].split()))
    assert listed == loaded - DRAWS_NOTHING | RUN_BY_ITSELF.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_beside_the_sources_that_draw_count_too(kind):
    data = {path for path in drawing_files(kind) if path.suffix == ".npz"}
    assert data == {npz for folder in {path.parent for path in drawing_files(kind)} for npz in folder.glob("*.npz")}


@pytest.fixture
def given():
    points = np.tile(np.random.default_rng(0).uniform(10, 50, (68, 2)), (1, 1, 1))
    return PoseSet(np.zeros((1, 64, 64, 3), np.uint8), np.zeros((1, 3)), ["a"], {"margin": 0.6}, {"points_xy": points})


RENDERED_META = {"made_by": "fsanet.rendering", "seed": 0, "settings": {}}
RECORDED = {
    "haired": lambda given: haired_set(Path("a"), Path("b"), given).settings["code"],
    "masked by points": lambda given: masked_set(Path("a"), Path("b"), given, "points").settings["code"],
    "masked by pose": lambda given: masked_set(Path("a"), Path("b"), given, "pose").settings["code"],
    "surrounded": lambda given: surrounded_set(Path("a"), Path("b"), given).settings["code"],
    "bank of renders": lambda _: BankPlan().version,
    "bank of photographs": lambda _: BankPlan(photographs="faces").version,
}


def recorded_where_changed(name, given, monkeypatch, changed):
    """What is recorded of a thing where a file of the package has a comment more."""
    read = Path.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path == PACKAGE / changed))
        code_version.cache_clear()
        found = RECORDED[name](given)
    code_version.cache_clear()
    return found


@pytest.mark.parametrize(
    ("name", "draws", "draws_nothing"),
    [
        ("haired", "overlays/hair.py rendering/frame.py", "overlays/haired_set.py overlays/mask.py"),
        ("masked by points", "overlays/mask.py overlays/placing.py", "overlays/masked_set.py rendering/poses.py"),
        ("masked by pose", "overlays/face_light.py rendering/head_pack.npz", "overlays/hair.py rendering/samples.py"),
        ("surrounded", "scenes/surrounded_set.py scenes/backgrounds.py", "scenes/sheet.py rendering/poses.py"),
        ("bank of renders", "scenes/cutout.py rendering/hair_styles.py", "overlays/mask.py overlays/haired_set.py"),
        ("bank of photographs", "scenes/cutout.py overlays/mask.py", "overlays/hair.py scenes/bank.py"),
    ],
)
def test_the_record_of_a_thing_tells_changes_of_what_draws_it_and_no_others(
    given, monkeypatch, name, draws, draws_nothing
):
    now = RECORDED[name](given)
    for files, counts in ((draws, True), (draws_nothing, False)):
        for changed in files.split():
            assert (PACKAGE / changed).is_file()
            assert (recorded_where_changed(name, given, monkeypatch, changed) != now) == counts, changed


@pytest.mark.parametrize(
    ("changed", "counts"), [("rendering/samples.py", True), ("overlays/mask.py", False), ("overlays/hair.py", False)]
)
def test_masks_that_are_rendered_are_drawn_by_the_renderer_alone(given, monkeypatch, changed, counts):
    def record(_):
        meta = {**RENDERED_META, "code": code_version()}
        rendered = PoseSet(given.image, given.pose, given.source, meta)
        return masked_set(Path("a"), Path("b"), rendered, "render").settings["code"]

    monkeypatch.setitem(RECORDED, "masked by render", record)
    now = record(given)
    assert (recorded_where_changed("masked by render", given, monkeypatch, changed) != now) == counts
