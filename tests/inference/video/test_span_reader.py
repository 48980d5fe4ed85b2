"""Parts of a video have the frames that one reading has: numbers, times and pictures, whatever the container."""

from types import SimpleNamespace

import av
import numpy as np
import pytest

from fsanet.cluster.split import in_parts, split_videos
from fsanet.inference.sources import Source
from fsanet.inference.video import index as video_index
from fsanet.inference.video.frame_sources import open_frames
from fsanet.inference.video.index import length_s, read_index
from fsanet.inference.video.span_reader import SpanReader
from fsanet.inference.video.spans import KeyFrame, Span

CONTAINERS = [
    ("a.mp4", "libx264", {"bf": "2"}),
    ("open.mkv", "libx264", {"x264-params": "open-gop=1:bframes=3"}),
    ("sought_late.ts", "libx264", {"bf": "2"}),
    ("sought_later.mpg", "mpeg2video", {"bf": "2"}),
    ("old.avi", "mpeg4", {"bf": "0"}),
    ("old.webm", "libvpx", {"deadline": "realtime"}),
]


def write_clip(path, codec="libx264", options=None, count=240, gop=12):
    """A bar that moves over grey, 25 frames a second."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options=options or {})
        video.width, video.height, video.pix_fmt, video.gop_size = 64, 48, "yuv420p", gop
        for number in range(count):
            image = np.full((48, 64, 3), number // 2, np.uint8)
            image[:, number % 54 : number % 54 + 10] = 255
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(video.encode(None))
    return str(path)


def facts(frames):
    return [(frame.index, frame.time_s, frame.image_bgr.tobytes()) for frame in frames]


def hide_frames(path, into):
    """Copy a VP8 video, every ninth frame but key frames marked as one that is referred to and not shown."""
    with av.open(path) as source, av.open(str(into), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            data = bytearray(bytes(packet))
            if data and number % 9 == 5 and not packet.is_keyframe:
                data[0] &= ~0x10
            changed = av.Packet(bytes(data))
            changed.pts, changed.dts, changed.time_base = packet.pts, packet.dts, packet.time_base
            changed.stream, changed.is_keyframe = stream, packet.is_keyframe
            if data:
                copy.mux(changed)
    return str(into)


@pytest.mark.parametrize(("name", "codec", "options"), CONTAINERS)
def test_parts_have_the_frames_of_the_whole(tmp_path, name, codec, options):
    check_parts(Source("video", write_clip(tmp_path / name, codec, options)))


def test_frames_that_are_not_shown_do_not_count(tmp_path):
    name = hide_frames(write_clip(tmp_path / "a.webm", "libvpx", {"deadline": "realtime"}), tmp_path / "b.webm")
    assert 200 < len(read_index(name).pts) < 225
    check_parts(Source("video", name))


def without_start(path, into, share=0.28):
    """A recording that begins between key frames, as those of broadcasts do: a stream without its first packets."""
    data = path.read_bytes()
    into.write_bytes(data[int(len(data) / 188 * share) * 188 :])
    return str(into)


def without_first_packets(path, into, count=5):
    """The same for containers with a header, whose decoders answer with an error for each frame before a key frame."""
    with av.open(path) as source, av.open(str(into), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size and number >= count:
                packet.stream = stream
                copy.mux(packet)
    return str(into)


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"bf": "2", "sc_threshold": "0"}),
        ("libx264", {"x264-params": "open-gop=1:bframes=4:scenecut=0"}),
        ("mpeg2video", {"bf": "2"}),
    ],
)
def test_recordings_that_begin_between_key_frames_are_numbered_as_they_are_read(tmp_path, codec, options):
    write_clip(tmp_path / "a.ts", codec, options, count=400, gop=50)
    name = without_start(tmp_path / "a.ts", tmp_path / "b.ts")
    with av.open(name) as container:
        packets = sum(packet.size > 0 for packet in container.demux(video=0))
    assert len(read_index(name).pts) < packets
    check_parts(Source("video", name))


def test_frames_before_the_first_key_frame_that_are_errors_keep_their_numbers(tmp_path):
    whole = write_clip(tmp_path / "a.webm", "libvpx", {"deadline": "realtime"}, count=280)
    name = without_first_packets(whole, tmp_path / "b.webm")
    assert len(read_index(name).pts) == 275
    check_parts(Source("video", name), missed_at_first=7)


def test_where_errors_before_the_first_key_frame_hide_the_numbers_nothing_is_split(tmp_path):
    hidden = hide_frames(
        write_clip(tmp_path / "a.webm", "libvpx", {"deadline": "realtime"}, gop=60), tmp_path / "b.webm"
    )
    name = without_first_packets(hidden, tmp_path / "c.webm")
    assert split_videos([Source("video", name)], 4, span_s=4) == (
        {},
        [(name, "its frames cannot be told by their time stamps")],
    )


def test_joined_recordings_are_not_split(tmp_path):
    write_clip(tmp_path / "a.ts")
    (tmp_path / "b.ts").write_bytes((tmp_path / "a.ts").read_bytes() * 2)
    name = str(tmp_path / "b.ts")
    split = split_videos([Source("video", name)], 4, span_s=4)
    assert split == ({}, [(name, "its time stamps begin anew within it")])


def check_parts(source, missed_at_first=0):
    whole = facts(open_frames(source.kind, source.name))
    parts = in_parts([source], split_videos([source], 4, span_s=4).spans)
    assert len(parts) == 3
    stops = [0]
    for part in parts:
        span = part.span
        reader = open_frames(part.kind, part.name, span)
        assert facts(reader) == [fact for fact in whole if span.begin <= fact[0] < span.stop]
        assert reader.missed_frames == (0 if span.key else missed_at_first)
        assert span.start == stops[-1]
        assert span.number == 0 or span.begin < span.start
        stops.append(span.stop)
    assert stops[-1] == whole[-1][0] + 1


def test_a_part_is_not_read_from_the_start(tmp_path):
    source = Source("video", write_clip(tmp_path / "a.mp4", count=400))
    last = in_parts([source], split_videos([source], 4, span_s=4).spans)[-1]
    assert last.span.key.index > last.span.begin - 24
    assert 0 < last.span.begin - last.span.key.index < 13 or last.span.begin == last.span.key.index


def test_where_the_key_frame_is_not_found_all_is_read(tmp_path):
    name = write_clip(tmp_path / "a.mp4")
    span = Span(1, 100, 120, 130, KeyFrame(96, 1, 0))  # a stamp that no frame has
    assert facts(SpanReader(name, span)) == facts(open_frames("video", name))[100:130]


def test_the_index_knows_times_and_key_frames(tmp_path):
    name = write_clip(tmp_path / "a.mp4", options={"bf": "0", "sc_threshold": "0"})
    index = read_index(name)
    np.testing.assert_allclose(index.pts * index.tick_s, np.arange(240) / 25, atol=1e-6)
    assert index.frame_at(2.0, 100) == 50
    assert index.frame_at(2.0, 10) == 0
    assert index.key_before(100).index == 96
    assert index.key_before(23) is None
    assert length_s(name) == pytest.approx(9.6)


class Watched:
    """A file of PyAV, its own only video stream: neither can be asked once it is closed, as their memory is freed."""

    def __init__(self, name):
        self._file = av.open(name)

    def __getattr__(self, asked):
        assert self._file is not None, f"{asked} of a closed file"
        return getattr(self._file.streams.video[0], asked)

    @property
    def streams(self):
        return SimpleNamespace(video=[self])

    def demux(self, stream):
        return self._file.demux(self._file.streams.video[0])

    def close(self):
        self._file.close()
        self._file = None


def test_nothing_is_asked_of_a_closed_file(tmp_path, monkeypatch):
    """Its ticks were none after the index of three hours was made, whose memory lay where the stream had been."""
    name = write_clip(tmp_path / "a.mp4", count=24)
    monkeypatch.setattr(video_index, "open_media", Watched)
    assert len(read_index(name).pts) == 24
