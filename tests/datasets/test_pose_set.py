"""Pose sets as npz: what is kept, what is refused, and with which words."""

import hashlib
import zipfile

import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError


def make_set(samples=5, size=64, seed=0, **changes):
    rng = np.random.default_rng(seed)
    values = {
        "image": rng.integers(0, 256, (samples, size, size, 3), dtype=np.uint8),
        "pose": rng.normal(0, 30, (samples, 3)),
        "source": [f"face{index // 2}" for index in range(samples)],
        "meta": {"margin": 0.6},
        "extras": {"masked": np.arange(samples) % 2 == 0},
    }
    return PoseSet(**(values | changes))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_saved_is_loaded(tmp_path):
    written = make_set()
    written.save(tmp_path / "set.npz")
    read = PoseSet.load(tmp_path / "set.npz", 64)
    np.testing.assert_array_equal(read.image, written.image)
    np.testing.assert_array_equal(read.pose, written.pose)
    np.testing.assert_array_equal(read.source, written.source)
    np.testing.assert_array_equal(read.extras["masked"], written.extras["masked"])
    assert read.meta == {"margin": 0.6}
    assert (len(read), read.img_size) == (5, 64)


def test_the_npz_has_the_originals_keys_and_needs_no_pickle(tmp_path):
    make_set().save(tmp_path / "set.npz")
    with np.load(tmp_path / "set.npz", allow_pickle=False) as archive:
        assert archive.files == ["image", "pose", "img_size", "source", "meta", "masked"]
        assert archive["image"].dtype == np.uint8
        assert int(archive["img_size"]) == 64


def test_equal_sets_give_equal_bytes(tmp_path):
    make_set().save(tmp_path / "a.npz")
    make_set().save(tmp_path / "b.npz")
    make_set(seed=1).save(tmp_path / "c.npz")
    assert sha256(tmp_path / "a.npz") == sha256(tmp_path / "b.npz") != sha256(tmp_path / "c.npz")


@pytest.mark.parametrize("writer", [np.savez, np.savez_compressed])
def test_the_originals_files_load(tmp_path, writer):
    image = np.zeros((3, 64, 64, 3), np.uint8)
    writer(tmp_path / "AFW.npz", image=image, pose=np.ones((3, 3), np.float32), img_size=64)
    read = PoseSet.load(tmp_path / "AFW.npz")
    assert read.source.tolist() == ["AFW/0", "AFW/1", "AFW/2"]
    assert (read.meta, read.extras) == ({}, {})


def test_the_originals_mirrored_pictures_belong_to_the_others(tmp_path):
    for name in ("AFW", "AFW_Flip"):
        np.savez(tmp_path / f"{name}.npz", image=np.zeros((2, 64, 64, 3), np.uint8), pose=np.zeros((2, 3)), img_size=64)
    plain, mirrored = (PoseSet.load(tmp_path / f"{name}.npz").source.tolist() for name in ("AFW", "AFW_Flip"))
    assert plain == mirrored == ["AFW/0", "AFW/1"]


def test_select_takes_indices_and_masks():
    whole = make_set()
    assert whole.select([3, 1]).source.tolist() == ["face1", "face0"]
    odd = whole.select(~whole.extras["masked"])
    np.testing.assert_array_equal(odd.pose, whole.pose[[1, 3]])
    assert odd.extras["masked"].tolist() == [False, False]


def test_tags_are_columns_with_a_prefix_and_stay():
    given = make_set(2, extras={"tag_hat": [True, False], "other": [1, 2]})
    assert list(given.tags) == ["hat"]
    assert given.select([1, 0]).tags["hat"].tolist() == [False, True]
    assert make_set().tags == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": np.zeros((5, 64, 64, 3), np.float32)}, r"images must be uint8 \(N, S, S, 3\), got float32"),
        ({"image": np.zeros((5, 64, 32, 3), np.uint8)}, r"images must be uint8 .* got uint8 \(5, 64, 32, 3\)"),
        ({"pose": np.zeros((5, 2))}, r"poses must be \(N, 3\) yaw, pitch, roll, got \(5, 2\)"),
        ({"pose": np.zeros((4, 3))}, "4 poses, but .*'image'.*one row per sample"),
        ({"source": ["a"]}, "5 poses, but .*'source'"),
        ({"extras": {"masked": [True]}}, "5 poses, but .*'masked'"),
        ({"extras": {"pose": np.zeros((5, 3))}}, "extra arrays cannot be named 'pose'"),
        ({"pose": np.full((5, 3), np.nan)}, "5 of 5 labels are NaN or infinite, the first at sample 0"),
        ({"pose": np.full((5, 3), "a")}, "poses must be numbers, got <U1"),
        ({"source": np.zeros(5)}, "sources must be texts, got float64"),
        ({"extras": {"tag_hat": np.arange(5)}}, r"tags must be boolean \(N,\), which 'tag_hat' are not"),
        ({"extras": {"tag_hat": np.zeros((5, 2), bool)}}, r"tags must be boolean \(N,\)"),
        ({"extras": {"line_of_sight": np.ones((5, 2))}}, r"lines of sight must be \(N, 3\) .* got float64 \(5, 2\)"),
        ({"extras": {"line_of_sight": np.full((5, 3), np.nan)}}, "lines of sight must be .* z above 0"),
        ({"meta": [1]}, r"meta must be names and values, got \[1\]"),
        ({"pose": np.diag([0, 0, 0, 0, np.inf])[:, 2:]}, "1 of 5 labels are NaN or infinite, the first at sample 4"),
    ],
)
def test_what_is_no_pose_set_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        make_set(**changes)


