import json
import shutil

import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.scenes.bank import Bank, write_bank
from fsanet.scenes.bank_plan import BankPlan
from fsanet.scenes.cutout import render_face


def test_a_bank_gives_back_what_was_rendered(bank):
    assert (len(bank.faces), len(bank.others)) == (2, 2)
    for one, other in zip(bank.faces[1], render_face(0, "train", 1), strict=True):
        np.testing.assert_array_equal(one, other)
    assert bank.faces[0].is_face
    assert not bank.others[1].is_face


def test_a_killed_run_goes_on_where_it_was(bank_folder, tmp_path):
    plan = BankPlan(faces=2, others=2, shard=1)
    half = tmp_path / "half"
    (half / "faces").mkdir(parents=True)
    for name in ("plan.json", "faces/00000.images.npy", "faces/00000.labels.npz", "faces/00001.images.npy"):
        (half / name).write_bytes((bank_folder / name).read_bytes())
    with pytest.raises(FileNotFoundError, match="1 of 2 files"):
        Bank(half)
    kept = (half / "faces/00000.images.npy").stat().st_mtime_ns
    write_bank(half, plan, processes=1, quiet=True)
    assert (half / "faces/00000.images.npy").stat().st_mtime_ns == kept
    np.testing.assert_array_equal(Bank(half).faces[1].image_bgra, Bank(bank_folder).faces[1].image_bgra)


def test_another_plan_is_refused(bank_folder):
    with pytest.raises(InputError, match="another bank"):
        write_bank(bank_folder, BankPlan(faces=2, others=2, shard=1, seed=1), processes=1, quiet=True)


@pytest.mark.parametrize("version", [2, "0123456789abcdef"])
def test_a_bank_of_another_version_is_read_and_neither_gone_on_with_nor_taken_for_one_of_this(
    bank_folder, tmp_path, version
):
    shutil.copytree(bank_folder, tmp_path, dirs_exist_ok=True)
    plan = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps(plan | {"version": version}))
    assert len(Bank(tmp_path).faces) == 2
    (tmp_path / "faces" / "00001.labels.npz").unlink()
    with pytest.raises(InputError, match="or one of another version of this program: remove it, or name another"):
        write_bank(tmp_path, BankPlan(faces=2, others=2, shard=1), processes=1, quiet=True)


@pytest.mark.parametrize(
    "text", ['{"faces": 100, "new": 1}', "[]", "{", '{"faces": "x"}', '{"faces": 50}', "[" * 99_999]
)
def test_a_plan_of_another_version_or_damaged_is_one_sentence(tmp_path, text):
    (tmp_path / "plan.json").write_text(text)
    for open_bank in (Bank, lambda folder: write_bank(folder, BankPlan(), processes=1, quiet=True)):
        with pytest.raises(InputError, match=r"plan\.json' is no plan of a bank .*: remove it, or name another"):
            open_bank(tmp_path)
    assert (tmp_path / "plan.json").read_text() == text


def test_no_bank_says_how_to_get_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="fsanet finder bank"):
        Bank(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [{"faces": 150}, {"others": 0}, {"split": "validation"}, {"shard": 0}, {"photographs": "folder", "others": 50}],
)
def test_plans_that_cannot_be(wrong):
    with pytest.raises(InputError):
        BankPlan(**wrong)
