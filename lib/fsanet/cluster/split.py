"""Which videos of a run are split by time for many workers, and where.

Parts overlap: each looks at some frames before the first one that it answers for, so that faces are followed and
smoothed there as in one run, and so that they can be told again in the rows of the part before.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fsanet.errors import InputError
from fsanet.inference.sources import Source
from fsanet.inference.video.spans import Span

if TYPE_CHECKING:
    from fsanet.inference.video.index import VideoIndex

OVERLAP_S = 2.0  # faces are remembered for 0.5 s; smoothing has forgotten where it began, but for a five-hundredth
LEAST_SPAN_S = 2 * OVERLAP_S
_OVERLAP_FRAMES = 10  # what telling cuts remembers
_USUAL_LEAST_S = 60.0
_PARTS_A_SHARD = 4  # shards differ less in size, and a kill costs less
_NAMED = 3
_NEVER = {"camera": "a camera", "stream": "a stream", "pictures": "pictures in one file"}


class Split(NamedTuple):
    """Parts of the videos that are split, by name, and (source, reason) of those that cannot be."""

    spans: dict[str, tuple[Span, ...]]
    whole: list[tuple[str, str]]


def split_videos(sources: Sequence[Source], shards: int, span_s: float | None = None, search_every: int = 1) -> Split:
    """Decide which videos are split, and where; those that are split are read once for it, not decoded.

    Args:
        sources: of the run.
        shards: how many shares there are.
        span_s: longest part in seconds; None for a quarter of a share of all videos, or a minute if that is more.
        search_every: faces are searched in every n-th frame.
    """
    lengths, whole = _lengths([source for source in sources if source.kind != "image"])
    span_s = span_s or max(_USUAL_LEAST_S, sum(lengths.values()) / (_PARTS_A_SHARD * shards))
    spans: dict[str, tuple[Span, ...]] = {}
    for name, length in lengths.items():
        if length > span_s:
            try:
                spans[name] = _spans(name, math.ceil(length / span_s), search_every)
            except (InputError, OSError) as error:
                whole.append((name, str(error)))
    return Split(spans, whole)


def in_parts(sources: Sequence[Source], spans: Mapping[str, Sequence[Span]]) -> list[Source]:
    """Sources with the parts of each split video in its place."""
    return [
        replace(source, span=span) if span else source for source in sources for span in spans.get(source.name, [None])
    ]


def summary_of_whole(whole: Sequence[tuple[str, str]]) -> str:
    """One sentence on what is not split."""
    named = "; ".join(f"{name} ({reason})" for name, reason in whole[:_NAMED])
    more = f"; and {len(whole) - _NAMED} more" if len(whole) > _NAMED else ""
    return f"Not split, one process takes all of it: {named}{more}."


def _lengths(sources: Sequence[Source]) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """{name of a video: its seconds}, and (source, reason) of what has none."""
    lengths: dict[str, float] = {}
    none: list[tuple[str, str]] = []
    for source in sources:
        if source.kind in _NEVER:
            none.append((source.shown_name, _NEVER[source.kind]))
        elif not find_spec("av"):
            none.append((source.shown_name, "splitting needs PyAV: pip install 'fsanet[video]'"))
        else:
            from fsanet.inference.video.index import length_s  # needs PyAV

            try:
                lengths[source.name] = length_s(source.name)
            except (InputError, OSError) as error:
                none.append((source.name, str(error)))
    return lengths, none


def _spans(name: str, parts: int, search_every: int) -> tuple[Span, ...]:
    from fsanet.inference.video.index import read_index  # needs PyAV

    index = read_index(name)
    edges = np.unique(np.linspace(0, len(index.pts), parts + 1).astype(int)).tolist()
    begins = [0, *(max(before, _begin(index, start, search_every)) for before, start in pairwise(edges[:-1]))]
    return tuple(
        Span(number, begin, start, stop, index.key_before(begin))
        for number, (begin, (start, stop)) in enumerate(zip(begins, pairwise(edges), strict=True))
    )


def _begin(index: "VideoIndex", start: int, search_every: int) -> int:
    """From where on a part looks: a frame that one run would search, two searches before the part at least."""
    begin = min(index.frame_at(OVERLAP_S, start), start - max(_OVERLAP_FRAMES, 2 * search_every))
    return max(0, begin // search_every * search_every)
