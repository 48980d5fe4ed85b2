import os
import signal
import time
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.inference.video import h264
from fsanet.inference.video import writer as video_writer
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.writer import writing_video

GREY = np.full((48, 64, 3), 120, np.uint8)


def write(path, times_s, sound_of="", last=GREY):
    with writing_video(path, 25, sound_of) as video:
        for number, time_s in enumerate(times_s, 1):
            video.write(last if number == len(times_s) else GREY, time_s)
    return path


def test_h264_with_the_times_that_were_given(tmp_path):
    times = [0, 0.04, 0.05, 0.5, 1.0, 1.034]
    path = write(tmp_path / "a.mp4", times)
    np.testing.assert_allclose([frame.time_s for frame in VideoReader(str(path))], times, atol=1e-4)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert container.duration / 1e6 == pytest.approx(1.034, abs=0.05)


@pytest.mark.parametrize("size", [(1, 1), (47, 63), (48, 63)])
def test_odd_sides_get_a_row_or_column(tmp_path, size):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        video.write(np.full((*size, 3), 90, np.uint8))
    frame = next(iter(VideoReader(str(tmp_path / "a.mp4")))).image_bgr
    assert frame.shape[:2] == tuple(side + side % 2 for side in size)
    assert frame.mean() == pytest.approx(90, abs=3)


