import cv2
import numpy as np
import pytest
import scipy.io

from fsanet.errors import InputError
from fsanet.overlays.mask import MaskedPicture
from fsanet.pose.angles import angles_from_rotation
from fsanet.rendering.landmarks import five_points
from fsanet.scenes import photograph_cutout
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank, write_bank
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.compose import Composer
from fsanet.scenes.cutout import SIDE
from fsanet.scenes.labels import face_box
from fsanet.scenes.photograph_cutout import (
    cut_below_chin,
    cut_photograph,
    empty_window,
    labelled_files,
    turned_here,
    whole_photograph,
    window,
)
from tests.scenes.conftest import write_photograph


def test_points_and_pose_go_with_the_picture(photographs, rng):
    cutout = cut_photograph(photographs / "people" / "p_1.png", rng)
    x, y = five_points(cutout.points_xyz)[2, :2].astype(int)
    assert cutout.image_bgra.shape == (SIDE, SIDE, 4)
    assert cutout.image_bgra[y, x].tolist() == [255, 255, 255, 255]
    assert angles_from_rotation(cutout.rotation) == pytest.approx([30, 0, 0], abs=1e-4)
    assert cutout.is_face


@pytest.mark.parametrize("enlarged", [1, 3])
def test_labels_lie_where_the_picture_does(tmp_path, rng, enlarged):
    file = write_photograph(tmp_path / "p.png", yaw_deg=0.0)
    image = cv2.resize(cv2.imread(str(file)), None, fx=enlarged, fy=enlarged)
    labels = scipy.io.loadmat(file.with_suffix(".mat"))
    points = labels["pt3d_68"] * enlarged
    cv2.imwrite(str(file), image)
    scipy.io.savemat(
        file.with_suffix(".mat"), {"Pose_Para": labels["Pose_Para"], "pt3d_68": points, "pt2d": points[:2]}
    )
    cutout = next(drawn for drawn in (cut_photograph(file, rng) for _ in range(24)) if not drawn.mask)

    def middle(grey):
        light = np.clip(grey.astype(float) - 100, 0, None)
        y, x = np.mgrid[: grey.shape[0], : grey.shape[1]] + 0.5
        return np.array([np.average(x, weights=light), np.average(y, weights=light)])

    here, there = points[:2].T, cutout.points_xyz[:, :2]
    scale = np.linalg.norm(np.ptp(there, axis=0)) / np.linalg.norm(np.ptp(here, axis=0))
    assert (scale < 0.5) == (enlarged == 3)  # where pixels are averaged first
    expected = (middle(image[..., 0]) - here.mean(axis=0)) * scale + there.mean(axis=0)
    assert middle(cutout.image_bgra[..., 0]) == pytest.approx(expected, abs=0.1)


def test_the_face_lies_in_the_window_and_is_of_the_usual_size(photographs, rng):
    for _ in range(5):
        cutout = cut_photograph(photographs / "people" / "p_0.png", rng)
        x1, y1, x2, y2 = face_box(cutout.points_xyz).astype(int)
        assert 0.29 < np.sqrt((x2 - x1) * (y2 - y1)) / SIDE < 0.41
        assert (cutout.image_bgra[y1 + 8 : y2 - 8, x1 + 8 : x2 - 8, 3] == 255).mean() > 0.95
        assert (cutout.image_bgra[..., 3] == 0).any()


def test_some_wear_a_painted_mask_that_hides_the_mouth(photographs, rng):
    file = photographs / "people" / "p_0.png"
    cutouts = [cut_photograph(file, rng) for _ in range(24)]
    masked = [cutout for cutout in cutouts if cutout.mask]
    assert 1 <= len(masked) <= 12
    assert not any(cutout.visible[3:].any() for cutout in masked)
    bare = next(cutout for cutout in cutouts if not cutout.mask)
    assert bare.visible.all()
    x, y = five_points(masked[0].points_xyz)[3:, :2].mean(axis=0).astype(int)  # the mouth
    assert masked[0].image_bgra[y, x, :3].tolist() != [90, 90, 90]


def test_masks_are_painted_by_places_counted_from_the_middle_of_a_pixel(photographs, rng, monkeypatch):
    painted = []

    def paint(image_bgr, points_xy, rng):
        painted.append(points_xy)
        return MaskedPicture(image_bgr, "surgical", "right")

    monkeypatch.setattr(photograph_cutout, "mask_by_points", paint)
    cutouts = [whole_photograph(photographs / "people" / "p_0.png", rng) for _ in range(24)]
    whole = next(cutout for cutout in cutouts if cutout.mask)
    assert painted[0] == pytest.approx(whole.points_xyz[:, :2] - 0.5, abs=1e-3)


def test_a_whole_photograph_stays_as_it_is(photographs, rng):
    file = photographs / "people" / "p_1.png"
    cutout = next(drawn for drawn in (whole_photograph(file, rng) for _ in range(24)) if not drawn.mask)
    assert cutout.image_bgra.shape == (400, 600, 4)
    assert (cutout.image_bgra[..., 3] == 255).all()
    x, y = five_points(cutout.points_xyz)[2, :2].astype(int)
    assert cutout.image_bgra[y, x, :3].tolist() == [255, 255, 255]
    assert angles_from_rotation(cutout.rotation) == pytest.approx([30, 0, 0], abs=1e-4)


