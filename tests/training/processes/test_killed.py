"""The command on two processes: whichever is killed ends the other with one sentence, and the same command goes on."""

import subprocess
import sys
import time

import keras
import psutil
import pytest

from fsanet.console import EXIT_ERROR
from fsanet.training.checkpoint import FILE_NAME
from tests.fixtures.tiny_training import progress_of

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="several processes need TensorFlow")
MOST_S = 10.0


@pytest.fixture
def start(own_npz, tmp_path, repository):
    """Starts the command; what it leaves is killed."""
    options = f"--set {own_npz} --model ssrnet_ori_mt --epochs 1000 --batch 8 --setting image_size=16 --workers 2"
    command = [sys.executable, "-m", "tests.fixtures.tiny_command", "train", *options.split(), "--out", str(tmp_path)]
    started = []

    def run() -> subprocess.Popen:
        process = subprocess.Popen(
            command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def follower_of(command: subprocess.Popen) -> psutil.Process:
    [follower] = [child for child in psutil.Process(command.pid).children() if "spawn_main" in str(child.cmdline())]
    return follower


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more; nobody may have asked yet how an orphan ended."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def wait_for_epoch(checkpoint, epoch: int) -> None:
    while not checkpoint.is_file() or progress_of(checkpoint)["epoch"] < epoch:
        time.sleep(0.2)


@pytest.mark.slow
def test_a_killed_process_ends_the_other_and_the_same_command_goes_on(start, tmp_path):
    checkpoint = tmp_path / "own" / "ssrnet_ori_mt" / FILE_NAME
    command = start()
    wait_for_epoch(checkpoint, 1)
    follower_of(command).kill()
    _, errors = command.communicate(timeout=MOST_S)
    assert command.returncode == EXIT_ERROR
    assert errors.count("error: ") == errors.count("error: Process 2 of 2 has ended") == 1

    stopped_in = progress_of(checkpoint)["epoch"]
    command = start()
    wait_for_epoch(checkpoint, stopped_in + 1)
    follower = follower_of(command)
    command.kill()
    said, errors = command.communicate(timeout=MOST_S)  # the follower holds the other end: this waits for its end, too
    assert has_ended(follower)
    assert f"going on in epoch {stopped_in + 1}, step 0" in said
    assert errors.count("error: ") == errors.count("error: Process 1 of 2 has ended") == 1
