"""What `fsanet estimate` says: a line a face, what was done, what failed, what stays of a run that was stopped."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, log_failures, silence_stdout
from fsanet.files import printable

if TYPE_CHECKING:
    from fsanet.inference.report import RunReport
    from fsanet.inference.rows.file import RowFiles
    from fsanet.inference.rows.row import PoseRow

log = logging.getLogger(__name__)


def make_printer(quiet: bool, sources: int) -> Callable | None:
    """Prints the angles of images, and masks where some are worn; with many sources the rows say enough."""
    if quiet or sources > 20:
        return None

    def show(rows: list) -> None:
        try:
            for row in rows:
                if row.frame is None:
                    print(_line_of(row))
        except BrokenPipeError:  # `| head` has seen enough; the files go on
            silence_stdout()

    return show


def _line_of(row: "PoseRow") -> str:
    angles = f"yaw {row.yaw:+.1f}  pitch {row.pitch:+.1f}  roll {row.roll:+.1f}"
    mask = f"  mask {row.mask}" if row.mask not in (None, "none") else ""
    return f"{printable(row.file)}: face {row.face}  {angles}{mask}" + (f"  ({row.flags})" if row.flags else "")


def say_done(report: "RunReport", by: str, rows: "RowFiles", out: Path | None) -> int:
    """Say what was done and what was not; returns the exit code."""
    log_failures(report.failures)
    for name, warning in report.warnings:
        log.warning("%s: %s", name, warning)
    done = report.sources - len(report.failures)
    if done or rows.stand:
        places = [", ".join(map(str, rows.paths))] if rows.stand else []
        places += [f"{report.pictures} pictures in {out}"] if report.pictures else []
        what = f"{done} of {report.todo} files, {report.faces} faces by {by}"
        log.info("%s", f"{what}: {'; '.join(places)}" if places else what)
    if report.failures:
        return EXIT_PARTIAL if done or report.partial else EXIT_ERROR
    return EXIT_OK


def say_interrupted(rows: "RowFiles") -> int:
    """Say what stays of a run that was stopped; returns the exit code."""
    earlier = "" if rows.stand else f" '{rows.paths[0]}' is that of an earlier run until then."
    if rows.finished:
        log.warning("Interrupted: what was done is kept; the same command goes on from there.%s", earlier)
    elif rows.stand:
        log.warning("Interrupted: the rows so far are kept; the same command begins anew.")
    else:
        log.warning("Interrupted before a file was done; the rows of an earlier run stay.")
    return EXIT_INTERRUPTED
