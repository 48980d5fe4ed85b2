"""BIWI: folders, frames, the split file, and the three sets."""

import json

import cv2
import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.pose.angles import rotation_from_angles
from fsanet.readers.biwi import (
    SPLIT_FILE,
    VIDEOS,
    BiwiSettings,
    biwi_recipe,
    find_videos,
    list_frames,
    read_split,
)
from fsanet.readers.face_boxes import DetectorChoice, FrameFaces, detect_faces
from fsanet.readers.set_builder import build_set

FLIP = np.diag([1.0, -1.0, -1.0])
FACE = FrameFaces(64, 48, ((20, 10, 40, 34, 0.99),))


@pytest.fixture
def raw(tmp_path, biwi_writer):
    """All 24 videos with three frames each; yaw is the video's number, pitch the frame's."""
    for video in VIDEOS:
        for number in (3, 4, 10):
            rotation = FLIP @ rotation_from_angles((int(video), number, -5)) @ FLIP
            biwi_writer(tmp_path / "BIWI", video, number, rotation)
    return tmp_path / "BIWI"


def make(raw, name, faces=None, **settings):
    frames = list_frames(find_videos(raw))
    if faces is None:
        faces = {frame.name: FACE for frame in frames if frame.files and frame.files[0].is_file()}
    path = raw.parent / f"{name}.npz"
    recipe = biwi_recipe(name, path, frames, faces, {"name": "fake"}, BiwiSettings(**settings))
    return build_set(recipe, workers=1, quiet=True)


def test_the_three_sets(raw):
    split = read_split(SPLIT_FILE)
    for name, videos in {"BIWI_noTrack": VIDEOS, "BIWI_train": split.train, "BIWI_test": split.test}.items():
        built = make(raw, name)
        read = PoseSet.load(built.path, 64)
        assert built.left_out == ()
        expected = [(int(video), number, -5) for video in videos for number in (3, 4, 10)]
        np.testing.assert_allclose(read.pose, expected, atol=1e-3)
        assert read.meta["videos"] == list(videos)


def test_crops_are_the_inclusive_cut(raw):
    read = PoseSet.load(make(raw, "BIWI_noTrack").path)
    image = cv2.imread(str(raw / "01" / "frame_00003_rgb.png"))
    # 20 x 24 pixels widened by 0.4: 8 and 9.6 on each side
    np.testing.assert_array_equal(read.image[0], cv2.resize(image[0 : 43 + 1, 12 : 48 + 1], (64, 64)))


def test_meta_records_how_it_was_made(raw):
    meta = PoseSet.load(make(raw, "BIWI_train", margin=0.5, euler_order="zyx").path).meta
    assert (meta["margin"], meta["euler_order"], meta["min_score"]) == (0.5, "zyx", 0.95)
    assert meta["detector"] == {"name": "fake"}
    assert meta["lost_or_jumping_box"] == "last box kept"


def test_lines_of_sight_are_kept_where_every_video_has_its_calibration(raw):
    for video in VIDEOS:
        (raw / video / "rgb.cal").write_text("64 0 32\n0 64 24\n0 0 1\n64 48\n")
    read = PoseSet.load(make(raw, "BIWI_noTrack").path)
    # the cut is 12 to 49 and 0 to 44 (see above): 1.5 pixels left of the middle, 2 above it
    expected = np.array([1.5, -2.0, 64.0]) / np.linalg.norm([1.5, 2.0, 64.0])
    np.testing.assert_allclose(read.line_of_sight, np.tile(expected, (len(read), 1)), atol=1e-9)
    assert read.meta["lines_of_sight"] == "by rgb.cal"
    (raw / "05" / "rgb.cal").unlink()
    built = make(raw, "BIWI_noTrack")
    assert built.fresh
    read = PoseSet.load(built.path)
    assert (read.line_of_sight, read.meta["lines_of_sight"]) == (None, "not known")


def test_a_broken_calibration_is_one_sentence(raw):
    for video in VIDEOS:
        (raw / video / "rgb.cal").write_text("no numbers")
    with pytest.raises(InputError, match=r"rgb\.cal' is no calibration"):
        make(raw, "BIWI_noTrack")


def test_sources_are_persons(raw):
    read = PoseSet.load(make(raw, "BIWI_noTrack").path)
    assert len(set(read.source)) == 20
    assert read.source[0] == "BIWI/F01"
    assert read.source[2 * 3] == read.source[14 * 3] == "BIWI/F03"  # videos 03 and 15


