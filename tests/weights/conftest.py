"""Weight files and a web server of our own making, so that most tests need nothing from outside."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import fsanet
from tests.weights.web_server import Site, serving


@pytest.fixture(scope="session")
def var_metric():
    """A small model with weights that differ everywhere."""
    model = fsanet.build_model("var_metric")
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.01, 0.1, weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="session")
def published_like(var_metric, tmp_path_factory) -> Path:
    """Its weights in the original's layout."""
    from fsanet.weights.saving import save_weights  # brings Keras, which the download tests do without

    path = tmp_path_factory.mktemp("weights") / "var_metric.h5"
    save_weights(var_metric, path)
    return path


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server with bad habits."""
    with serving() as site:
        yield site


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """Seconds that the downloader wanted to wait; it does not."""
    waited: list[float] = []
    monkeypatch.setattr("fsanet.weights.download.time.sleep", waited.append)
    return waited
