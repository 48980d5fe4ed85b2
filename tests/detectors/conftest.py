"""Photos with known faces, and detectors that skip where their files are not on this machine."""

import pytest

from fsanet.detectors.catalog import create_detector
from fsanet.detectors.ssd import VARIANTS
from fsanet.detectors.yunet import MODEL_FILE
from fsanet.image.reading import read_image
from fsanet.locations import find_pretrained

FILES = {"yunet": (MODEL_FILE,), "ssd": VARIANTS[0][1:]}


@pytest.fixture(scope="session")
def portrait(repository):
    """512x512, one face of about 90x110 pixels at (222, 118)."""
    return read_image(repository / "demo" / "assets" / "collins.jpg")


@pytest.fixture(scope="session")
def group(repository):
    """960x640, six faces."""
    return read_image(repository / "demo" / "assets" / "group.jpg")


@pytest.fixture(scope="session")
def detector_of():
    """Builds detectors by name, each once; skips where its files are missing."""
    built = {}

    def build(name: str):
        for file in FILES.get(name, ()):
            if find_pretrained(f"detectors/{file}") is None:
                pytest.skip(f"the detector file {file} is not on this machine: run `make weights` or set FSANET_MIRROR")
        if name not in built:
            built[name] = create_detector(name)
        return built[name]

    return build


@pytest.fixture(params=["lbp", "mtcnn", "scout", "ssd", "yunet"])
def detector(request, detector_of):
    return detector_of(request.param)
