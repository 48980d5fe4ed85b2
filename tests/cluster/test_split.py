"""Which videos are split, into which parts, and the sentence on those that are not."""

import pytest

pytest.importorskip("av", reason="pip install 'fsanet[video]' to test how videos are split")

import av
import numpy as np

from fsanet.cluster.shard import Shard, all_shards, names_digest
from fsanet.cluster.split import in_parts, split_videos, summary_of_whole
from fsanet.inference.sources import Source


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A video of 200 seconds, two frames a second."""
    path = tmp_path_factory.mktemp("split") / "long.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=2)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        for _ in range(400):
            container.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="bgr24")))
        container.mux(video.encode(None))
    return Source("video", str(path))


def edges(split, source):
    return [(span.start, span.stop) for span in split.spans[source.name]]


def test_parts_are_even_and_no_longer_than_was_asked_for(clip):
    assert edges(split_videos([clip], 2, span_s=70), clip) == [(0, 133), (133, 266), (266, 400)]


def test_parts_are_a_quarter_of_a_share_but_a_minute_at_least(clip):
    assert edges(split_videos([clip], 64), clip) == [(0, 100), (100, 200), (200, 300), (300, 400)]
    assert edges(split_videos([clip], 1), clip) == edges(split_videos([clip], 64), clip)


def test_a_short_video_and_pictures_are_no_parts(clip):
    sources = [Source("image", "a.jpg"), clip]
    split = split_videos(sources, 4, span_s=300)
    assert split == ({}, [])
    assert in_parts(sources, split.spans) == sources


@pytest.mark.parametrize("every", [1, 7, 60])
def test_a_part_begins_where_one_run_searches_two_searches_before_its_start(clip, every):
    spans = split_videos([clip], 2, span_s=70, search_every=every).spans[clip.name]
    assert spans[0].begin == 0
    for span in spans[1:]:
        assert span.begin % every == 0 or span.begin == spans[span.number - 1].start
        assert span.begin <= span.start - max(10, 2 * every) or span.begin == spans[span.number - 1].start


def test_parts_go_round_the_shards(clip):
    parts = in_parts([clip], split_videos([clip], 4, span_s=4).spans)
    assert len(parts) == 50
    sizes = [sum(map(shard.holds, parts)) for shard in all_shards(4)]
    assert sorted(sizes) == [12, 12, 13, 13]
    assert [Shard(1, 4).holds(part) for part in parts[:8]].count(True) == 2


def test_other_parts_are_another_run(clip):
    digests = {names_digest(in_parts([clip], split_videos([clip], 4, span_s=s).spans)) for s in (50, 70, 300)}
    assert len(digests) == 3


def test_what_cannot_be_split_is_one_sentence(clip, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    sources = [Source("camera", "0"), Source("pictures", "a.gif"), Source("video", str(broken)), Source("stream", "-")]
    split = split_videos([*sources, clip], 4)
    assert list(split.spans) == [clip.name]
    sentence = summary_of_whole(split.whole)
    assert sentence.startswith("Not split, one process takes all of it: 0 (a camera); a.gif (pictures in one file); ")
    assert "cannot be opened as a video" in sentence
    assert sentence.endswith("; and 1 more.")


def test_without_pyav_nothing_is_split(clip, monkeypatch):
    monkeypatch.setattr("fsanet.cluster.split.find_spec", lambda name: None)
    assert split_videos([clip], 4) == ({}, [(clip.name, "splitting needs PyAV: pip install 'fsanet[video]'")])
