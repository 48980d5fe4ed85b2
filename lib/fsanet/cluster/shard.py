"""Which share of many files one process takes: by a hash of the name that is the same everywhere and always."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from fsanet.errors import InputError
from fsanet.inference.sources import Source

_FORM = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True)
class Shard:
    """One of several shares.

    Attributes:
        number: which, from 1.
        of: how many there are.

    Raises:
        ValueError: when the number is not one of them.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise InputError(f"A shard is NUMBER/COUNT such as 3/16, the number from 1 to the count; got {self}.")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, source: Source) -> bool:
        """Whether a source is in this share; where its folder lies makes no difference, machines mount it elsewhere.

        Parts of a video go to one share after the other.
        """
        name = source.relative_name.encode("utf-8", "surrogateescape")
        part = source.span.number if source.span else 0
        return (int.from_bytes(blake2b(name, digest_size=8).digest()) + part) % self.of == self.number - 1

    def part_of(self, path: Path) -> Path:
        """The file of this share beside the whole one: poses.csv -> poses-03-of-16.csv."""
        digits = len(str(self.of))
        return path.with_stem(f"{path.stem}-{self.number:0{digits}}-of-{self.of}")


def parse_shard(text: str) -> Shard:
    """A share as it is typed, such as "3/16".

    Raises:
        ValueError: when it is none.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise InputError(f"A shard is NUMBER/COUNT such as 3/16; got '{text}'.")
    return Shard(int(match[1]), int(match[2]))


def all_shards(count: int) -> list[Shard]:
    """Every share of `count`."""
    return [Shard(number, count) for number in range(1, count + 1)]


def names_digest(sources: Sequence[Source]) -> str:
    """What tells whether two machines see the same files: of all names and parts, in order."""
    names = "\0".join(source.relative_name + (f"\0{source.span}" if source.span else "") for source in sources)
    return blake2b(names.encode("utf-8", "surrogateescape"), digest_size=32).hexdigest()
