"""What a bank of cut-outs holds, as data."""

from dataclasses import dataclass

from fsanet.errors import InputError
from fsanet.rendering.code_version import PHOTOGRAPHED_BANK, RENDERED_BANK, code_version

SPLITS = ("train", "test")  # other people each


@dataclass(frozen=True)
class BankPlan:
    """What a bank holds.

    Attributes:
        split: one of `SPLITS`; of rendered people, photographs are not split.
        faces, others: cut-outs with and without a face; whole shards of them.
        seed: equal seeds give equal cut-outs.
        version: a digest of the sources that draw the cut-outs, of this program's if none is given; a number in banks
            of old.
        shard: cut-outs in a file; 100 are 26 MB and a quarter of a minute of work.
        photographs: folder of labelled photographs that the faces are cut from, instead of rendering them; the other
            things are what lies below their chins.
    """

    split: str = "train"
    faces: int = 8_000
    others: int = 1_000
    seed: int = 0
    version: str | int = ""
    shard: int = 100
    photographs: str = ""

    def __post_init__(self):
        if self.version == "":
            drawn_by = code_version(PHOTOGRAPHED_BANK if self.photographs else RENDERED_BANK)
            object.__setattr__(self, "version", drawn_by)
        if self.split not in SPLITS:
            raise InputError(f"No split '{self.split}': choose one of {', '.join(SPLITS)}.")
        least = {"faces": self.shard, "others": 0 if self.photographs else self.shard}
        if self.shard < 1 or any(
            getattr(self, kind) < some or getattr(self, kind) % self.shard for kind, some in least.items()
        ):
            raise InputError(
                f"A bank holds whole shards of {self.shard} cut-outs of each kind, at least one; "
                f"got {self.faces} faces and {self.others} others."
            )

    def shards(self, kind: str) -> int:
        """Number of files of a kind, `faces` or `others`."""
        return getattr(self, kind) // self.shard
