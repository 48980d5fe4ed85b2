import shutil

import cv2
import numpy as np
import pytest

import fsanet
from fsanet.detectors.any_angle import AnyAngleDetector
from fsanet.detectors.detection import Detection
from fsanet.detectors.nearby import Place
from fsanet.detectors.scout import BUNDLED, ScoutDetector
from fsanet.engines.choose import ENGINE_CLASSES, ENGINES, create_engine
from fsanet.engines.reading import Reading
from fsanet.errors import InputError
from fsanet.image.face_crop import crop_turned
from fsanet.inference import estimator as estimator_module
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.face_estimator import UNSURE_DEG, Face
from fsanet.inference.finder_share import FINDER_SHARE
from fsanet.models.spec import OUR_MODELS
from fsanet.pose.angles import Pose
from fsanet.weights.pretrained import BUNDLED_WEIGHTS


def test_faces_come_with_boxes_scores_and_poses(estimator, scene):
    faces = estimator(scene([(10, 20, 30, 210), (80, 40, 50, 250)]))
    assert [face.box_xyxy for face in faces] == [(10, 20, 40, 50), (80, 40, 130, 90)]
    np.testing.assert_allclose([face.pose for face in faces], [(210, 230, 240), (250, 230, 240)])
    assert faces[0].pose.yaw == 210
    assert faces[0].score == 0.9


def test_no_face_is_an_empty_list(estimator, scene):
    assert estimator(scene([])) == []


def test_all_faces_of_an_image_are_one_batch(estimator, scene):
    estimator(scene([(10, 20, 30, 210), (80, 40, 50, 250)]))
    assert estimator.engine.batches == [2]


def test_the_margin_reaches_the_crop(estimator, scene):
    estimator.margin = 0.5
    (face,) = estimator(scene([(40, 40, 40, 255)]))
    assert face.pose.yaw == pytest.approx(255 / 4, rel=0.05)  # a quarter of the crop is bright


def test_crops_of_another_size_are_resized(estimator):
    crops = np.full((3, 100, 80, 3), (1, 2, 3), np.uint8)
    np.testing.assert_allclose(estimator.predict_crops(crops), [[1, 2, 3]] * 3)


@pytest.mark.parametrize("size", [1, 2, 65])
def test_all_of_a_crop_of_another_size_is_read(size):
    crop, engine = np.zeros((size, size, 3), np.uint8), CutEngine()
    crop[-1], crop[:, -1] = 255, 255
    HeadPoseEstimator(detector=ReadingDetector(None), engine=engine).predict_crops(crop[None])
    assert engine.crops[0, -1, 0].min() > 0
    assert engine.crops[0, 0, -1].min() > 0


def test_no_crops_give_no_poses(estimator):
    assert estimator.predict_crops(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 3)


class ReadingDetector:
    """Finds one face that lies on its side, and reads its pose."""

    name = "reading"

    def __init__(self, pose, turn=0, score=0.9):
        self.face = Detection((10, 10, 50, 50), score, upright_turn=turn, pose=pose)

    def detect(self, _image_bgr):
        return [self.face]


class LevelEngine:
    """Says that every face looks ahead."""

    name, input_size = "level", 64

    def predict(self, crops_bgr):
        return np.zeros((len(crops_bgr), 3), np.float32)


