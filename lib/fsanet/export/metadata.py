"""What an exported file says of itself, so that whoever finds it can use it without this repository."""

import hashlib
from pathlib import Path

import fsanet
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE
from fsanet.weights.catalog import BUNDLED_WEIGHTS, FILES
from fsanet.weights.places import weight_files

_ANGLES = (
    "yaw, pitch, roll in degrees; yaw > 0 turns to the left of the image, pitch > 0 up, roll > 0 clockwise on the "
    "screen; R = Rx(pitch) Ry(yaw) Rz(roll)"
)


def describe(model: str, weights: str | Path) -> dict[str, str]:
    """Metadata of an export.

    Args:
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set, a weight file or a folder of them, as `load_model` takes it.

    Returns:
        model, weights, weights_sha256 (one for each network, in the order of the fusion), licence, angles,
        colour_order, value_range, input_size, crop_margin, fsanet_version.
    """
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in weight_files(model, weights).values()]
    licences = {file.sha256: file.licence for file in BUNDLED_WEIGHTS + FILES}
    return {
        "model": model,
        "weights": str(weights) if weights == Path(weights).name else Path(weights).name,
        "weights_sha256": " ".join(digests),
        "licence": "; ".join(dict.fromkeys(licences.get(digest, "that of the weights") for digest in digests)),
        "angles": _ANGLES,
        "colour_order": "BGR",
        "value_range": "0..255",
        "input_size": str(INPUT_SIZE),
        "crop_margin": f"{DETECTOR_MARGIN} of the face box on each side",
        "fsanet_version": fsanet.__version__,
    }