def test_outside_of_the_picture_nothing_is_seen(tmp_path, rng):
    file = write_photograph(tmp_path / "p.png")
    cv2.imwrite(str(file), cv2.imread(str(file))[:, :300])  # its right half is gone
    covered = cut_photograph(file, rng).image_bgra[..., 3]
    assert not covered[:, SIDE // 2 + 2 :].any()
    assert covered[:, : SIDE // 2].any()


@pytest.mark.parametrize(("yaw", "hidden"), [(0, []), (80, [0, 3]), (-80, [1, 4])])
def test_points_on_the_side_that_looks_away_are_hidden(yaw, hidden):
    from fsanet.pose.angles import rotation_from_angles

    seen = turned_here(rotation_from_angles([yaw, 0, 0]))
    assert np.flatnonzero(~seen).tolist() == hidden


@pytest.mark.parametrize("cut", [cut_photograph, cut_below_chin, whole_photograph])
def test_labels_without_all_landmarks_are_refused(tmp_path, rng, cut):
    file = write_photograph(tmp_path / "p.png", pt3d_68=np.ones((2, 21)))
    with pytest.raises(InputError, match="68 landmarks"):
        cut(file, rng)


def test_below_the_chin_there_is_no_face(tmp_path, rng):
    file = write_photograph(tmp_path / "p.png")
    points = scipy.io.loadmat(file.with_suffix(".mat"))["pt2d"].T
    image = np.full((400, 600, 3), 90, np.uint8)
    image[: int(points[:, 1].max()) + 2] = 255  # the face, and all beside it
    cv2.imwrite(str(file), image)
    cutouts = [cut_below_chin(file, rng) for _ in range(20)]
    assert not any(cutout.is_face for cutout in cutouts)
    seen = [cutout.image_bgra[cutout.image_bgra[..., 3] == 255, :3] for cutout in cutouts]
    assert all((shown == 90).all() for shown in seen)
    assert np.median([len(shown) for shown in seen]) > 0.1 * SIDE**2


def test_a_folder_without_labels_says_what_makes_some(tmp_path):
    with pytest.raises(FileNotFoundError, match="fsanet profile"):
        labelled_files(tmp_path)


def test_windows_differ_and_hold_the_box(rng):
    box = np.array([90.0, 90, 160, 160])
    drawn = [window(rng, box) for _ in range(8)]
    assert all(alpha[110:140, 110:140].all() for alpha in drawn)
    assert len({int(alpha.sum()) for alpha in drawn}) == 8


def test_an_empty_window_shows_no_face(rng):
    cutout = empty_window(np.full((SIDE, SIDE, 3), 7, np.uint8), rng)
    assert not cutout.is_face
    assert (cutout.image_bgra[..., 3] == 255).any()
    assert (cutout.image_bgra[..., :3] == 7).all()


def test_a_bank_of_photographs_goes_into_scenes(photographs, tmp_path, bank):
    plan = BankPlan(faces=3, others=0, shard=1, photographs=str(photographs))
    write_bank(tmp_path / "bank", plan, processes=1, quiet=True)
    cut = Bank(tmp_path / "bank")
    yaws = sorted(round(float(angles_from_rotation(cut.faces[i].rotation)[0])) for i in range(3))
    assert yaws == [0, 30, 60]
    composer = Composer(bank, Backgrounds(None, "train"), 128, cut)
    faces = [composer._face(np.random.default_rng(seed)) for seed in range(60)]
    assert 0.25 < np.mean([not face.points_xyz[:, 2].any() or face.image_bgra[0, 0, 0] == 90 for face in faces]) < 0.65
    others = [composer._other(np.random.default_rng(seed)) for seed in range(60)]
    assert not any(other.is_face for other in others)


def test_what_is_below_chins_is_among_the_other_things(photographs, tmp_path, bank):
    plan = BankPlan(faces=3, others=2, shard=1, photographs=str(photographs))
    write_bank(tmp_path / "bank", plan, processes=1, quiet=True)
    cut = Bank(tmp_path / "bank")
    below = [cut.others[i].image_bgra.tobytes() for i in range(2)]
    composer = Composer(bank, Backgrounds(None, "train"), 128, cut)
    others = [composer._other(np.random.default_rng(seed)).image_bgra.tobytes() in below for seed in range(150)]
    assert 0.12 < np.mean(others) < 0.36  # 0.4 of what is no empty window


def test_more_faces_than_photographs_are_refused(photographs, tmp_path):
    plan = BankPlan(faces=4, others=0, shard=1, photographs=str(photographs))
    with pytest.raises(InputError, match="3 labelled photographs"):
        write_bank(tmp_path / "bank", plan, processes=1, quiet=True)
    assert not (tmp_path / "bank").exists()


def test_a_split_of_photographs_is_refused(photographs, tmp_path):
    plan = BankPlan("test", faces=2, others=0, shard=1, photographs=str(photographs))
    with pytest.raises(InputError, match=r"Photographs are not split, .* leave --split out"):
        write_bank(tmp_path / "bank", plan, processes=1, quiet=True)
    assert not (tmp_path / "bank").exists()
