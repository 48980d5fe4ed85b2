import json
import math

import numpy as np
import pytest

from demo.figures import bars
from demo.figures.settings import FigureSettings, ModelChoice

MODELS = ("capsule", "var_capsule", "noS_capsule", "fusion_capsule")


def table(tmp_path, rows, name="results.json"):
    path = tmp_path / name
    path.write_text(json.dumps(rows))
    return path


def rows_of(test_set="AFLW2000", models=MODELS, roll=5.0):
    """As `make test` writes them, without the columns that bars do not show."""
    return [
        {
            "set": test_set,
            "model": model,
            "frame": "as read",
            "weights": "300W_LP",
            "samples": 38,
            "left_out": 1,
            "yaw": 3.0 + i,
            "pitch": 4.0,
            "roll": roll,
            "mae": 4.5,
            "paper_mae": None,
            "crop": "landmarks, margin 0.6",
        }
        for i, model in enumerate(models)
    ]


def test_rows_are_read(tmp_path):
    assert bars.read_rows(table(tmp_path, rows_of()))[1] == bars.Row(
        "var_capsule", "300W_LP", "AFLW2000", 38, 4.0, 4.0, 5.0, 4.5
    )


@pytest.mark.parametrize("roll_labelled", [True, False])
def test_tables_of_make_test_are_read(tmp_path, roll_labelled):
    """Both ends of the file: it is written by the program that measures and read by the figure."""
    from fsanet.evaluation.poses.labelled_sets import LabelledSet
    from fsanet.evaluation.poses.measure import measure
    from fsanet.evaluation.poses.tables import write_rows

    true = np.array([[10.0, 0.0, 0.0], [-40.0, 5.0, 2.0]])
    faces = np.zeros((2, 64, 64, 3), np.uint8)
    test_set = LabelledSet("mine", faces, true, np.array(["a", "b"]), 0, roll_labelled, "given", "none", False)
    write_rows([measure("capsule", "synthetic", test_set, true + [1.0, 2.0, 6.0])], tmp_path)
    (row,) = bars.read_rows(tmp_path / "results.json")
    assert row[:4] == ("capsule", "synthetic", "mine", 2)
    assert row[4:] == pytest.approx((1, 2, 6, 3) if roll_labelled else (1, 2, math.nan, 1.5), nan_ok=True)


def test_a_folder_of_tables_is_read_whole(tmp_path):
    for number, row in enumerate(rows_of()):
        (tmp_path / "free" / str(number)).mkdir(parents=True)
        table(tmp_path / "free" / str(number), [row])
    table(tmp_path, {"settings": 1}, "settings.json")
    assert len(bars.read_rows(tmp_path)) == 4


def test_tables_of_an_earlier_version_beside_the_sets_are_passed_over(tmp_path):
    of_set = tmp_path / "free" / "AFLW2000"
    of_set.mkdir(parents=True)
    table(of_set, rows_of())
    table(tmp_path / "free", rows_of(roll=9.0))
    assert {row.roll for row in bars.read_rows(tmp_path)} == {5.0}


def test_angles_in_a_cameras_frame_are_left_out(tmp_path):
    turned = [row | {"frame": "camera", "mae": 9.0} for row in rows_of()]
    assert {row.mae for row in bars.read_rows(table(tmp_path, rows_of() + turned))} == {4.5}


def test_two_results_of_one_measurement_are_refused(tmp_path):
    for folder in ("a/AFLW2000", "b/AFLW2000"):
        (tmp_path / folder).mkdir(parents=True)
        table(tmp_path / folder, rows_of(models=MODELS[:1]))
    both = r"a/AFLW2000/results\.json' and '.*b/AFLW2000/results\.json' are results of one measurement, capsule on"
    with pytest.raises(ValueError, match=f"{both} AFLW2000, weights 300W_LP: remove one"):
        bars.read_rows(tmp_path)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_belongs_to_its_fusion(model):
    assert bars.group_of(model) == MODELS


def test_a_panel_needs_all_models(tmp_path):
    rows = bars.read_rows(table(tmp_path, rows_of() + rows_of("BIWI_noTrack", MODELS[:2])))
    panels = bars.panels_of(rows, MODELS)
    assert list(panels) == ["AFLW2000 (38 samples), weights 300W_LP"]
    assert [row.model for row in panels["AFLW2000 (38 samples), weights 300W_LP"]] == list(MODELS)


def test_rows_of_other_samples_are_no_part_of_a_panel(tmp_path):
    rows = bars.read_rows(table(tmp_path, rows_of()))
    assert bars.panels_of([row._replace(samples=9) if row.model == MODELS[-1] else row for row in rows], MODELS) == {}


def test_the_figure_has_the_numbers_of_the_table(tmp_path):
    settings = FigureSettings(ModelChoice("fusion_capsule"), results=table(tmp_path, rows_of()), out=tmp_path / "out")
    assert bars.draw(settings).stat().st_size > 10_000


def test_a_set_without_roll_has_no_bar_for_it(tmp_path):
    rows = table(tmp_path, rows_of("Pointing04", roll=None))
    settings = FigureSettings(ModelChoice("fusion_capsule"), results=rows, out=tmp_path / "out")
    assert bars.draw(settings).stat().st_size > 10_000


def test_errors_name_the_file_and_the_command(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No results at .*missing.*make test"):
        bars.read_rows(tmp_path / "missing.json")
    with pytest.raises(ValueError, match=r"holds no <weights>/<set>/results\.json with rows"):
        bars.read_rows(tmp_path)
    for text in ("{", '{"a": 1}', '[{"model": "capsule"}]', "7"):
        (tmp_path / "results.json").write_text(text)
        with pytest.raises(ValueError, match=r"results\.json' is no table of `make test`"):
            bars.read_rows(tmp_path / "results.json")
    some = FigureSettings(
        ModelChoice("fusion_capsule"), results=table(tmp_path, rows_of(models=MODELS[:1])), out=tmp_path
    )
    with pytest.raises(ValueError, match="no set with results of all of capsule, var_capsule"):
        bars.draw(some)
