"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder with published weights, goldens, detector files and labelled faces; skips where there is none."""
    folder = os.environ.get("FSANET_MIRROR")
    if not folder:
        pytest.skip("FSANET_MIRROR is not set: set it to the folder with the published weights, goldens and faces")
    if not Path(folder).is_dir():
        pytest.fail(f"FSANET_MIRROR names '{folder}', which is no folder")
    return Path(folder).resolve()