@pytest.mark.parametrize(("share", "yaw"), [(None, 0), (0, 0), (0.5, 10), (1, 20)])
def test_a_pose_goes_a_share_of_the_way_to_what_the_detector_read(share, yaw):
    estimator = HeadPoseEstimator(detector=ReadingDetector(Pose(20, 0, 0)), engine=LevelEngine(), finder_share=share)
    (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
    np.testing.assert_allclose(face.pose, (yaw, 0, 0), atol=1e-6)


@pytest.mark.parametrize(("read", "most", "least"), [(30, 8.5, 6.5), (39, 1.1, 0.8), (40, 0, 0), (170, 0, 0)])
def test_what_the_detector_read_far_off_counts_less_and_then_not_at_all(read, most, least):
    estimator = HeadPoseEstimator(detector=ReadingDetector(Pose(read, 0, 0)), engine=LevelEngine(), finder_share=0.5)
    (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
    assert least - 1e-6 <= face.pose.yaw <= most + 1e-6
    assert ("unsure" in face.flags) == (read >= 40)


def test_the_detector_reads_the_picture_as_it_is_the_engine_a_face_turned_upright():
    lying = ReadingDetector(Pose(0, 0, -74), turn=90, score=0.89)
    (face,) = HeadPoseEstimator(detector=lying, engine=LevelEngine(), finder_share=0.5)(np.zeros((64, 64, 3), np.uint8))
    np.testing.assert_allclose(face.pose, (0, 0, -82), atol=1e-6)
    assert face.upright_turn == 90


class Answer(LevelEngine):
    """Answers the same, whatever it is asked."""

    def __init__(self, answer):
        self.answer = answer

    def predict(self, crops_bgr):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (np.zeros((2, 3)), r"'level' must tell three angles of each of 1 crops; got \(2, 3\)"),
        (np.zeros((0, 3)), r"three angles of each of 1 crops; got \(0, 3\)"),
        (np.zeros((1, 1)), r"three angles of each of 1 crops; got \(1, 1\)"),
        ([[np.nan, 0, 0]], "'level' told angles that are no numbers"),
    ],
)
def test_what_an_engine_answers_is_looked_at(answer, said):
    estimator = HeadPoseEstimator(detector=ReadingDetector(None), engine=Answer(answer))
    with pytest.raises(InputError, match=said):
        estimator(np.zeros((64, 64, 3), np.uint8))


class UnsureEngine(LevelEngine):
    """Reads level faces, and tells how far off that may be."""

    def __init__(self, error_deg):
        self.error_deg = error_deg

    def read(self, crops_bgr):
        poses = np.asarray(self.predict(crops_bgr), np.float32)
        return Reading(poses, np.tile(np.array([1.0, self.error_deg, 2.0], np.float32), (len(poses), 1)))