def test_lost_faces_are_left_out_without_tracking_and_bridged_with_it(raw):
    frames = [f for f in list_frames(raw) if f.files]
    faces = {frame.name: FrameFaces(64, 48) if frame.name.endswith("00004") else FACE for frame in frames}
    plain, tracked = make(raw, "BIWI_noTrack", faces), make(raw, "BIWI_train", faces)
    assert (plain.samples, tracked.samples) == (48, 48)
    assert {item.reason for item in plain.left_out} == {"no face"}
    assert not any(item.broken for item in plain.left_out)


def test_mismatched_frame_numbers_are_listed(raw, biwi_writer):
    (raw / "01" / "frame_00003_pose.txt").unlink()
    (raw / "02" / "frame_00004_rgb.png").unlink()
    built = make(raw, "BIWI_noTrack")
    assert built.samples == 70
    assert [(item.name, item.reason) for item in built.left_out] == [
        ("01/frame_00003", "missing pose"),
        ("02/frame_00004", "missing image"),
    ]


def test_a_missing_video_is_listed_and_the_rest_is_made(raw):
    for file in (raw / "07").iterdir():
        file.unlink()
    (raw / "07").rmdir()
    built = make(raw, "BIWI_noTrack")
    assert built.samples == 69
    (item,) = built.left_out
    assert (item.name, item.reason, item.detail) == ("07", "missing folder", "no frames in folder 07")
    assert item.broken


def test_a_short_pose_file_is_listed(raw):
    (raw / "01" / "frame_00003_pose.txt").write_text("1 0 0\n0 1 0\n")
    (item,) = make(raw, "BIWI_noTrack").left_out
    assert (item.reason, item.detail) == ("broken pose", "frame_00003_pose.txt has 6 numbers, 12 are expected")


def test_an_unreadable_frame_is_listed_and_its_video_goes_on(raw, detector, tmp_path):
    path = raw / "01" / "frame_00004_rgb.png"
    path.write_bytes(path.read_bytes()[:200])
    faces = detect_faces(tmp_path / "f.json", list_frames(raw), DetectorChoice("fake"), workers=1, quiet=True)
    built = make(raw, "BIWI_noTrack", faces)
    assert built.samples == 71
    assert [(item.name, item.reason) for item in built.left_out] == [("01/frame_00004", "unreadable image")]


@pytest.mark.parametrize("inner", [".", "hpdb", "kinect_head_pose_db/hpdb", "faces_0"])
def test_the_videos_are_found_where_the_archives_put_them(tmp_path, inner):
    (tmp_path / inner / "05").mkdir(parents=True)
    assert find_videos(tmp_path) == tmp_path / inner


def test_no_folder_and_no_videos(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No folder '.*nowhere'"):
        find_videos(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="holds none of the BIWI folders 01 to 24"):
        find_videos(tmp_path)


def test_the_published_split_is_16_and_8_videos_with_nobody_on_both_sides():
    split = read_split(SPLIT_FILE)
    assert (len(split.train), len(split.test)) == (16, 8)
    assert sorted(split.train + split.test) == list(VIDEOS)
    people = [{split.person_of_video[video] for video in side} for side in (split.train, split.test)]
    assert not people[0] & people[1]
    assert len(people[0] | people[1]) == 20


def test_a_split_of_ones_own(raw, tmp_path):
    own = tmp_path / "split.json"
    own.write_text(json.dumps({"train": ["01", "02"], "test": ["03"]}))
    read = PoseSet.load(make(raw, "BIWI_test", split=read_split(own)).path)
    assert set(read.source) == {"BIWI/03"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "is no split"),
        ('{"train": ["01"]}', "is no split.*'test'"),
        ('{"train": ["01", "02"], "test": ["02"]}', "has 02 on both sides"),
        (
            '{"train": ["03"], "test": ["15"], "person_of_video": {"03": "F03", "15": "F03"}}',
            "has F03 on both sides",
        ),
        ('{"train": [["01"]], "test": ["02"]}', "is no split"),
        ('{"train": [1], "test": [2]}', "is no split.*'train' holds something else than texts"),
        ('{"train": [null], "test": [NaN]}', "is no split.*'train' holds something else than texts"),
        ('{"train": "01", "test": "02"}', "is no split.*'train' holds something else than texts"),
        (
            '{"train": ["01"], "test": ["02"], "person_of_video": {"01": 3, "02": 3}}',
            "is no split.*'person_of_video' holds something else than texts",
        ),
        ("[" * 100_000, "is no split"),
        ('{"train": ["25"], "test": ["02"]}', "names 25, which is no video of 01 to 24"),
    ],
)
def test_a_bad_split_is_refused(tmp_path, text, message):
    path = tmp_path / "split.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_split(path)


def test_no_split_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="No split file"):
        read_split(tmp_path / "split.json")
