"""Stamps that begin anew go on, damaged ones move nothing else, and sound stays beside its pictures."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from fsanet.inference.video.stamps import RisingStamps

PICTURES = SimpleNamespace(index=0, guessed_rate=Fraction(25), average_rate=None)


def moved(stamps):
    """Stamps of packets after they were moved; those of sound are given as ("sound", stamp), all in hundredths."""
    rising = RisingStamps(PICTURES)
    packets = [packet(*stamp) if isinstance(stamp, tuple) else packet("pictures", stamp) for stamp in stamps]
    return [one.dts for one in rising.of(packets)], rising.moved_s


def packet(what, stamp, is_discard=False):
    shown = None if stamp is None else stamp + 8
    return SimpleNamespace(
        stream=SimpleNamespace(index=what == "sound"),
        dts=stamp,
        pts=shown,
        time_base=Fraction(1, 100),
        is_discard=is_discard,
    )


@pytest.mark.parametrize("start", [0, 100, 980])
def test_stamps_that_begin_anew_go_on_after_the_last(start):
    assert moved([1000, 1004, 1008, start, start + 4, start + 30])[0] == [1000, 1004, 1008, 1012, 1016, 1042]


def test_stamps_may_begin_anew_more_than_once():
    assert moved([*range(0, 100, 4)] * 3)[0] == list(range(0, 300, 4))


def test_times_of_decoding_and_showing_are_moved_alike():
    rising = RisingStamps(PICTURES)
    packets = list(rising.of([packet("pictures", stamp) for stamp in (1000, 1004, 0, 4)]))
    assert [(one.dts, one.pts) for one in packets] == [(1000, 1008), (1004, 1012), (1008, 1016), (1012, 1020)]


def test_frames_that_are_not_quite_in_order_are_left_alone():
    assert moved([100, 104, 90, 108, 112]) == ([100, 104, 90, 108, 112], 0)


def test_one_damaged_stamp_moves_no_other():
    assert moved([1000, 1004, 3, 1012, 1016]) == ([1000, 1004, 1008, 1012, 1016], 0)


def test_what_an_edit_list_cuts_off_moves_nothing():
    cut_off = [("pictures", stamp, True) for stamp in (40, 44, 48)]
    assert moved([96, 100, *cut_off, 104, 108]) == ([96, 100, 40, 44, 48, 104, 108], 0)


def test_packets_without_a_stamp_pass():
    assert moved([1000, ("pictures", None), 1004])[0] == [1000, None, 1004]


def test_sound_is_moved_with_its_pictures_also_where_it_comes_late():
    sound = [("sound", stamp) for stamp in (1003, 1009, 1, 6)]  # the second lies behind pictures that begin anew
    stamps, moved_s = moved([1000, 1004, sound[0], 0, 4, sound[1], sound[2], 8, sound[3]])
    assert stamps == [1000, 1004, 1003, 1008, 1012, 1009, 1009, 1016, 1014]
    assert moved_s == Fraction(1008, 100)
