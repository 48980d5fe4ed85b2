"""The simulated job, against what can be reckoned by hand."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.benchmarks.stragglers import Job, main, simulate
from fsanet.console import EXIT_ERROR

JOB = Job(pictures=8000, workers=4, rate=10.0, start=2.0)


def course(job: Job, shards: int, seed: int = 0):
    return simulate(job, shards, np.random.default_rng(seed))


def test_equal_workers_take_equal_turns():
    assert course(JOB, 4).seconds == pytest.approx(2 + 2000 / 10)
    assert course(JOB, 16).seconds == pytest.approx(4 * (2 + 500 / 10))
    assert course(JOB, 16).at_work == pytest.approx(200 / 208)
    assert course(JOB, 5).seconds == pytest.approx(2 * (2 + 1600 / 10))  # one works on while three wait


def test_a_slow_worker_holds_all_up_where_shards_are_few():
    job = replace(JOB, slow=0.25, slowness=4.0)
    assert course(job, 4).seconds == pytest.approx(2 + 2000 / 2.5)
    assert course(job, 64).seconds < 0.4 * course(job, 4).seconds


def test_a_store_that_gives_little_sets_the_rate():
    job = replace(JOB, megabytes=0.5, store=10.0)  # 20 pictures a second for all
    assert job.rates() == pytest.approx([5.0] * 4)
    assert course(job, 4).seconds == pytest.approx(2 + 2000 / 5)
    assert replace(job, store=1000.0).rates() == pytest.approx([10.0] * 4)


def test_lost_workers_cost_their_absence_and_no_picture():
    job = replace(JOB, lost_every=300.0, away=100.0)
    for seed in range(5):
        some = course(job, 16, seed)
        assert some.losses > 0
        assert course(JOB, 16).seconds < some.seconds < course(JOB, 16).seconds + some.losses * 110


def test_the_command_prints_a_line_for_each_number_of_shards(capsys):
    assert main(["--pictures", "1000", "--workers", "2", "--lost-every", "0", "--slow", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1,000 pictures, 2 workers: 0.00 h at best"
    assert [line.split()[0] for line in lines[2:]] == ["2", "8", "32", "128"]


def test_the_start_of_a_shard_is_an_option_and_counts_once_a_shard(capsys):
    words = ["--pictures", "36000", "--workers", "1", "--rate", "10", "--lost-every", "0", "--slow", "0"]
    for start, hours in (("0", ["1.00", "1.00"]), ("900", ["1.25", "2.00"])):
        assert main([*words, "--start", start]) == 0
        assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[2:4]] == hours


@pytest.mark.parametrize(
    "wrong", ["--rate 0", "--rate -3", "--pictures 0", "--megabytes 0", "--lost-every -1", "--start -1"]
)
def test_a_job_that_cannot_be_is_one_sentence(wrong, capsys):
    assert main(wrong.split()) == EXIT_ERROR
    [sentence] = capsys.readouterr().err.strip().splitlines()
    assert wrong.split()[0].strip("-").replace("-", "_") in sentence
