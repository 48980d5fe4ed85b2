"""Heads in a folder of photographs: fitted to the landmarks of a .mat beside a picture, else to a face mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.npz_file import write_npz
from fsanet.errors import InputError
from fsanet.image.kinds import IMAGE_SUFFIXES, pictures_in
from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.correction import reading_correction
from fsanet.profiling.fitted_head import FittedHead, fit_to_landmarks, fit_to_mesh
from fsanet.profiling.mesh_points import Meshes, read_meshes
from fsanet.readers.set_builder import Unusable
from fsanet.readers.type1 import read_label


@dataclass(frozen=True)
class Photograph:
    """A picture and what is known of the head in it.

    Attributes:
        file: the picture.
        mesh: (T, 478, 3) points of a face mesh, see `Meshes`; None where a .mat beside the picture has landmarks.
        matte: (256, 256) uint8 where the person is; None to tell it by the colours.
    """

    file: Path
    mesh: NDArray[np.float32] | None = None
    matte: NDArray[np.uint8] | None = None

    def head(self) -> FittedHead:
        """The head fitted to the points.

        Raises:
            Unusable: there is no face, or the points contradict each other.
        """
        if self.mesh is None:
            label = read_label(self.file.with_suffix(".mat"))
            if not np.isfinite(label.points_xy).all():
                raise Unusable("other landmarks", f"{self.file.stem}.mat has no 68 of them in 'pt3d_68' or 'pt2d'")
            return fit_to_landmarks(label.points_xy, rotation_from_angles(label.pose_deg))
        if not np.isfinite(self.mesh).all():
            raise Unusable("no face", "Face Mesh finds none in the picture or in a turn of it", broken=False)
        head = fit_to_mesh(self.mesh.astype(np.float64), reading_correction())
        if head is None:
            raise Unusable("uncertain pose", "Face Mesh says another pose of a turn of the picture", broken=False)
        return head


def find_photographs(folder: Path, cache: Path, only: str = "*") -> list[Photograph]:
    """The pictures of a folder with what is known of them.

    Args:
        folder: pictures, some of them perhaps with a .mat of 300W-LP's kind beside them.
        cache: npz that keeps the face meshes, so that a second run need not read them again.
        only: pattern for the file names.

    Raises:
        FileNotFoundError: there is no such folder.
        InputError: there is no picture in it, or two that differ in the suffix alone.
        OSError: Face Mesh cannot be set up or fails.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}': RAW names a folder of photographs.")
    files = pictures_in(folder, only)
    if not files:
        kinds = ", ".join(sorted(IMAGE_SUFFIXES))
        raise InputError(f"'{folder}' holds no picture ({kinds}) that fits '{only}': give a folder that does.")
    _check_names(files)
    unlabelled = [file for file in files if not file.with_suffix(".mat").is_file()]
    meshes = _meshes(unlabelled, cache) if unlabelled else Meshes(np.empty(0, np.float32), np.empty(0, np.uint8))
    found = {file: Photograph(file, *row) for file, *row in zip(unlabelled, meshes.points, meshes.matte, strict=True)}
    return [found.get(file) or Photograph(file) for file in files]


def _check_names(files: Sequence[Path]) -> None:
    """Raise unless every picture has a stem of its own, by which its .mat and its copies are named."""
    by_stem: dict[str, Path] = {}
    for file in files:
        if (other := by_stem.setdefault(file.stem, file)) is not file:
            raise InputError(
                f"'{file.parent}' holds '{other.name}' and '{file.name}', whose copies would have the same names: "
                "rename one of them."
            )


def _meshes(files: Sequence[Path], cache: Path) -> Meshes:
    """The meshes of pictures, from the cache where it holds these very pictures."""
    key = np.array([f"{file.name} {file.stat().st_size}" for file in files])
    if cache.is_file():
        with np.load(cache, allow_pickle=False) as kept:
            if np.array_equal(kept["files"], key):
                return Meshes(kept["points"], kept["matte"])
    meshes = read_meshes(files)
    write_npz(cache, {"files": key, "points": meshes.points, "matte": meshes.matte})
    return meshes
