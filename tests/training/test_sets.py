import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import set_path
from fsanet.training.sets import load_training_sets
from fsanet.training.settings import ExtraSet, Settings


def save_set(path, count, first=0, size=16, poses=None, **given) -> None:
    random = np.random.default_rng(first)
    poses = random.uniform(-60, 60, (count, 3)) if poses is None else poses
    sources = [f"person{(first + number) // 2}" for number in range(count)]
    PoseSet(random.integers(0, 256, (count, size, size, 3), np.uint8), poses, sources, **given).save(path)


def settings(folder, **given) -> Settings:
    return Settings(data_folder=str(folder), image_size=16, **({"data": "own"} | given))


def sources(views) -> set[str]:
    return {source for view in views for source in view.pose_set.source[view.indices]}


def test_ones_own_set_is_split_by_source(tmp_path):
    save_set(tmp_path / "own.npz", 40)
    sets = load_training_sets(settings(tmp_path))
    assert (sum(map(len, sets.train)), sum(map(len, sets.validation))) == (32, 8)
    assert not sources(sets.train) & sources(sets.validation)


def test_a_protocol_with_a_validation_set_uses_it_whole(tmp_path):
    save_set(tmp_path / "synthetic_train.npz", 20)
    save_set(tmp_path / "synthetic_validation.npz", 6, first=100)
    sets = load_training_sets(settings(tmp_path, data="synthetic"))
    assert (sum(map(len, sets.train)), sum(map(len, sets.validation))) == (20, 6)


def test_mirrored_copies_in_another_set_stay_on_one_side(tmp_path):
    for name in ("AFW", "HELEN", "IBUG", "LFPW"):
        for flip in ("", "_Flip"):  # equal sources in both
            save_set(tmp_path / f"{name}{flip}.npz", 20, first=1000 * len(name))
    sets = load_training_sets(settings(tmp_path, data="300W_LP"))
    assert sum(map(len, sets.train)) + sum(map(len, sets.validation)) == 160
    assert not sources(sets.train) & sources(sets.validation)


def test_samples_beyond_the_limit_are_left_out_and_counted(tmp_path):
    poses = np.zeros((10, 3))
    poses[3, 1] = 120
    save_set(tmp_path / "own.npz", 10, poses=poses)
    sets = load_training_sets(settings(tmp_path))
    assert sets.left_out == 1
    assert "1 left out" in sets.describe()


@pytest.mark.parametrize("name", ["Pointing04", "Pointing04_masked_rotated"])
def test_pointing04_is_trained_on_up_to_the_tilt_that_is_tested(tmp_path, name):
    poses = np.zeros((20, 3))
    poses[:3, 1] = 90, -90, 60
    save_set(tmp_path / f"{name}.npz", 20, poses=poses)
    sets = load_training_sets(settings(tmp_path, data=name))
    assert sets.left_out == 2
    trained_on = np.concatenate([view.poses() for view in (*sets.train, *sets.validation)])
    assert (len(trained_on), trained_on[:, 1].max()) == (18, 60)


def test_extra_sets_join_training_alone(tmp_path):
    save_set(tmp_path / "own.npz", 20)
    save_set(tmp_path / "Pointing04.npz", 12, first=500, meta={"roll_labelled": False})
    extra = ExtraSet("Pointing04", only=("person250", "person251"), copies=3, label_weight=0.5)
    sets = load_training_sets(settings(tmp_path, extra=(extra,)))
    view = sets.train[-1]
    assert len(view) == 12  # four samples, three times
    assert sources([view]) == {"person250", "person251"}
    assert view.label_weight == (0.5, 0.5, 0.0)  # its labels have no roll
    assert not sources([view]) & sources(sets.validation)


@pytest.mark.parametrize("given_as", ["name", "path", "path of a copy"])
def test_a_roll_that_is_not_labelled_does_not_count_however_the_set_is_named(tmp_path, given_as):
    file = tmp_path / ("mine.npz" if given_as == "path of a copy" else "Pointing04.npz")
    save_set(file, 20, meta={"roll_labelled": False})
    sets = load_training_sets(settings(tmp_path, data="Pointing04" if given_as == "name" else str(file)))
    assert {view.label_weight for view in (*sets.train, *sets.validation)} == {(1.0, 1.0, 0.0)}


