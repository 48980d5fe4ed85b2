"""What follows a face in a video elsewhere, on the same clip: MediaPipe's Face Mesh and this project, poses alone."""

import json
import tempfile
from pathlib import Path
from statistics import median

from fsanet.benchmarks.own_process import OwnProcess
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.benchmarks.speed.video import DETECT_EVERY, Passage, go_through
from fsanet.mediapipe_environment import VERSION, run_script

TITLE = "Peers on a video of 640x480 with one face: frames a second from the file to poses or points, nothing drawn"
_SCRIPT = Path(__file__).with_name("video_peer_script.py")


def run(effort: Effort) -> Section:
    """Measure the sides in turn.

    Raises:
        OSError: where MediaPipe's environment cannot be made.
    """
    from fsanet.benchmarks.assets import write_clip  # needs PyAV

    sides: dict[str, list[Passage]] = {}
    with tempfile.TemporaryDirectory() as folder, OwnProcess() as process:
        clip = write_clip(Path(folder) / "clip.mp4", effort.frames)
        process(go_through, clip, None, 1)  # the first one loads the networks
        for _ in range(effort.rounds):
            for every in DETECT_EVERY:
                name = f"fsanet, scout and fusion, detect_every={every}"
                sides.setdefault(name, []).append(process(go_through, clip, None, every))
            sides.setdefault(f"MediaPipe {VERSION} Face Mesh", []).append(_mediapipe(clip))
    return Section("video_peers", TITLE, [_row(name, passages, effort.frames) for name, passages in sides.items()])


def _row(name: str, passages: list[Passage], frames: int) -> Row:
    rates = tuple(frames / passage.seconds for passage in passages)
    cpu_ms = 1e3 * median(passage.cpu_seconds for passage in passages) / frames
    return Row(name, "frames/s", rates, {"CPU ms a frame": cpu_ms, "faces": f"{passages[-1].faces}/{frames}"})


def _mediapipe(clip: Path) -> Passage:

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "taken.json")
        run_script(_SCRIPT, clip, out)
        return Passage(*json.loads(out.read_text()))
