"""Numbered pieces of a longer piece of work, kept on disk so that a killed run goes on where it was."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from fsanet.files import replace_whole


class Parts:
    """A hidden folder beside the file to be, with one file per finished piece of work.

    Pieces of another plan (other settings, other raw files) are thrown away; those of the same plan are kept. A piece
    is whole or not there: whoever writes it uses `fsanet.files.replace_whole`. May be pickled to worker processes.

    Args:
        path: the file that the pieces will be joined into.
        count: number of pieces.
        plan: everything that the pieces depend on, as JSON can say it.
        suffix: of the pieces' names.
    """

    def __init__(self, path: str | Path, count: int, plan: Mapping, suffix: str):
        self.path = Path(path)
        self.count = count
        self.suffix = suffix
        self.folder = self.path.with_name(f".{self.path.name}.parts")
        self._keep_only(json_sha256({"count": count, "plan": plan}))

    def __getitem__(self, index: int) -> Path:
        return self.folder / f"{index:06d}{self.suffix}"

    def missing(self) -> list[int]:
        """Numbers of the pieces that are still to be made."""
        return [index for index in range(self.count) if not self[index].is_file()]

    def discard(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep_only(self, plan_sha256: str) -> None:
        stamp = self.folder / "plan.sha256"
        if not stamp.is_file() or stamp.read_text() != plan_sha256:
            self.discard()
            with replace_whole(stamp) as temporary:
                temporary.write_text(plan_sha256)


def json_sha256(value: object) -> str:
    """SHA-256 of anything that JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