def test_extra_sets_that_fit_nothing_are_an_error(tmp_path):
    save_set(tmp_path / "own.npz", 20)
    save_set(tmp_path / "more.npz", 4, first=500)
    with pytest.raises(ValueError, match=r"No source of the set 'more' fits face\*; one is 'person250'"):
        load_training_sets(settings(tmp_path, extra=(ExtraSet("more", only=("face*",)),)))


def test_extra_sets_may_not_hold_what_is_validated_on(tmp_path):
    save_set(tmp_path / "own.npz", 20)
    with pytest.raises(ValueError, match="sources are in training and validation, such as 'person"):
        load_training_sets(settings(tmp_path, extra=(ExtraSet("own"),)))


def test_fingerprint_tells_other_labels(tmp_path):
    save_set(tmp_path / "own.npz", 20)
    first = load_training_sets(settings(tmp_path)).fingerprint()
    assert load_training_sets(settings(tmp_path)).fingerprint() == first
    save_set(tmp_path / "own.npz", 20, poses=np.ones((20, 3)))
    assert load_training_sets(settings(tmp_path)).fingerprint() != first


def test_fingerprint_tells_sets_of_equal_labels_that_were_made_in_another_way(tmp_path):
    prints = set()
    for meta in ({"margin": 0.4}, {"margin": 0.6}, {"margin": 0.6, "detector": "yunet"}):
        save_set(tmp_path / "own.npz", 20, meta=meta)
        prints.add(load_training_sets(settings(tmp_path)).fingerprint())
    assert len(prints) == 3


def test_paths_and_names(tmp_path):
    assert set_path("a/b.npz", tmp_path).as_posix() == "a/b.npz"
    assert set_path("AFW", tmp_path) == tmp_path / "AFW.npz"


class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "command"),
        [("synthetic", "make preprocess DB=synthetic"), ("BIWI", "DB=BIWI"), ("mine", "DB=own RAW=folder")],
    )
    def test_a_missing_set_says_which_command_makes_it(self, tmp_path, data, command):
        with pytest.raises(FileNotFoundError, match=f"No pose set at .*{command}"):
            load_training_sets(settings(tmp_path, data=data))

    def test_another_image_size(self, tmp_path):
        save_set(tmp_path / "own.npz", 10, size=32)
        with pytest.raises(ValueError, match="crops of 32x32 pixels where 16x16 are needed"):
            load_training_sets(settings(tmp_path))

    def test_an_empty_set(self, tmp_path):
        np.savez(tmp_path / "own.npz", image=np.empty((0, 16, 16, 3), np.uint8), pose=np.empty((0, 3)))
        with pytest.raises(ValueError, match=r"the set is empty \(0 samples\)"):
            load_training_sets(settings(tmp_path))

    def test_labels_that_are_no_numbers(self, tmp_path):
        pose = np.full((4, 3), [1.0, np.nan, 0.0])
        np.savez(tmp_path / "own.npz", image=np.zeros((4, 16, 16, 3), np.uint8), pose=pose)
        with pytest.raises(ValueError, match="4 of 4 labels are NaN or infinite"):
            load_training_sets(settings(tmp_path))

    def test_a_truncated_file(self, tmp_path):
        save_set(tmp_path / "own.npz", 10)
        content = (tmp_path / "own.npz").read_bytes()
        (tmp_path / "own.npz").write_bytes(content[: len(content) // 2])
        with pytest.raises(ValueError, match="truncated or no npz file"):
            load_training_sets(settings(tmp_path))

    def test_nothing_within_the_limit(self, tmp_path):
        save_set(tmp_path / "own.npz", 6, poses=np.full((6, 3), 150.0))
        with pytest.raises(ValueError, match="beyond the limit: nothing is left"):
            load_training_sets(settings(tmp_path))

    def test_one_source_cannot_be_split(self, tmp_path):
        save_set(tmp_path / "own.npz", 2)
        with pytest.raises(ValueError, match="1 source cannot be split"):
            load_training_sets(settings(tmp_path))
