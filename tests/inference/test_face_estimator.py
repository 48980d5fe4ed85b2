import pytest

from fsanet.inference.face_estimator import FLAGS, USEFUL_HEIGHT, flags_of

SIZE_WH = (200, 100)


@pytest.mark.parametrize(
    ("box", "flags"),
    [
        ((50, 20, 90, 60), ()),
        ((-3, 20, 37, 60), ()),  # a little beyond the border is usual
        ((-8, 20, 32, 60), ("cut",)),
        ((180, 20, 220, 60), ("cut",)),
        ((185, 20, 225, 60), ("outside",)),
        ((50, 85, 90, 125), ("outside",)),
        ((50, 20, 70, 20 + USEFUL_HEIGHT - 0.5), ("small",)),
        ((50, 20, 70, 20 + USEFUL_HEIGHT), ()),
        ((-6, 20, 6, 36), ("cut", "small")),
    ],
)
def test_what_a_box_says(box, flags):
    assert flags_of(box, SIZE_WH) == flags


def test_what_the_search_says_comes_last():
    assert flags_of((-6, 20, 6, 36), SIZE_WH, turned=True) == ("cut", "small", "turned")


def test_every_word_is_explained_and_is_one_word():
    assert all(meaning and " " not in word for word, meaning in FLAGS.items())
