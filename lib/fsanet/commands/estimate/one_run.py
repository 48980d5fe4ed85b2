"""One run of `fsanet estimate` in this process: its sources, or a share of them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.commands.estimate.settings import estimators_of, fingerprint
from fsanet.commands.estimate.words import make_printer, say_done, say_interrupted

if TYPE_CHECKING:
    from fsanet.cluster.shard_work import Done
    from fsanet.inference.display import Window


def go_through(args: argparse.Namespace, sources: list, among: list, row_paths: list[Path]) -> "Done":
    """Estimate the poses in `sources`, which are all of `among` or a shard of them."""
    from fsanet.cluster.record import record_path
    from fsanet.cluster.shard_work import Done
    from fsanet.inference.outputs import check_not_a_source
    from fsanet.inference.rows.file import RowFiles
    from fsanet.inference.run import Run
    from fsanet.inference.settings import RunSettings
    from fsanet.inference.video.poses import VideoSettings

    pictures = "" if args.no_pictures else f", {args.draw}"  # what is skipped has them already
    is_live = not any(source.is_file for source in sources)
    record = None if args.shard is None else record_path(row_paths[0])
    rows = RowFiles(row_paths, f"{fingerprint(args)}{pictures}", is_live, record)
    for path in rows.paths:
        check_not_a_source(path, among)
    viewer = _window() if args.show else None
    settings = RunSettings(
        out=None if args.no_pictures else args.out,
        draw=args.draw,
        workers=args.workers,
        video=VideoSettings(detect_every=args.detect_every, neutral=args.neutral),
        smooth=args.smooth,
        quiet=args.quiet,
    )
    estimator, for_videos = estimators_of(args, any(source.kind != "image" for source in sources))
    printer = None if args.cluster else make_printer(len(sources))
    job = Run(estimator, settings, rows, printer, viewer, for_videos)
    interrupted = False
    try:
        with rows:
            told = job(sources, among)
            if args.shard is None and len(told.failures) == len(sources) and not told.faces and not told.partial:
                raise _NothingDoneError
    except _NothingDoneError:
        pass
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if viewer:
            viewer.close()
    code = say_done(job.report, estimator.name, rows, settings.out)
    return Done(say_interrupted(rows) if interrupted else code, job.report.failures)


def _window() -> "Window":
    from fsanet.inference.display import Window

    return Window()


class _NothingDoneError(Exception):
    """Every source failed: no file of rows is to be left."""