@pytest.mark.parametrize(("error_deg", "flags"), [(UNSURE_DEG - 0.1, ()), (UNSURE_DEG, ("unsure",))])
def test_a_face_of_which_one_angle_may_be_far_off_is_unsure(error_deg, flags):
    estimator = HeadPoseEstimator(detector=ReadingDetector(None), engine=UnsureEngine(error_deg))
    (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
    assert face.flags == flags
    assert face.expected_error == pytest.approx((1, error_deg, 2))


def test_the_expected_error_of_a_face_that_lies_is_that_of_its_angles_in_the_picture():
    estimator = HeadPoseEstimator(detector=ReadingDetector(None, turn=90), engine=UnsureEngine(5.0))
    (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
    np.testing.assert_allclose(face.pose, (0, 0, -90), atol=1e-6)
    assert face.expected_error == pytest.approx((5, 1, 2))


def test_a_face_is_as_unsure_as_it_is_read_whichever_way_it_is_turned():
    detector = ReadingDetector(Pose(0, 0, 45), score=0.9)
    for error_deg, flags in ((UNSURE_DEG - 0.1, ()), (UNSURE_DEG, ("unsure",))):
        estimator = HeadPoseEstimator(detector=detector, engine=UnsureEngine(error_deg))
        (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
        assert face.flags == flags
        assert max(face.expected_error) < 6


def test_whole_numbers_are_an_answer_with_an_unknown_error():
    estimator = HeadPoseEstimator(detector=ReadingDetector(None), engine=Answer([[1, 2, 3]]))
    (face,) = estimator(np.zeros((64, 64, 3), np.uint8))
    assert (face.pose, face.expected_error) == ((1.0, 2.0, 3.0), None)
    assert estimator.predict_crops(np.zeros((1, 64, 64, 3), np.uint8)).dtype == np.float32


def test_a_box_without_a_pixel_is_no_face_and_takes_no_other_one_along():
    detector = ReadingDetector(None)
    detector.detect = lambda _image_bgr: [Detection((10, 10, 10.3, 10.4), 0.9), detector.face]
    (face,) = HeadPoseEstimator(detector=detector, engine=LevelEngine())(np.zeros((64, 64, 3), np.uint8))
    assert face.box_xyxy == detector.face.box_xyxy


@pytest.mark.parametrize(("told", "share"), [(Pose(88, 0, 1), 0.4), (Pose(0, 0, 8), 0.0)])
def test_a_face_that_is_read_beyond_profile_keeps_its_angles(told, share):
    detector, engine = ReadingDetector(told), Answer([[95.0, 3.0, 2.0]])
    (face,) = HeadPoseEstimator(detector=detector, engine=engine, finder_share=share)(np.zeros((64, 64, 3), np.uint8))
    assert 91 < face.pose.yaw < 99
    assert np.abs(face.pose[1:]).max() < 60


def test_what_is_prepared_may_come_one_by_one_and_turns_as_an_array():
    estimator = HeadPoseEstimator(detector=ReadingDetector(None), engine=LevelEngine())
    pictures = [np.zeros((64, 64, 3), np.uint8)] * 2
    assert [len(faces) for faces in estimator.estimate(map(estimator.prepare, pictures))] == [1, 1]
    assert len(estimator.crop(pictures[0], [(10, 10, 50, 50)] * 2, np.zeros(2))) == 2


class CutEngine(LevelEngine):
    """Says that every face looks ahead, and remembers what it was shown."""

    def predict(self, crops_bgr):
        self.crops = crops_bgr
        return super().predict(crops_bgr)


@pytest.mark.parametrize(
    ("score", "lean", "turn"),
    [
        (0.9, 30, -30),
        (0.9, -150, 150),
        (0.9, 9, -7.2),  # leans only a little, and is turned a little less
        (0.9, 5, 0),
        (0.89, 30, 0),  # not sure enough to be taken at its word
    ],
)
def test_a_face_is_cut_upright_by_what_its_detector_says_that_it_leans(score, lean, turn):
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    detector, engine = ReadingDetector(Pose(0, 0, lean), score=score), CutEngine()
    (face,) = HeadPoseEstimator(detector=detector, engine=engine)(image)
    np.testing.assert_allclose(face.pose, (0, 0, -turn), atol=1e-6)
    assert face.upright_turn == 0
    np.testing.assert_array_equal(engine.crops, crop_turned(image, (10, 10, 50, 50), turn)[None])


def test_only_our_own_weights_are_mixed_unless_a_share_is_given():
    assert HeadPoseEstimator().finder_share == HeadPoseEstimator(weights="synthetic").finder_share == FINDER_SHARE
    assert HeadPoseEstimator(weights="synthetic", finder_share=0).finder_share == 0
    with pytest.raises(ValueError, match=r"share of a pose lies in 0\.\.1; got 1\.5"):
        HeadPoseEstimator(finder_share=1.5)


def test_a_detector_that_reads_no_poses_has_no_share_of_them():
    assert HeadPoseEstimator(detector="lbp").finder_share == 0
    assert HeadPoseEstimator(detector="lbp", any_angle=True).finder_share == 0
    assert HeadPoseEstimator(detector="scout", any_angle=True).finder_share == FINDER_SHARE


def test_a_detector_that_is_an_object_may_read_poses():
    assert HeadPoseEstimator(detector=ReadingDetector(Pose(20, 0, 0))).finder_share == FINDER_SHARE


def test_every_engine_by_name_is_in_the_docstring():
    assert all(f'"{name}"' in HeadPoseEstimator.__doc__ for name in ("auto", *ENGINES))


@pytest.mark.parametrize("weights", OUR_MODELS)
def test_our_own_weights_are_mixed_by_whatever_path_they_come(weights):
    file = BUNDLED.parents[1] / weights / "capsule.onnx"
    assert HeadPoseEstimator(weights=file).finder_share == FINDER_SHARE


def test_weights_that_are_not_ours_answer_alone(tmp_path):
    file, content = tmp_path / "free.onnx", (BUNDLED.parents[1] / "free" / "capsule.onnx").read_bytes()
    own = next(known.sha256 for known in BUNDLED_WEIGHTS if known.model == "capsule").encode()
    assert content.count(own) == 1
    file.write_bytes(content.replace(own, own[::-1]))
    assert HeadPoseEstimator(weights=file).finder_share == 0
    file.write_bytes(content.replace(b"weights_sha256", b"weights_sha512"))
    assert HeadPoseEstimator(weights=file).finder_share == 0


@pytest.mark.parametrize("weights", OUR_MODELS)
@pytest.mark.parametrize("kind", ["onnx", "keras", "openvino"])
def test_an_engine_that_is_made_apart_answers_as_the_one_by_name(kind, weights, repository):
    picture = cv2.imread(str(repository / "demo" / "assets" / "group.jpg"))
    by_name = HeadPoseEstimator("capsule", weights, engine=kind)
    apart = HeadPoseEstimator(engine=create_engine(kind, model="capsule", weights=weights))
    assert (apart.name, apart.finder_share) == (by_name.name, FINDER_SHARE)
    poses = [face.pose for face in apart(picture)]
    assert len(poses) == 6
    np.testing.assert_allclose(poses, [face.pose for face in by_name(picture)], atol=1e-3)


def test_only_an_engine_of_the_package_is_straightened_and_once():
    own, again = LevelEngine(), HeadPoseEstimator("capsule").engine
    assert HeadPoseEstimator(engine=own).engine is own
    assert HeadPoseEstimator(engine=again).engine is again
    assert {made.name for made in ENGINE_CLASSES} == set(ENGINES)


def test_the_name_is_that_of_the_model_in_the_file(tmp_path):
    said, silent = tmp_path / "said.onnx", tmp_path / "silent.onnx"
    shutil.copy(BUNDLED.parents[1] / "free" / "capsule.onnx", said)
    silent.write_bytes(said.read_bytes().replace(b"\n\x05model\x12\x07capsule", b"\n\x05modem\x12\x07capsule"))
    names = [HeadPoseEstimator(weights=str(file)).name for file in (said, silent)]
    assert names == ["scout, capsule", "scout, silent.onnx"]
    assert HeadPoseEstimator("var_capsule", weights=str(silent)).name == "scout, var_capsule"
    with pytest.raises(ValueError, match="is an export of capsule, not of var_capsule"):
        HeadPoseEstimator("var_capsule", weights=str(said))


def test_without_a_file_the_name_is_that_of_the_model_or_the_default():
    assert HeadPoseEstimator().name == "scout, fusion_capsule"
    assert HeadPoseEstimator("capsule", weights="free", any_angle=True).name == "scout at any angle, capsule"


def test_an_engine_that_is_given_is_called_by_its_model_or_itself():
    class Nameless:
        input_size = 64

        def predict(self, crops_bgr):
            return np.zeros((len(crops_bgr), 3), np.float32)

    network = create_engine("keras", model="var_capsule")
    for engine, name in ((network, "var_capsule"), (LevelEngine(), "level"), (Nameless(), "Nameless")):
        assert HeadPoseEstimator(engine=engine).name == f"scout, {name}"
    again = HeadPoseEstimator("capsule").engine
    assert HeadPoseEstimator(engine=again).name == "scout, capsule"


@pytest.mark.parametrize("settings", [{"model": "garbage"}, {"model": "capsule"}, {"weights": "free"}])
def test_a_model_or_weights_beside_an_engine_that_has_them_are_refused(settings):
    with pytest.raises(InputError, match=r"has a network of its own: leave model and weights out, got"):
        HeadPoseEstimator(engine=LevelEngine(), **settings)


@pytest.mark.parametrize("size", [-5, 640])
def test_a_size_of_search_beside_a_detector_that_has_one_is_refused(size):
    with pytest.raises(InputError, match=f"searches at a size of its own: leave detect_size out, got {size}"):
        HeadPoseEstimator(detector=ReadingDetector(None), engine=LevelEngine(), detect_size=size)


@pytest.mark.parametrize("shape", [(64, 64, 3), (2, 64, 64, 1), (2, 64, 64)])
def test_crops_of_a_wrong_shape_are_refused(estimator, shape):
    with pytest.raises(ValueError, match=r"must be an \(N, h, w, 3\) BGR array; got shape"):
        estimator.predict_crops(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9, -50])
def test_crops_of_floats_that_are_no_values_of_pixels_are_refused(estimator, value):
    crops = np.zeros((2, 64, 64, 3), np.float32)
    crops[1, 2, 3, 0] = value
    with pytest.raises(InputError, match=r"floats must have values of 0\.\.255; got .* to "):
        estimator.predict_crops(crops)


@pytest.mark.parametrize("shape", [(1, 0, 5, 3), (1, 5, 0, 3)])
def test_crops_without_pixels_are_refused(estimator, shape):
    with pytest.raises(InputError, match="Crops must have pixels; got shape"):
        estimator.predict_crops(np.zeros(shape, np.uint8))


def test_boxes_that_are_no_numbers_are_refused(estimator, scene):
    for value in (np.nan, np.inf):
        with pytest.raises(InputError, match=f"A face box is four finite numbers of pixels; got 0, 0, {value}, 10"):
            estimator.crop(scene([]), [(0, 0, float(value), 10)])


@pytest.mark.parametrize("box", [(0, 0, 10), (0, 0, 10, 10, 5), 7, [[0, 0, 10, 10]]])
def test_boxes_of_more_or_fewer_numbers_are_refused(estimator, scene, box):
    with pytest.raises(InputError, match="A face box is four finite numbers of pixels; got "):
        estimator.crop(scene([]), [box])


NO_PICTURES = [
    None,
    np.zeros((64, 64), np.uint8),
    np.zeros((64, 64, 4), np.uint8),
    *(np.zeros((64, 64, 3), kind) for kind in (np.float32, np.uint16)),
]


@pytest.mark.parametrize("picture", NO_PICTURES)
@pytest.mark.parametrize("method", ["crop", "look_again"])
def test_what_is_no_picture_is_refused_wherever_one_is_taken(estimator, method, picture):
    wanted = {"crop": [(10, 10, 50, 50)], "look_again": [Face((10, 10, 50, 50), 0.9, Pose(0, 0, 0))]}
    with pytest.raises(InputError, match=r"takes a (NumPy|BGR) image \(h, w, 3\)"):
        getattr(estimator, method)(picture, wanted[method])


@pytest.mark.parametrize("side", [64, 100])
def test_crops_of_another_type_are_refused(estimator, side):
    for kind in (np.int64, np.float16, bool):
        with pytest.raises(InputError, match=rf"must be uint8, or floats .*; got {np.dtype(kind)}"):
            estimator.predict_crops(np.zeros((2, side, side, 3), kind))
    np.testing.assert_allclose(estimator.predict_crops(np.full((2, side, side, 3), 7.5, np.float32)), 7.5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"detect_size": -5}, "The longer side, in pixels, at which pictures are searched must be a whole number"),
        ({"detect_size": 1.5}, "must be a whole number, 1 or more, got 1.5"),
        ({"batch_size": 0}, "batch_size must be a whole number, 1 or more, got 0"),
        ({"batch_size": -1}, "batch_size must be a whole number, 1 or more, got -1"),
        ({"margin": float("nan")}, r"The margin of a crop lies in 0\.\.3; got nan"),
        ({"margin": -0.1}, r"The margin of a crop lies in 0\.\.3; got -0\.1"),
        ({"detector": None}, r"A detector is one of auto, lbp, .*, or an object with detect\(image_bgr\); got None"),
        ({"engine": None}, "An engine is one of auto, onnx, .*, or an object with input_size and predict.*; got None"),
        ({"finder_share": float("nan")}, r"share of a pose lies in 0\.\.1; got nan"),
        ({"finder_share": 0.4, "detector": "lbp"}, "Detector 'lbp' reads no poses to take a share of"),
    ],
)
def test_settings_that_are_none_are_refused_in_a_sentence(settings, message):
    with pytest.raises(InputError, match=message):
        HeadPoseEstimator(**settings)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"model": "fsa"}, "var_capsule"),
        ({"detector": "haar"}, "yunet"),
        ({"engine": "tpu"}, "There is no engine 'tpu'. The engines are: auto, onnx"),
    ],
)
def test_unknown_names_list_the_known_ones(names, message):
    with pytest.raises(ValueError, match=message):
        HeadPoseEstimator(**names)


