import numpy as np
import pytest

from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank, write_bank
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.compose import Composer


@pytest.fixture(scope="session")
def bank_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    write_bank(folder, BankPlan(faces=2, others=2, shard=1), processes=1, quiet=True)
    return folder


@pytest.fixture(scope="session")
def bank(bank_folder):
    return Bank(bank_folder)


@pytest.fixture(scope="session")
def composer(bank):
    return Composer(bank, Backgrounds(None, "train"), side=128)


@pytest.fixture
def rng():
    return np.random.default_rng(7)
