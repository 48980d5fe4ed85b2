import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.training.adaptation.source_weights import counts_by, distance_weights, effective_samples, neighbour_counts

SOURCE = np.array([[0.0, 0, 0], [10, 0, 0], [60, 0, 0], [-60, 0, 0]])


def test_each_target_pose_counts_its_nearest_source_samples():
    target = np.array([[1.0, 0, 0], [8, 0, 0], [12, 2, 0]])
    assert neighbour_counts(SOURCE, target, 1).tolist() == [1, 2, 0, 0]
    assert neighbour_counts(SOURCE, target, 2).tolist() == [3, 3, 0, 0]
    assert neighbour_counts(SOURCE, target, 9).tolist() == [3, 3, 3, 3]


def test_near_profile_rotations_are_compared_and_not_angles():
    """At a yaw of 90 degrees pitch 40 with roll 40 is nearly the frontal pitch and roll of the same head."""
    source = np.array([[89.9, 40, 40], [89.9, 0, 30]])
    assert neighbour_counts(source, np.array([[89.9, 0, 0]]), 1).tolist() == [1, 0]


def test_far_from_every_target_pose_a_source_sample_counts_nothing():
    target = np.array([[-10.0, 0, 0], [0, 0, 0], [10, 0, 0]])
    weights = distance_weights(SOURCE, target, 1)
    assert weights[:2] == pytest.approx([1, 1])
    assert weights[2:].tolist() == [0, 0]
    between = distance_weights(np.array([[12.0, 0, 0]]), target, 1)[0]
    assert 0 < between < 1


def test_the_distance_from_which_on_nothing_counts_is_that_to_the_middle_over_the_root_of_two():
    """Two rotations that are an angle apart differ by the root of eight times the sine of half of it."""
    target = np.array([[-40.0, 0, 0], [40, 0, 0]])
    limit = np.sqrt(8) * np.sin(np.deg2rad(40)) / 2 / np.sqrt(2)
    distance = np.sqrt(8) * np.sin(np.deg2rad(10) / 2)
    assert distance_weights(np.array([[50.0, 0, 0]]), target, 1)[0] == pytest.approx(1 - distance / limit)


def test_where_no_source_sample_counts_it_is_said():
    """PADA-like's distances reach half of the target's spread: a source of other poses altogether has none of that."""
    target = np.array([[-10.0, 30, 0], [0, 30, 0], [10, 30, 0]])
    with pytest.raises(InputError, match="None of the 4 source samples counts"):
        counts_by("distance", SOURCE, target, 1)
    assert counts_by("distance", SOURCE, target - [0, 30, 0], 1).any()
    assert counts_by("neighbours", SOURCE, target, 1).sum() == 3
    assert counts_by("", SOURCE, target, 1).tolist() == [1] * 4


def test_the_effective_number_of_samples():
    assert effective_samples(np.ones(7)) == pytest.approx(7)
    assert effective_samples(np.array([5.0, 0, 0])) == pytest.approx(1)
    assert effective_samples(np.array([2.0, 1, 1])) == pytest.approx(16 / 6)