def test_the_public_names_are_there():
    assert fsanet.HeadPoseEstimator is HeadPoseEstimator
    assert fsanet.Face.__name__ == "Face"
    assert fsanet.Pose(1, 2, 3).pitch == 2
    assert set(fsanet.__all__) <= set(dir(fsanet))


def test_a_face_that_has_left_the_picture_is_not_seen_again(estimator, scene):
    (face,) = estimator(scene([(40, 40, 40, 255)]))
    gone = Detection((200, 40, 240, 80), 0.9)
    estimator._upright.detect_each = lambda views: [[gone] for _ in views]
    assert estimator.look_again(scene([(40, 40, 40, 255)]), [face]) == [None]


def test_what_lies_beside_the_picture_is_no_face_though_its_margin_reaches_in(scene, monkeypatch):
    beside, half_in = Detection((162, 40, 202, 80), 0.9), Detection((140, 40, 180, 80), 0.8)

    class Both:
        def detect(self, _image_bgr):
            return [beside, half_in]

    estimator = HeadPoseEstimator(detector=Both(), engine=LevelEngine(), margin=0.4)
    assert estimator.detect(scene([])) == [half_in]
    known = estimator(scene([])) * 2
    monkeypatch.setattr(estimator_module, "detect_near", lambda *_: [beside, half_in])
    assert [face and face.score for face in estimator.look_again(scene([]), known)] == [None, 0.8]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_lying_face_is_looked_for_again_as_it_lies(monkeypatch, turn):
    asked = []
    monkeypatch.setattr(
        estimator_module, "detect_near", lambda _search, _picture, places, _close: asked.extend(places) or [None]
    )
    face = Face((10, 10, 50, 50), 0.9, Pose(0, 0, 0), upright_turn=turn)
    estimator = HeadPoseEstimator(detector=ReadingDetector(None), engine=LevelEngine())
    assert estimator.look_again(np.zeros((64, 64, 3), np.uint8), [face]) == [None]
    assert asked == [Place((10, 10, 50, 50), turn)]


