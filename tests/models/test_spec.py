import dataclasses

import numpy as np
import pytest

import fsanet
from fsanet.models.spec import MODELS, SETTINGS, ModelSpec, get_spec

SINGLES = [name for name in MODELS if not get_spec(name).members]


def test_models_are_those_of_the_paper_and_its_code():
    scores = ("{}", "var_{}", "noS_{}", "fusion_{}")
    families = ("capsule", "netvlad", "metric", "capsule_fc", "netvlad_fc")
    expected = {score.format(family) for score in scores for family in families} | {"ssrnet_mt", "ssrnet_ori_mt"}
    assert set(MODELS) == expected
    assert len(MODELS) == len(expected)
    assert fsanet.MODELS is MODELS


def test_specs_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        get_spec("capsule").scoring = "variance"


@pytest.mark.parametrize(
    ("name", "save_name"),
    [
        ("capsule", "fsanet_capsule_3_16_2_21_5"),
        ("var_netvlad", "fsanet_var_netvlad_3_16_2_21_5"),
        ("noS_metric", "fsanet_noS_metric_3_16_2_192_5"),
        ("noS_netvlad_fc", "fsanet_noS_netvlad_fc_3_16_2_192_5"),
        ("ssrnet_mt", "ssrnet_mt"),
        ("fusion_capsule", "fusion_capsule"),
    ],
)
def test_save_names_carry_the_originals_suffix(name, save_name):
    assert get_spec(name).save_name == save_name


def test_positions_grow_with_the_image():
    spec = dataclasses.replace(get_spec("noS_capsule"), image_size=96)
    assert (spec.map_size, spec.positions, spec.primary_capsules) == (12, 432, 432)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in SINGLES])
def test_fusions_mix_the_three_scores_of_one_family(name):
    members = [get_spec(member) for member in get_spec(name).members]
    assert [member.scoring for member in members] == ["conv", "variance", "uniform"]
    assert len({(member.aggregation, member.head) for member in members}) == 1


def test_unknown_name_lists_the_right_ones():
    with pytest.raises(ValueError, match=r"There is no model 'capsul'.*capsule, var_capsule.*ssrnet_ori_mt"):
        get_spec("capsul")


@pytest.mark.parametrize(
    ("name", "settings", "text"),
    [
        ("capsule", {"image_size": 60}, "image_size is a multiple of 8 from 16 on, not 60"),
        ("capsule", {"image_size": 8}, "image_size is a multiple of 8 from 16 on, not 8"),
        ("capsule", {"num_classes": 0}, "num_classes must be a whole number, 1 or more, got 0"),
        ("capsule", {"stage_num": (3, 3)}, r"bins of 3 stages, not \[3, 3\]"),
        ("capsule", {"stage_num": (3, 0, 3)}, "each of stage_num must be a whole number, 1 or more, got 0"),
        ("capsule", {"dim_capsule": 18}, "dim_capsule is a multiple of 4, not 18"),
        ("capsule", {"routings": 0}, "routings must be a whole number, 1 or more, got 0"),
        ("capsule", {"num_primcaps": 20}, "num_primcaps is a multiple of 3, not 20"),
        ("capsule", {"num_primcaps": 0}, "num_primcaps must be a whole number, 1 or more, got 0"),
        ("capsule", {"m_dim": 0}, "m_dim must be a whole number, 1 or more, got 0"),
        ("noS_capsule", {"num_primcaps": 21}, "the number of positions, 192, not 21"),
        ("capsule", {"image_size": 60, "dim_capsule": 18}, "from 16 on, not 60; dim_capsule is a multiple of 4"),
        ("capsule", {"image_size": 64.0}, "image_size must be a whole number, 1 or more, got 64.0"),
        ("capsule", {"stage_num": 3}, r"bins of 3 stages, not \[3\]"),
        ("capsule", {"stage_num": (3, 3.5, 3)}, "each of stage_num must be a whole number, 1 or more, got 3.5"),
        ("capsule", {"stage_num": None}, "each of stage_num must be a whole number, 1 or more, got None"),
        ("capsule", {"lambda_d": float("nan")}, "lambda_d is a finite number, not nan"),
        ("capsule", {"lambda_d": "1"}, "lambda_d is a finite number, not '1'"),
        ("capsule", {"scoring": "x"}, "scoring is one of 'conv', 'variance', 'uniform', '', not 'x'"),
    ],
)
def test_settings_that_do_not_fit_are_named(name, settings, text):
    with pytest.raises(ValueError, match=f"Model '{name}' cannot be built: .*{text}"):
        dataclasses.replace(get_spec(name), **settings)


def test_whole_numbers_of_numpy_become_plain_ones():
    spec = dataclasses.replace(get_spec("capsule"), image_size=np.int64(64), stage_num=np.array([3, 3, 3]))
    assert spec == get_spec("capsule")
    assert {type(number) for number in (spec.image_size, *spec.stage_num)} == {int}


def test_settings_are_all_fields_but_those_that_say_which_model_it_is():
    assert tuple(field.name for field in dataclasses.fields(ModelSpec))[6:] == SETTINGS
