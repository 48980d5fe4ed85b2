"""The streaming writer: same bytes as in one go, resumable, constant in memory."""

import json
import tracemalloc

import numpy as np
import pytest

from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.npz_stream import Chunk, LeftOut, PoseStream
from fsanet.datasets.pose_set import PoseSet


def chunk(index, samples=4, size=16, left_out=()):
    rng = np.random.default_rng(index)
    return Chunk(
        image=rng.integers(0, 256, (samples, size, size, 3), dtype=np.uint8),
        pose=rng.normal(0, 30, (samples, 3)),
        source=[f"face{index}" * (index + 1)] * samples,  # of other lengths in other chunks
        extras={"masked": rng.random(samples) < 0.5},
        left_out=left_out,
    )


def joined(chunks):
    return PoseSet(
        np.concatenate([c.image for c in chunks]),
        np.concatenate([c.pose for c in chunks]),
        [name for c in chunks for name in c.source],
        {"margin": 0.4, "samples": sum(len(c.pose) for c in chunks), "left_out": {}},
        {"masked": np.concatenate([c.extras["masked"] for c in chunks])},
    )


def test_chunks_in_any_order_give_the_bytes_of_the_whole(tmp_path):
    chunks = [chunk(index) for index in range(5)]
    joined(chunks).save(tmp_path / "whole.npz")
    stream = PoseStream(tmp_path / "streamed.npz", 5, {})
    for index in (3, 0, 4, 2, 1):
        stream.add(index, chunks[index])
    stream.finish({"margin": 0.4})
    assert (tmp_path / "streamed.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["streamed.npz", "whole.npz"]


def test_what_is_there_is_not_made_again(tmp_path):
    PoseStream(tmp_path / "a.npz", 3, {"seed": 1}).add(1, chunk(1))
    assert PoseStream(tmp_path / "a.npz", 3, {"seed": 1}).missing() == [0, 2]


@pytest.mark.parametrize(("chunks", "plan"), [(3, {"seed": 2}), (4, {"seed": 1})])
def test_another_plan_starts_over(tmp_path, chunks, plan):
    PoseStream(tmp_path / "a.npz", 3, {"seed": 1}).add(1, chunk(1))
    assert PoseStream(tmp_path / "a.npz", chunks, plan).missing() == list(range(chunks))


def test_the_summary_counts_and_keeps_the_order(tmp_path):
    stream = PoseStream(tmp_path / "a.npz", 2, {})
    stream.add(1, chunk(1, left_out=[LeftOut("c.jpg", "no face", "none found", broken=False)]))
    stream.add(0, chunk(0, left_out=[LeftOut("a.jpg", "missing mat"), LeftOut("b.jpg", "no face")]))
    summary = stream.finish({"margin": 0.4})
    assert summary.samples == 8
    assert [item.name for item in summary.left_out] == ["a.jpg", "b.jpg", "c.jpg"]
    assert not summary.left_out[2].broken
    meta = read_meta(tmp_path / "a.npz")
    assert meta == {"margin": 0.4, "samples": 8, "left_out": {"missing mat": 1, "no face": 2}}


def test_an_empty_chunk_is_a_chunk(tmp_path):
    stream = PoseStream(tmp_path / "a.npz", 2, {})
    stream.add(0, Chunk(np.empty((0, 16, 16, 3)), np.empty((0, 3)), [], left_out=[LeftOut("a", "no face")]))
    stream.add(1, chunk(1))
    assert stream.finish({}).samples == 4
    assert len(PoseSet.load(tmp_path / "a.npz").extras["masked"]) == 4


def test_nothing_usable_is_an_error_and_no_npz(tmp_path):
    stream = PoseStream(tmp_path / "a.npz", 1, {})
    stream.add(0, Chunk(np.empty((0, 16, 16, 3)), np.empty((0, 3)), [], left_out=[LeftOut("a", "no face")] * 3))
    with pytest.raises(ValueError, match=r"No usable sample for '.*a.npz': 3 x no face"):
        stream.finish({})
    assert list(tmp_path.iterdir()) == []


def test_finishing_too_early_says_what_is_missing(tmp_path):
    stream = PoseStream(tmp_path / "a.npz", 3, {})
    stream.add(1, chunk(1))
    with pytest.raises(ValueError, match="lacks 2 of 3 parts: start the command again"):
        stream.finish({})
    assert stream.missing() == [0, 2]


def test_memory_does_not_grow_with_the_set(tmp_path):
    stream = PoseStream(tmp_path / "a.npz", 60, {})
    one = chunk(0, samples=64, size=64)
    tracemalloc.start()
    for index in range(60):
        stream.add(index, one)
    assert stream.finish({}).samples == 60 * 64
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "a.npz").stat().st_size > 47e6
    assert peak < 8e6  # one chunk is 0.8 MB


def test_left_out_travels_as_json(tmp_path):
    item = LeftOut("ä/b.jpg", "no face", 'with "quotes"')
    stream = PoseStream(tmp_path / "a.npz", 1, {})
    stream.add(0, chunk(0, left_out=[item]))
    assert stream.left_out() == [item]
    assert json.loads(json.dumps(vars(item))) == vars(item)
