import numpy as np
import pytest

from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import Composer


@pytest.fixture(scope="session")
def bank(bank_folder):
    return Bank(bank_folder)


@pytest.fixture(scope="session")
def composer(bank):
    return Composer(bank, Backgrounds(None, "train"), side=128)


@pytest.fixture
def rng():
    return np.random.default_rng(7)