@pytest.mark.parametrize("detector", ["scout", "yunet"])
def test_what_is_no_picture_is_told(detector):
    with pytest.raises(ValueError, match=r"takes a NumPy image .*; got NoneType"):
        HeadPoseEstimator(detector=detector)(None)


def test_a_detector_of_ones_own_searches_at_any_angle(scene):
    class Own:
        def detect(self, _image_bgr):
            return [Detection((10, 10, 50, 50), 0.9)]

    estimator = HeadPoseEstimator(detector=Own(), any_angle=True)
    assert len(estimator(scene([]))) >= 1


@pytest.mark.parametrize("any_angle", [False, True])
def test_at_another_size_the_network_and_all_else_stay(any_angle):
    pictures = HeadPoseEstimator(any_angle=any_angle, margin=0.3)
    frames = pictures.at_size(320)
    assert frames.engine is pictures.engine
    assert (frames.finder_share, frames.margin, frames.name) == (FINDER_SHARE, 0.3, pictures.name)
    assert isinstance(frames.detector, AnyAngleDetector) == any_angle
    assert (frames._upright.long_side, pictures._upright.long_side) == (320, 1280)


@pytest.mark.parametrize("detector", [ReadingDetector(None), ScoutDetector()])
def test_a_detector_that_was_given_has_a_size_of_its_own(detector):
    estimator = HeadPoseEstimator(detector=detector)
    assert not estimator.fewer_pixels_in_videos
    with pytest.raises(InputError, match="given as an object searches at a size of its own"):
        estimator.at_size(320)