def test_an_empty_set_is_refused():
    with pytest.raises(ValueError, match="the set is empty"):
        make_set(0)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("AFW_Flip", "make preprocess DB=300W_LP"),
        ("BIWI_train", "make preprocess DB=BIWI"),
        ("synthetic_train", "make preprocess DB=synthetic"),
        ("mine", "make preprocess DB=own RAW=folder"),
    ],
)
def test_a_missing_set_names_the_command_that_makes_it(tmp_path, name, command):
    with pytest.raises(FileNotFoundError, match=f"No pose set at '.*{name}.npz'. `{command}"):
        PoseSet.load(tmp_path / f"{name}.npz")


def test_another_image_size_is_refused(tmp_path):
    make_set(size=32).save(tmp_path / "AFW.npz")
    with pytest.raises(ValueError, match=r"holds crops of 32x32 pixels where 64x64 are needed.*DB=300W_LP"):
        PoseSet.load(tmp_path / "AFW.npz", img_size=64)


def test_nan_labels_on_disk_are_refused_with_the_file(tmp_path):
    np.savez(tmp_path / "set.npz", image=np.zeros((1, 64, 64, 3), np.uint8), pose=[[0, np.nan, 0]], img_size=64)
    with pytest.raises(ValueError, match=r"set.npz': 1 of 1 labels are NaN"):
        PoseSet.load(tmp_path / "set.npz")


def test_missing_keys_are_named(tmp_path):
    np.savez(tmp_path / "set.npz", image=np.zeros((1, 64, 64, 3), np.uint8), label=[[0, 0, 0]])
    with pytest.raises(ValueError, match="is no pose set: it lacks 'pose' and has 'image', 'label'"):
        PoseSet.load(tmp_path / "set.npz")


@pytest.mark.parametrize("keep", [0, 100, 30_000, -1])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = tmp_path / "AFW.npz"
    make_set().save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"AFW.npz' is truncated or no npz file .*make preprocess DB=300W_LP"):
        PoseSet.load(path)


def test_meta_that_is_no_json_is_told(tmp_path):
    path, given = tmp_path / "faces.npz", make_set()
    np.savez(path, image=given.image, pose=given.pose, meta=np.array("hello"))
    with pytest.raises(InputError, match=r"faces.npz': meta must be JSON, got 'hello'\."):
        PoseSet.load(path)


@pytest.mark.parametrize("content", [b"hello", b"\x93NUMPY", b"\x80\x04\x95pickle"])
def test_a_file_of_another_kind_is_named_in_our_words(tmp_path, content):
    path = tmp_path / "faces.npz"
    path.write_bytes(content)
    with pytest.raises(
        InputError, match=r"^'.*faces.npz' is truncated or no npz file \(its end is not that of one\)\. "
    ):
        PoseSet.load(path)


def test_a_damaged_byte_is_noticed(tmp_path):
    path = tmp_path / "AFW.npz"
    make_set().save(path)
    content = bytearray(path.read_bytes())
    content[20_000] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="truncated or no npz file"):
        PoseSet.load(path)


def rezipped(path, **members):
    """An npz with members replaced and their checksums right."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, members.get(name.removesuffix(".npy"), lambda same: same)(content))


LIES = {  # what `make fuzz` found
    "a header that is no expression": lambda npy: npy.replace(b"(5, 3)", b"(5, 3 "),
    "more numbers than there is memory for": lambda npy: npy.replace(b"(5, 3), }        ", b"(5000000000000000,)}"),
    "no array at all": lambda npy: b"text",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies_is_one_sentence(tmp_path, lie):
    make_set().save(tmp_path / "set.npz")
    rezipped(tmp_path / "set.npz", pose=LIES[lie])
    with pytest.raises(InputError, match=r"set.npz' is (truncated|damaged)"):
        PoseSet.load(tmp_path / "set.npz")


def test_a_pose_without_samples_is_refused(tmp_path):
    np.savez(tmp_path / "set.npz", image=np.zeros((1, 8, 8, 3), np.uint8), pose=np.float64(3))
    with pytest.raises(InputError, match=r"poses must be \(N, 3\) yaw, pitch, roll, got \(\)"):
        PoseSet.load(tmp_path / "set.npz")


def test_sources_as_bytes(tmp_path):
    make_set().save(tmp_path / "set.npz")
    arrays = dict(np.load(tmp_path / "set.npz"))
    np.savez(tmp_path / "set.npz", **arrays | {"source": np.array([b"caf\xe9"] * 5)})
    assert PoseSet.load(tmp_path / "set.npz").source.tolist() == ["caf\ufffd"] * 5


def test_damaged_compressed_data_are_one_sentence(tmp_path):
    np.savez_compressed(tmp_path / "set.npz", image=np.random.default_rng(0).integers(0, 99, (5, 8, 8, 3)))
    content = bytearray((tmp_path / "set.npz").read_bytes())
    content[60] ^= 0xFF
    (tmp_path / "set.npz").write_bytes(content)
    with pytest.raises(InputError, match="truncated or no npz file"):
        PoseSet.load(tmp_path / "set.npz")


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "set.npz", image=np.array([{}], dtype=object), pose=np.zeros((1, 3)))
    with pytest.raises(ValueError, match="truncated or no npz file"):
        PoseSet.load(tmp_path / "set.npz")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "set.npz"
    make_set().save(path)
    before = sha256(path)

    def no_space(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fsanet.datasets.npz_file._write_npy", no_space)
    with pytest.raises(OSError, match="No space left"):
        make_set(seed=1).save(path)
    assert sha256(path) == before
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]
