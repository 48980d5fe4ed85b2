"""300W-LP and AFLW2000: crops byte for byte, angles, sources, and what is left out."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import scipy.io

from fsanet.datasets.pose_set import PoseSet
from fsanet.readers.set_builder import Unusable, build_set
from fsanet.readers.type1 import list_type1, read_mat, read_type1, source_of, type1_recipe


def restated_rules(image_path: Path, mat_path: Path, ad: float = 0.6):
    """The rules of the published preprocessing, written down step by step."""
    content = scipy.io.loadmat(mat_path)
    x, y = content["pt2d"]
    mask_x, mask_y = x > 0, y > 0
    mask = mask_y if mask_y.sum() < mask_x.sum() else mask_x
    x, y = x[mask], y[mask]
    image = cv2.imread(str(image_path))
    height, width = image.shape[:2]
    x_min, x_max, y_min, y_max = int(x.min()), int(x.max()), int(y.min()), int(y.max())
    w, h = x_max - x_min, y_max - y_min
    x_min, x_max = max(int(x_min - ad * w), 0), min(int(x_max + ad * w), width - 1)
    y_min, y_max = max(int(y_min - ad * h), 0), min(int(y_max + ad * h), height - 1)
    crop = cv2.resize(image[y_min:y_max, x_min:x_max], (64, 64))
    pitch, yaw, roll = (float(angle) * 180 / np.pi for angle in content["Pose_Para"][0][:3])
    return crop, (yaw, pitch, roll)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("folder", "images"), [("faces/AFLW2000", 39), ("faces/300W_LP/AFW", 2), ("faces/300W_LP/IBUG", 1)]
)
def test_crops_of_real_samples_equal_the_restated_rules(mirror, tmp_path, folder, images):
    raw = mirror / folder
    built = build_set(type1_recipe(raw, tmp_path / "set.npz"), workers=1, quiet=True)
    read = PoseSet.load(built.path)
    assert (len(read), built.left_out) == (images, ())
    for index, image_path in enumerate(sorted(raw.glob("*.jpg"))):
        crop, angles = restated_rules(image_path, image_path.with_suffix(".mat"))
        np.testing.assert_array_equal(read.image[index], crop, err_msg=image_path.name)
        np.testing.assert_allclose(read.pose[index], angles, atol=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_crops_of_made_up_samples_equal_the_restated_rules(tmp_path, type1_writer, seed):
    rng = np.random.default_rng(seed)
    size = rng.integers(40, 200, 2)
    landmarks = rng.uniform(-0.2, 1.0, (2, 21)) * size[::-1, None]  # some negative, some beyond the frame
    type1_writer(tmp_path, "face", landmarks=landmarks, size=size, seed=seed)
    (item,) = list_type1(tmp_path)
    sample = read_type1(item, margin=0.6, img_size=64, rerendered=True)
    crop, angles = restated_rules(tmp_path / "face.jpg", tmp_path / "face.mat")
    np.testing.assert_array_equal(sample.image, crop)
    np.testing.assert_allclose(sample.yaw_pitch_roll_deg, angles, atol=1e-6)


def test_angles_are_yaw_pitch_roll_of_pitch_yaw_roll(tmp_path, type1_writer):
    type1_writer(tmp_path, "face", pose=np.deg2rad([10, -20, 30]))
    angles, landmarks = read_mat(tmp_path / "face.mat")
    np.testing.assert_allclose(angles, [-20, 10, 30], atol=1e-5)
    assert landmarks.shape == (2, 68)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("AFW/AFW_1051618982_1_0", "AFW/AFW_1051618982_1"),
        ("AFW_Flip/AFW_1051618982_1_12", "AFW/AFW_1051618982_1"),
        ("IBUG/IBUG_image_008_1_3", "IBUG/IBUG_image_008_1"),
        ("LFPW_Flip/LFPW_image_train_0001_7", "LFPW/LFPW_image_train_0001"),
        ("HELEN_Flip/HELEN_100032540_1_0_Flip", "HELEN/HELEN_100032540_1"),
    ],
)
def test_flips_and_renderings_share_a_source(name, source):
    assert source_of(name) == source


def test_images_of_aflw2000_are_their_own_source(tmp_path, type1_writer):
    type1_writer(tmp_path / "AFLW2000", "image_00008")
    (item,) = list_type1(tmp_path / "AFLW2000")
    assert read_type1(item, margin=0.6, img_size=64, rerendered=False).source == "AFLW2000/image_00008"


def test_samples_come_in_the_order_of_file_names(tmp_path, type1_writer):
    for name in ("b_10", "b_1", "a"):
        type1_writer(tmp_path, name)
    assert [item.name.split("/")[1] for item in list_type1(tmp_path)] == ["a", "b_1", "b_10"]


def test_what_a_killed_run_left_is_no_picture(tmp_path, type1_writer):
    type1_writer(tmp_path, "face")
    type1_writer(tmp_path, ".face.0123abcd.part")
    assert [item.files[0].name for item in list_type1(tmp_path)] == ["face.jpg"]


def test_a_mat_that_cannot_be_read_is_left_out(tmp_path):
    (tmp_path / "face.mat").mkdir()  # as good as one without the right to read it, which root has always
    with pytest.raises(Unusable, match=r"broken mat: face\.mat: .*Is a directory"):
        read_mat(tmp_path / "face.mat")


def test_two_images_of_one_name_are_two_samples(tmp_path, type1_writer):
    type1_writer(tmp_path, "face")
    (tmp_path / "face.png").write_bytes((tmp_path / "face.jpg").read_bytes())
    assert [item.files[0].name for item in list_type1(tmp_path)] == ["face.jpg", "face.png"]
    assert {item.files[1].name for item in list_type1(tmp_path)} == {"face.mat"}


def test_suffixes_in_capitals(tmp_path, type1_writer):
    type1_writer(tmp_path, "face")
    (tmp_path / "face.jpg").rename(tmp_path / "face.JPG")
    (tmp_path / "face.mat").rename(tmp_path / "face.MAT")
    (item,) = list_type1(tmp_path)
    assert read_type1(item, margin=0.6, img_size=64, rerendered=True).image.shape == (64, 64, 3)


def without(key):
    def spoil(folder):
        content = {"Pose_Para": np.zeros((1, 7)), "pt2d": np.ones((2, 68))}
        del content[key]
        scipy.io.savemat(folder / "face.mat", content)

    return spoil


def with_values(**values):
    def spoil(folder):
        content = {"Pose_Para": np.zeros((1, 7)), "pt2d": np.linspace(10, 50, 136).reshape(2, 68)}
        scipy.io.savemat(folder / "face.mat", content | values)

    return spoil


def truncated(name, share):
    def spoil(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return spoil


BAD_SAMPLES = {
    "no mat": (lambda folder: (folder / "face.mat").unlink(), "missing mat", "'face.jpg' has no .mat beside it"),
    "no image": (lambda folder: (folder / "face.jpg").unlink(), "missing image", "'face.mat' has no image beside it"),
    "half a mat": (truncated("face.mat", 0.5), "broken mat", "face.mat: "),
    "empty mat": (truncated("face.mat", 0), "broken mat", "face.mat: "),
    "text as mat": (lambda folder: (folder / "face.mat").write_text("hello " * 99), "broken mat", "face.mat: "),
    "no Pose_Para": (without("Pose_Para"), "missing key", "face.mat has no 'Pose_Para'"),
    "no pt2d": (without("pt2d"), "missing key", "face.mat has no 'pt2d'"),
    "NaN label": (with_values(Pose_Para=[[0, np.nan, 0]]), "NaN label", "face.mat: Pose_Para begins"),
    "infinite label": (with_values(Pose_Para=[[np.inf, 0, 0]]), "NaN label", "face.mat: Pose_Para begins"),
    "NaN landmark": (with_values(pt2d=np.full((2, 68), np.nan)), "NaN label", "face.mat: pt2d holds NaN"),
    "short pose": (with_values(Pose_Para=[[0.1, 0.2]]), "broken mat", r"face.mat: Pose_Para is \(1, 2\)"),
    "odd landmarks": (with_values(pt2d=np.ones((68, 3))), "broken mat", r"face.mat: .* pt2d \(68, 3\)"),
    "negative landmarks": (with_values(pt2d=-np.ones((2, 68))), "empty box", "no landmark is greater than zero"),
    "landmarks outside": (with_values(pt2d=np.linspace(900, 999, 136).reshape(2, 68)), "empty box", "has no pixel on"),
    "half an image": (truncated("face.jpg", 0.5), "unreadable image", "face.jpg' is a truncated JPEG"),
    "empty image": (truncated("face.jpg", 0), "unreadable image", r"face.jpg' is empty \(0 bytes\)"),
    "text as image": (lambda folder: (folder / "face.jpg").write_text("hello"), "unreadable image", "face.jpg"),
}


@pytest.mark.parametrize("case", BAD_SAMPLES)
def test_a_bad_sample_is_left_out_with_its_reason(tmp_path, type1_writer, case):
    spoil, reason, detail = BAD_SAMPLES[case]
    type1_writer(tmp_path, "face")
    spoil(tmp_path)
    (item,) = list_type1(tmp_path)
    with pytest.raises(Unusable, match=detail) as raised:
        read_type1(item, margin=0.6, img_size=64, rerendered=True)
    assert raised.value.reason == reason
    assert raised.value.broken


def test_no_truncation_of_a_mat_gives_a_wrong_label(tmp_path, type1_writer):
    type1_writer(tmp_path, "face")
    whole = (tmp_path / "face.mat").read_bytes()
    right = read_mat(tmp_path / "face.mat")
    for size in range(0, len(whole), 29):
        (tmp_path / "cut.mat").write_bytes(whole[:size])
        try:
            angles, landmarks = read_mat(tmp_path / "cut.mat")
        except Unusable:
            continue
        np.testing.assert_array_equal(angles, right[0])
        np.testing.assert_array_equal(landmarks, right[1])


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No folder '.*nowhere'"):
        list_type1(tmp_path / "nowhere")


def test_empty_folder(tmp_path):
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(ValueError, match=r"holds no image and no .mat file"):
        list_type1(tmp_path)


def test_a_mat_of_version_7_3_is_left_out(tmp_path):
    (tmp_path / "face.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(512))
    with pytest.raises(Unusable, match=r"broken mat: face\.mat"):
        read_mat(tmp_path / "face.mat")