def with_sound(path, codec, seconds=1.0, starts_s=0.0, rate=48000, pictures="mpeg4"):
    """A clip with a tone."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(pictures, rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(codec, rate=rate)
        audio.layout = "mono"
        for i in range(round(25 * seconds)):
            frame = av.VideoFrame.from_ndarray(GREY, format="bgr24")
            frame.pts, frame.time_base = round(1000 * (starts_s + i / 25)), Fraction(1, 1000)
            container.mux(video.encode(frame))
        tone = (3000 * np.sin(np.arange(round(rate * seconds)) / 20)).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = rate, round(rate * starts_s), Fraction(1, rate)
        container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mkv", "aac"), (".mkv", "pcm_s16le"), (".ts", "aac"), (".ts", "mp2"), (".mp4", "aac")]
)
def test_sound_is_carried_over_in_a_form_that_browsers_play(tmp_path, suffix, codec):
    source = with_sound(tmp_path / f"a{suffix}", codec, starts_s=2.0 if suffix == ".ts" else 0.0)
    reader = VideoReader(str(source))
    assert reader.sound_of == str(source)
    path = write(tmp_path / "b.mp4", [frame.time_s for frame in reader], str(source))
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        assert audio.codec_context.name == "aac"
        assert float(audio.duration * audio.time_base) == pytest.approx(1.0, abs=0.1)
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio)], axis=-1)
        assert np.abs(sound).max() > 0.05
        assert sound.shape[-1] / audio.codec_context.sample_rate == pytest.approx(1.0, abs=0.15)


def written_sound(path):
    """Codec of the sound, its stamps in seconds, and of the samples at full volume those that are heard, in seconds."""
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        frames = list(container.decode(audio))
        heard = np.concatenate([np.abs(frame.to_ndarray()).max(0) for frame in frames]) > 0.02
        return audio.codec.canonical_name, [frame.time for frame in frames], heard.sum() / frames[0].sample_rate


@pytest.mark.parametrize(
    ("suffix", "codec", "rate", "written"),
    [
        (".avi", "ac3", 48000, "aac"),
        (".avi", "libmp3lame", 8000, "aac"),  # too slow for mp4
        (".avi", "libmp3lame", 44100, "mp3"),
        (".mkv", "libmp3lame", 48000, "mp3"),
        (".mp4", "libmp3lame", 16000, "mp3"),
    ],
)
def test_sound_lasts_as_long_as_its_pictures(tmp_path, suffix, codec, rate, written):
    source = with_sound(tmp_path / f"a{suffix}", codec, 3.0, rate=rate)
    path = write(tmp_path / "b.mp4", [frame.time_s for frame in VideoReader(str(source))], str(source))
    name, times_s, heard_s = written_sound(path)
    assert name == written
    assert times_s[-1] == pytest.approx(3.0, abs=0.2)
    assert max(np.diff(times_s)) < 0.2
    assert heard_s > 2.5


@pytest.mark.parametrize(
    ("suffix", "codec", "pictures"),
    [(".ts", "aac", "mpeg4"), (".ts", "ac3", "libx264"), (".mpg", "ac3", "mpeg2video"), (".mpg", "mp2", "mpeg2video")],
)
def test_sound_of_joined_recordings_goes_on_beside_its_pictures(tmp_path, suffix, codec, pictures):
    parts = [
        with_sound(tmp_path / f"{start_s}{suffix}", codec, 3.0, start_s, pictures=pictures).read_bytes()
        for start_s in (300.0, 5.0)
    ]
    (tmp_path / f"joined{suffix}").write_bytes(b"".join(parts))
    source = str(tmp_path / f"joined{suffix}")
    times_s = [frame.time_s for frame in VideoReader(source)]
    assert times_s[-1] == pytest.approx(6.0, abs=0.1)
    _, sound_s, heard_s = written_sound(write(tmp_path / "b.mp4", times_s, source))
    assert sound_s[-1] == pytest.approx(6.0, abs=0.2)
    assert max(np.diff(sound_s)) < 0.2
    assert heard_s > 5.0


def test_a_file_of_sound_alone_gives_its_sound(tmp_path):
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        audio = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.full((1, 48000), 9000, np.int16), format="s16", layout="mono")
        sound.sample_rate = 48000
        container.mux(audio.encode(sound))
    path = write(tmp_path / "b.mp4", [0, 0.5, 1.0], str(tmp_path / "a.wav"))
    assert written_sound(path)[1][-1] == pytest.approx(1.0, abs=0.1)


def test_a_source_without_sound(tmp_path):
    source = write(tmp_path / "a.mp4", [0, 0.04])
    assert VideoReader(str(source)).sound_of == ""


def test_a_source_of_sound_that_cannot_be_read_costs_the_sound_only(tmp_path):
    (tmp_path / "text.mp4").write_text("text")
    path = write(tmp_path / "b.mp4", [0, 0.04], str(tmp_path / "text.mp4"))
    assert len(list(VideoReader(str(path)))) == 2


@pytest.mark.parametrize(("claimed_hz", "written_hz"), [(47_000.0, 48_000), (3.0, None), (1e7, None)])
def test_sound_of_a_rate_that_aac_has_not(tmp_path, claimed_hz, written_hz):
    """What `make fuzz` found: a rate that lies kept the encoder from opening, long after the sound was looked at."""
    source = with_sound(tmp_path / "a.mkv", "pcm_s16le")
    right, lie = (b"\xb5\x88" + np.array([hz], ">f8").tobytes() for hz in (48000.0, claimed_hz))  # SamplingFrequency
    assert right in source.read_bytes()
    source.write_bytes(source.read_bytes().replace(right, lie))
    with av.open(str(write(tmp_path / "b.mp4", [0, 0.5], str(source)))) as container:
        assert [sound.codec_context.sample_rate for sound in container.streams.audio] == [written_hz][
            : bool(written_hz)
        ]
        assert len(list(container.decode(video=0))) == 2


def test_sound_of_a_codec_that_ffmpeg_does_not_know_costs_the_sound_only(tmp_path):
    source = with_sound(tmp_path / "a.mkv", "aac")
    assert b"A_AAC" in source.read_bytes()
    source.write_bytes(source.read_bytes().replace(b"A_AAC", b"A_ZZZ"))
    with av.open(str(write(tmp_path / "b.mp4", [0, 0.5], str(source)))) as container:
        assert not container.streams.audio
        assert len(list(container.decode(video=0))) == 2


def test_sound_that_turns_out_to_be_damaged_costs_no_frame(tmp_path, monkeypatch):
    source = with_sound(tmp_path / "a.mkv", "aac")

    def twice(packets):
        first = next(packets)
        yield first
        first.dts = first.pts = -1000  # back in time: mp4 takes no such packet
        yield first

    copied = h264._Sound._copied
    monkeypatch.setattr(h264._Sound, "_copied", lambda sound, stream: twice(copied(sound, stream)))
    assert len(list(VideoReader(str(write(tmp_path / "b.mp4", [0, 0.04, 0.9], str(source)))))) == 3


def test_without_pyav_opencv_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(video_writer, "find_spec", lambda name: None)
    path = write(tmp_path / "a.mp4", [0, 0.04, 0.08])
    capture = cv2.VideoCapture(str(path))
    assert int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) == 3


def test_a_name_that_is_not_utf8(tmp_path):
    path = write(tmp_path / "caf\udce9.mp4", [0, 0.04])
    path = path.rename(tmp_path / "cafe.mp4")
    assert len(list(VideoReader(str(path)))) == 2


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="taken"):
        write(tmp_path / "taken" / "a.mp4", [0])


@pytest.mark.parametrize(
    ("times_s", "said"),
    [
        ([0, 0.1, 0.1], "got 0.1 after 0.1"),
        ([0, 0.1, 0.05], "got 0.05 after 0.1"),
        ([0, 0.1, 0.1 + 1e-6], "got 0.100001 after 0.1"),  # the same tick
        ([-1, 0], "got -1"),
        ([np.nan, 1], "got nan"),
        ([0, np.inf], "got inf after 0"),
    ],
)
@pytest.mark.parametrize("has_pyav", [True, False])
def test_times_that_do_not_rise_are_told(tmp_path, monkeypatch, times_s, said, has_pyav):
    monkeypatch.setattr(video_writer, "find_spec", lambda name: has_pyav)
    with pytest.raises(InputError, match=rf"^The times of a video's frames rise from 0 seconds on, {said}\.$"):
        write(tmp_path / "a.mp4", times_s)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("frame", [GREY[..., 0], GREY.astype(np.float32), np.dstack([GREY, GREY[..., :1]])])
@pytest.mark.parametrize("has_pyav", [True, False])
def test_frames_that_are_no_pictures_in_bgr_are_told(tmp_path, monkeypatch, frame, has_pyav):
    monkeypatch.setattr(video_writer, "find_spec", lambda name: has_pyav)
    with pytest.raises(InputError, match=r"^A picture must be uint8 \(H, W, 3\), got "):
        write(tmp_path / "a.mp4", [0, 0.1], last=frame)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fps", [0, -5, np.nan, np.inf, 1e12])
def test_rates_that_no_video_has_are_told(tmp_path, fps):
    with pytest.raises(InputError, match="more than 0 and at most 90000 frames a second, got"):  # noqa: SIM117
        with writing_video(tmp_path / "a.mp4", fps) as video:
            video.write(GREY)
    assert not list(tmp_path.iterdir())


def test_a_video_without_a_frame_is_told(tmp_path):
    with pytest.raises(InputError, match=r"No frame was written to '.*a\.mp4': a video has one at least"):
        write(tmp_path / "a.mp4", [])
    assert not list(tmp_path.iterdir())


def test_an_error_before_the_first_frame_keeps_its_own_words(tmp_path):
    with pytest.raises(InputError, match="damaged"), writing_video(tmp_path / "a.mp4", 10):
        raise InputError("damaged")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("take1.2", "take1.2.mp4"),
        ("take1.3", "take1.3.mp4"),
        ("take", "take.mp4"),
        ("a.b.mp4", "a.b.mp4"),
        ("a.avi", "a.mp4"),
        ("a.MOV", "a.mp4"),
    ],
)
def test_a_name_is_not_cut_at_a_dot_that_begins_no_suffix_of_a_video(tmp_path, name, written):
    write(tmp_path / name, [0])
    assert [file.name for file in tmp_path.iterdir()] == [written]


def test_a_size_that_the_encoder_does_not_take_is_told(tmp_path):
    with pytest.raises(InputError, match="No video of 17000 x 16 pixels can be written"):  # noqa: SIM117
        with writing_video(tmp_path / "a.mp4", 10) as video:
            video.write(np.zeros((16, 17000, 3), np.uint8))
    assert not list(tmp_path.iterdir())


def test_ctrl_c_in_the_middle_of_a_write_arrives_and_loses_no_frame(tmp_path, monkeypatch):
    encode, frames = h264.H264Sink._encode, []

    def interrupted(sink, planes, time_s):
        if len(frames) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)  # the interrupt comes while this goes on
        frames.append(time_s)
        encode(sink, planes, time_s)

    monkeypatch.setattr(h264.H264Sink, "_encode", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "a.mp4", [i / 25 for i in range(10)])
    assert len(frames) == 4
    assert len(list(VideoReader(str(tmp_path / "a.mp4")))) == 4
