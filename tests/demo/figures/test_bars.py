import json

import pytest

from demo.figures import bars
from demo.figures.settings import FigureSettings, ModelChoice

MODELS = ("capsule", "var_capsule", "noS_capsule", "fusion_capsule")


def table(tmp_path, rows, name="results.json"):
    path = tmp_path / name
    path.write_text(json.dumps(rows))
    return path


def rows_of(test_set="AFLW2000", models=MODELS):
    return [
        {
            "model": model,
            "weights": "300W_LP",
            "set": test_set,
            "samples": 38,
            "yaw": 3.0 + i,
            "pitch": 4.0,
            "roll": 5.0,
        }
        for i, model in enumerate(models)
    ]


def test_rows_are_found_wherever_they_stand(tmp_path):
    flat = bars.read_rows(table(tmp_path, rows_of()))
    nested = [
        {
            "model": row["model"],
            "weights": "300W_LP",
            "results": [{"set": "AFLW2000", "samples": 38, "errors": row_errors}],
        }
        for row in rows_of()
        for row_errors in [{angle: row[angle] for angle in ("yaw", "pitch", "roll")}]
    ]
    assert bars.read_rows(table(tmp_path, nested)) == flat
    assert flat[1] == bars.Row("var_capsule", "300W_LP", "AFLW2000", 38, 4.0, 4.0, 5.0)
    assert flat[1].mean == pytest.approx(13 / 3)


def test_a_folder_of_tables_is_read_whole(tmp_path):
    for number, row in enumerate(rows_of()):
        table(tmp_path, [row], f"{number}.json")
    assert len(bars.read_rows(tmp_path)) == 4


@pytest.mark.parametrize("model", MODELS)
def test_a_model_belongs_to_its_fusion(model):
    assert bars.group_of(model) == MODELS


def test_a_panel_needs_all_models(tmp_path):
    rows = bars.read_rows(table(tmp_path, rows_of() + rows_of("BIWI_noTrack", MODELS[:2])))
    panels = bars.panels_of(rows, MODELS)
    assert list(panels) == ["AFLW2000 (38 samples), weights 300W_LP"]
    assert [row.model for row in panels["AFLW2000 (38 samples), weights 300W_LP"]] == list(MODELS)


def test_the_figure_has_the_numbers_of_the_table(tmp_path):
    settings = FigureSettings(ModelChoice("fusion_capsule"), results=table(tmp_path, rows_of()), out=tmp_path / "out")
    assert bars.draw(settings).stat().st_size > 10_000


def test_errors_name_the_file_and_the_command(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No results at .*missing.*make test"):
        bars.read_rows(tmp_path / "missing.json")
    with pytest.raises(ValueError, match="holds no results"):
        bars.read_rows(table(tmp_path, {"a": 1}))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValueError, match=r"bad\.json' is no JSON file"):
        bars.read_rows(tmp_path / "bad.json")
    some = FigureSettings(
        ModelChoice("fusion_capsule"), results=table(tmp_path, rows_of(models=MODELS[:1])), out=tmp_path
    )
    with pytest.raises(ValueError, match="no set with results of all of capsule, var_capsule"):
        bars.draw(some)
