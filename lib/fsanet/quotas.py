"""How much processor time control groups of Linux let this process have, which its affinity does not tell.

Containers with a limit, such as `limits: cpu` of Kubernetes, run on all cores of a machine but for a part of the time.
"""

import math
from collections.abc import Iterator
from pathlib import Path

_GROUPS = Path("sys", "fs", "cgroup")
_V1 = ("cpu,cpuacct", "cpu")  # where the controller of the first version is mounted


def cores_of_quota(root: Path = Path("/")) -> int | None:
    """Cores that the least quota around this process comes to, rounded up, 1 or more; None where there is none.

    Args:
        root: the folder that holds `proc` and `sys`.
    """
    shares = [share for folder in _folders(root) if (share := _share(folder)) is not None]
    return max(1, math.ceil(min(shares))) if shares else None


def _folders(root: Path) -> Iterator[Path]:
    """The groups that this process is in, and those around them: each may have a quota of its own."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        mounts = ("", "unified") if number == "0" else _V1 if "cpu" in controllers.split(",") else ()
        group = Path(path.lstrip("/"))
        for mount in mounts:
            yield from (root / _GROUPS / mount / part for part in (group, *group.parents))


def _share(folder: Path) -> float | None:
    """Cores of one group's quota; None where it has none, or is seen under another path from within a container."""
    of_v2 = _words(folder / "cpu.max")
    quota, period = of_v2 or _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us") or ["max", "0"]
    limited = quota.isdecimal() and int(period) > 0
    return int(quota) / int(period) if limited else None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
