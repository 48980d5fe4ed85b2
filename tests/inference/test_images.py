import errno
import weakref
from pathlib import Path

import numpy as np
import pytest

from fsanet.image.reading import write_image
from fsanet.inference import images
from fsanet.inference.images import estimate_images


def test_results_come_in_order_and_batches_reach_across_files(tmp_path, estimator, scene):
    names = []
    for i in range(40):
        names.append(str(tmp_path / f"{i}.png"))
        write_image(names[-1], scene([(10, 20, 30, 201 + i)] * (i % 3 > 0)))
    results = list(estimate_images(estimator, names))
    assert [result.name for result in results] == names
    for i, result in enumerate(results):
        assert [face.pose.yaw for face in result.faces] == [201 + i] * (i % 3 > 0)
    assert len(estimator.engine.batches) <= 3


@pytest.fixture
def eight(tmp_path, scene):
    """Names of eight pictures of 57,600 bytes of pixels with a face each."""
    names = [str(tmp_path / f"{i}.png") for i in range(8)]
    for i, name in enumerate(names):
        write_image(name, scene([(10, 20, 30, 201 + i)]))
    return names


def test_a_batch_ends_where_its_pixels_fill_what_is_allowed(eight, estimator, monkeypatch):
    monkeypatch.setattr(images, "_BYTES_PER_BATCH", 100_000)
    results = list(estimate_images(estimator, eight))
    assert estimator.engine.batches == [2] * 4
    assert [face.pose.yaw for result in results for face in result.faces] == [201 + i for i in range(8)]
    assert [result.image_bgr.shape for result in results] == [(120, 160, 3)] * 8


def test_pictures_that_are_not_kept_count_nothing_and_are_gone_when_they_are_searched(eight, estimator, monkeypatch):
    searched, prepare = [], estimator.prepare

    def watched(image):
        searched.append(weakref.ref(image))
        return prepare(image)

    monkeypatch.setattr(images, "_BYTES_PER_BATCH", 100_000)
    monkeypatch.setattr(estimator, "prepare", watched)
    results = []
    for result in estimate_images(estimator, eight, keep_pictures=False):
        assert [picture() for picture in searched] == [None] * 8
        results.append(result)
    assert estimator.engine.batches == [8]
    assert [(result.image_bgr, result.error, len(result.faces)) for result in results] == [(None, "", 1)] * 8


def test_a_bad_file_does_not_disturb_the_others(tmp_path, estimator, scene):
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    write_image(good, scene([(10, 20, 30, 250)]))
    bad.write_text("no picture")
    results = list(estimate_images(estimator, [str(bad), str(good), str(tmp_path / "gone.png")]))
    assert [len(result.faces) for result in results] == [0, 1, 0]
    assert "bad.png" in results[0].error
    assert "No image file at" in results[2].error


def test_a_file_that_may_not_be_read_is_told_in_a_sentence(tmp_path, estimator, monkeypatch):
    path = tmp_path / "secret.jpg"
    path.touch()

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (result,) = estimate_images(estimator, [str(path)])
    assert result.error == f"'{path}' may not be read or written by this user: check the path, or give another one."


def test_no_batch_is_larger_than_asked_for(tmp_path, estimator, scene):
    name = str(tmp_path / "crowd.png")
    write_image(name, scene([(12 * i, 12 * j, 9, 250) for i in range(10) for j in range(8)]))
    estimator.batch_size = 32
    (result,) = estimate_images(estimator, [name])
    assert len(result.faces) == 80
    assert max(estimator.engine.batches) == 32


def test_names_are_read_no_further_than_needed(tmp_path, estimator, scene):
    name = str(tmp_path / "a.png")
    write_image(name, scene([(10, 20, 30, 250)]))
    taken = []
    results = estimate_images(estimator, (taken.append(i) or name for i in range(10_000)))
    next(results)
    results.close()
    assert len(taken) < 100
    assert not np.isnan(taken).any()
