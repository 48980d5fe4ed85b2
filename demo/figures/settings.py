"""What figures are made from."""

from dataclasses import dataclass
from pathlib import Path

from fsanet.models.spec import DEFAULT_MODEL, default_weights, get_spec

DEMO = Path(__file__).resolve().parents[1]
ASSETS = DEMO / "assets"


@dataclass(frozen=True)
class ModelChoice:
    """A model and its weights, as `fsanet.load_model` takes them."""

    model: str = DEFAULT_MODEL
    weights: str = default_weights(DEFAULT_MODEL)

    @classmethod
    def parse(cls, text: str) -> "ModelChoice":
        """Read "MODEL" or "MODEL:WEIGHTS".

        Raises:
            ValueError: for an unknown model; the message lists the known ones.
        """
        model, _, weights = text.partition(":")
        return cls(get_spec(model).name, weights or default_weights(model))

    @property
    def single(self) -> "ModelChoice":
        """The model itself, or the first member of a fusion: what `fsanet.explain` can show."""
        members = get_spec(self.model).members
        return ModelChoice(members[0], self.weights) if members else self

    def __str__(self) -> str:
        return f"{self.model}, weights {Path(self.weights).name}"


@dataclass(frozen=True)
class FigureSettings:
    """What all figures are made from; each takes what it needs.

    Attributes:
        choice: the model to look into and to estimate with.
        others: the two models to compare.
        pictures: image files with faces.
        video: a video file with a face.
        labelled: an npz pose set with true poses.
        results: a results.json of `make test`, or the folder that it writes to; None to measure on the labelled faces.
        out: the folder for the figures.
        format: their format, "png" or "jpg".
    """

    choice: ModelChoice = ModelChoice()
    others: tuple[ModelChoice, ModelChoice] = (ModelChoice("capsule"), ModelChoice())
    pictures: tuple[Path, ...] = (ASSETS / "collins.jpg", ASSETS / "hopper.jpg", ASSETS / "group.jpg")
    video: Path = ASSETS / "clip.mp4"
    labelled: Path = ASSETS / "synthetic_heads.npz"
    results: Path | None = None
    out: Path = DEMO / "output" / "figures"
    format: str = "png"

    def path(self, figure: str) -> Path:
        """Where a figure is written."""
        return self.out / f"{figure}.{self.format}"
