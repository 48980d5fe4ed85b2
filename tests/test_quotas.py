"""Quotas of control groups, in folders as Linux has them."""

import pytest

from fsanet import workers
from fsanet.quotas import cores_of_quota


def system(folder, groups: str, files: dict[str, str]):
    """A `proc` and a `sys` with files of control groups."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "self" / "cgroup").write_text(groups)
    for name, text in files.items():
        path = folder / "sys" / "fs" / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "cores"), [("200000 100000\n", 2), ("150000 100000\n", 2), ("5000 100000\n", 1), ("max 100000\n", None)]
)
def test_a_quota_of_the_second_version_is_rounded_up(tmp_path, text, cores):
    assert cores_of_quota(system(tmp_path, "0::/\n", {"cpu.max": text})) == cores


@pytest.mark.parametrize(("quota", "cores"), [("50000", 1), ("250000", 3), ("-1", None)])
@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct"])
def test_a_quota_of_the_first_version_is_rounded_up(tmp_path, quota, cores, mount):
    files = {f"{mount}/job/cpu.cfs_quota_us": quota, f"{mount}/job/cpu.cfs_period_us": "100000"}
    assert cores_of_quota(system(tmp_path, "3:memory:/other\n2:cpuacct,cpu:/job\n", files)) == cores


def test_the_least_quota_of_all_groups_around_holds(tmp_path):
    files = {"pod/cpu.max": "100000 100000", "pod/box/cpu.max": "400000 100000", "cpu.max": "max 100000"}
    assert cores_of_quota(system(tmp_path, "0::/pod/box\n", files)) == 1


def test_a_container_that_sees_its_own_group_as_the_root_finds_its_quota(tmp_path):
    groups = "1:cpu:/docker/0123abcd\n"
    files = {"cpu/cpu.cfs_quota_us": "200000", "cpu/cpu.cfs_period_us": "100000"}
    assert cores_of_quota(system(tmp_path, groups, files)) == 2


def test_another_system_has_no_quota(tmp_path):
    assert cores_of_quota(tmp_path) is None


@pytest.mark.parametrize(("quota", "named", "cores"), [(1, "", 1), (None, "1", 1), (1, "64", 1), (4096, "1", 1)])
def test_cores_are_the_fewest_of_affinity_quota_and_variable(monkeypatch, quota, named, cores):
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(workers, "cores_of_quota", lambda: quota)
    monkeypatch.setenv(workers.CORES_VARIABLE, named)
    assert workers.cores() == cores
    monkeypatch.setattr(workers, "cores_of_quota", lambda: None)
    monkeypatch.setenv(workers.CORES_VARIABLE, "0")
    assert workers.cores() == 8
