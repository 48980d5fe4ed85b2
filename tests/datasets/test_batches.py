import numpy as np
import pytest

from fsanet.datasets.batches import Batches, View
from fsanet.datasets.pose_set import PoseSet


def numbered_set(count: int, first: int = 0, size: int = 8) -> PoseSet:
    """Sample n has n in every pixel and label."""
    numbers = np.arange(first, first + count)
    image = np.broadcast_to(numbers[:, None, None, None], (count, size, size, 3)).astype(np.uint8)
    pose = np.repeat(numbers[:, None], 3, axis=1).astype(float)
    return PoseSet(image, pose, [f"face{number}" for number in numbers])


def whole(pose_set: PoseSet, **settings) -> View:
    return View(pose_set, np.arange(len(pose_set)), **settings)


def seen_in(batches: Batches, epoch: int) -> np.ndarray:
    return np.concatenate([batch.pose[:, 0] for batch in batches.epoch(epoch)])


def test_an_epoch_sees_every_sample_once():
    batches = Batches([whole(numbered_set(12))], 4, seed=0)
    assert len(batches) == 3
    assert sorted(seen_in(batches, 0)) == list(range(12))


def test_images_labels_and_weights_belong_together_over_several_views():
    sets = numbered_set(10), numbered_set(7, first=100)
    views = [whole(sets[0]), View(sets[1], np.array([6, 0, 3]), label_weight=(1, 1, 0))]
    for batch in Batches(views, 5, seed=1).epoch(0):
        assert batch.image.dtype == np.uint8
        assert batch.pose.dtype == batch.weight.dtype == np.float32
        np.testing.assert_array_equal(batch.image[:, 0, 0, 0], batch.pose[:, 0])
        np.testing.assert_array_equal(batch.weight[:, 2], batch.pose[:, 0] < 100)
    seen = seen_in(Batches(views, 13, seed=1), 0)
    assert sorted(seen) == [*range(10), 100, 103, 106]


def test_a_view_gives_its_samples_alone_and_repeats_those_it_repeats():
    batches = Batches([View(numbered_set(9), np.array([2, 5, 5]))], 3, seed=0)
    assert sorted(seen_in(batches, 0)) == [2, 5, 5]


def test_seed_and_epoch_alone_decide_the_order():
    views = [whole(numbered_set(40))]
    first, again, other = Batches(views, 8, seed=3), Batches(views, 8, seed=3), Batches(views, 8, seed=4)
    np.testing.assert_array_equal(seen_in(first, 5), seen_in(again, 5))
    assert not np.array_equal(seen_in(first, 5), seen_in(first, 6))
    assert not np.array_equal(seen_in(first, 5), seen_in(other, 5))


def test_an_epoch_goes_on_in_its_middle():
    batches = Batches([whole(numbered_set(20))], 4, seed=0)
    rest = [batch.pose[:, 0] for batch in batches.epoch(2, first_step=3)]
    np.testing.assert_array_equal(np.concatenate(rest), seen_in(batches, 2)[12:])


def test_what_fills_no_batch_waits_for_another_epoch():
    batches = Batches([whole(numbered_set(10))], 4, seed=0)
    assert len(batches) == 2
    seen = {number for epoch in range(20) for number in seen_in(batches, epoch)}
    assert seen == set(range(10))


def test_fewer_samples_than_a_batch_are_one_batch():
    batches = Batches([whole(numbered_set(3))], 16, seed=0)
    assert (len(batches), batches.batch_size) == (1, 3)


def test_a_batch_is_described_by_its_first_samples():
    views = [whole(numbered_set(4)), whole(numbered_set(4, first=50))]
    batches = Batches(views, 6, seed=0)
    names = [f"face{number}" for number in (0, 1, 2, 3, 50, 51, 52, 53)]
    assert batches.describe(1, 0) == ", ".join(names[number] for number in batches.order(1)[0][:4])


def test_no_sample_is_an_error():
    with pytest.raises(ValueError, match="no sample to make batches of"):
        Batches([View(numbered_set(3), np.array([], int))], 4, seed=0)


def test_different_sizes_are_an_error():
    with pytest.raises(ValueError, match=r"crops of one size, got crops of \[8, 16\] pixels"):
        Batches([whole(numbered_set(3)), whole(numbered_set(3, size=16))], 4, seed=0)


def test_an_empty_batch_is_an_error():
    with pytest.raises(ValueError, match="batch size is at least 1, got 0"):
        Batches([whole(numbered_set(3))], 0, seed=0)
