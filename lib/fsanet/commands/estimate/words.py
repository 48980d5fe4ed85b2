"""What `fsanet estimate` says: a line a face, what was done, what failed, what stays of a run that was stopped."""

import argparse
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
    from fsanet.inference.search import PassedOver
    from fsanet.inference.sources import Source

_MOST_PRINTED = 20  # sources whose angles are printed
log = logging.getLogger(__name__)


def say_passed_over(passed: "PassedOver") -> None:
    """Say what folders and patterns hold beside sources; a folder that cannot be read is an error."""
    from fsanet.inference.sources import summary_of_closed, summary_of_skipped  # loads NumPy

    if skipped := summary_of_skipped(passed):
        log.warning("%s", skipped)
    if closed := summary_of_closed(passed):
        log.error("%s", closed)


def warn_of_idle_options(args: argparse.Namespace, sources: list["Source"]) -> None:
    """Say which of the options are for videos where there are pictures alone."""
    given = {
        "--detect-every": args.detect_every > 1,
        "--smooth" if args.smooth else "--no-smooth": args.smooth is not None,
        "--neutral": args.neutral,
    }
    idle = [name for name, is_given in given.items() if is_given]
    if idle and all(source.kind == "image" for source in sources):
        log.warning("%s: for videos, cameras and streams, of which there is none here.", ", ".join(idle))


def make_printer(sources: int) -> Callable | None:
    """Prints the angles of images, and masks where some are worn; with many sources the rows say enough."""
    if sources > _MOST_PRINTED:
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
    done = report.skipped + report.sources - len(report.failures)
    if done or rows.stand:
        places = [", ".join(map(str, rows.paths))] if rows.stand else []
        places += [f"{report.pictures} pictures in {out}"] if report.pictures else []
        files, faces = f"{done} of {report.skipped + report.todo} files", f"{report.faces} faces"
        if report.skipped:
            files, faces = f"{files} ({report.skipped} by an earlier run)", f"{report.faces} more faces"
        what = f"{files}, {faces} by {by}"
        log.info("%s", f"{what}: {'; '.join(places)}" if places else what)
    if report.failures:
        return EXIT_PARTIAL if done or report.partial else EXIT_ERROR
    return EXIT_OK


def say_interrupted(rows: "RowFiles") -> int:
    """Say what stays of a run that was stopped; returns the exit code."""
    earlier = "" if rows.stand else f" '{rows.paths[0]}' is that of an earlier run until then."
    if rows.goes_on:
        log.warning("Interrupted: what was done is kept; the same command goes on from there.%s", earlier)
    elif rows.stand:
        log.warning("Interrupted: the rows so far are kept; the same command begins anew.")
    else:
        log.warning("Interrupted before a file was done; the rows of an earlier run stay.")
    return EXIT_INTERRUPTED
