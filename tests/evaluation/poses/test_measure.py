import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.evaluation.poses.charts import draw_bars, draw_error_by_yaw, draw_scatter, draw_worst_faces, short_name
from fsanet.evaluation.poses.labelled_sets import LabelledSet, Origin
from fsanet.evaluation.poses.measure import as_row, evaluate, in_camera_frame, measure, predict
from fsanet.evaluation.poses.tables import as_text, write_rows
from fsanet.image.lens import shortest_turn
from fsanet.pose.angles import angles_from_rotation, angles_of_facing, rotation_from_angles
from fsanet.pose.errors import summarize


def labelled_set(count: int = 30, name: str = "AFLW2000", roll_labelled: bool = True) -> LabelledSet:
    random = np.random.default_rng(0)
    true = random.uniform(-80, 80, (count, 3))
    if not roll_labelled:
        true[:, 2] = 0
    return LabelledSet(
        name=name,
        image=random.integers(0, 256, (count, 16, 16, 3), np.uint8),
        true=true,
        source=np.array([f"face{number}" for number in range(count)]),
        left_out=2,
        roll_labelled=roll_labelled,
        crop="landmark box, margin 0.6",
        filter="every |angle| <= 99",
        research_only=name == "AFLW2000",
    )


def predictions(labelled: LabelledSet, seed: int = 1) -> np.ndarray:
    return labelled.true + np.random.default_rng(seed).normal(0, 5, labelled.true.shape)


class FixedEngine:
    """Answers with angles that were made before."""

    def __init__(self, angles):
        self.angles, self.runs = angles, 0

    def predict(self, crops_bgr):
        self.runs += 1
        return self.angles[: len(crops_bgr)]


@pytest.fixture
def two_models():
    labelled = labelled_set()
    models = ("capsule", "fusion_capsule")
    return [measure(model, "300W_LP", labelled, predictions(labelled, seed)) for seed, model in enumerate(models)]


class TestFrameOfTheCamera:
    """Sets whose labels are in a camera's frame are measured twice."""

    def labelled(self) -> LabelledSet:
        sight = np.random.default_rng(3).normal([0.4, 0.1, 1.0], 0.1, (30, 3))
        return replace(labelled_set(name="BIWI_noTrack"), line_of_sight=sight)

    def test_readings_by_sight_are_right_when_turned(self):
        labelled = self.labelled()
        to_sight = np.swapaxes(shortest_turn(labelled.line_of_sight), 1, 2)
        by_sight = angles_from_rotation(to_sight @ rotation_from_angles(labelled.true))
        read, turned = evaluate({"capsule": FixedEngine(by_sight)}, ["capsule"], "300W_LP", labelled)
        assert (read.turned, turned.turned) == (False, True)
        assert read.summary.geodesic > 15
        np.testing.assert_allclose(turned.summary.geodesic, 0, atol=1e-9)
        np.testing.assert_allclose(turned.predicted, labelled.true, atol=1e-6)
        assert read.paper is not None  # whose figures are as read
        assert turned.paper is None

    def test_both_tables_and_rows(self):
        labelled = self.labelled()
        engines = {name: FixedEngine(predictions(labelled)) for name in ("capsule", "var_capsule")}
        evaluations = evaluate(engines, list(engines), "300W_LP", labelled)
        assert [as_row(e)["frame"] for e in evaluations] == ["as read", "as read", "camera", "camera"]
        first, second = as_text(evaluations).split("\n\n")
        assert "camera" not in first
        assert "angles turned into the camera's frame" in second.splitlines()[0]
        assert [len(block.splitlines()) for block in (first, second)] == [4, 4]

    def test_other_sets_are_measured_once(self):
        labelled = labelled_set()
        [only] = evaluate({"capsule": FixedEngine(predictions(labelled))}, ["capsule"], "300W_LP", labelled)
        assert "frame" not in as_text([only])


class TestMeasure:
    def test_errors_are_those_of_the_library(self):
        labelled = labelled_set()
        evaluation = measure("capsule", "300W_LP", labelled, predictions(labelled))
        assert evaluation.summary == summarize(predictions(labelled), labelled.true)
        assert evaluation.errors().mean() == pytest.approx(evaluation.summary.mae)

    def test_slope_and_correlation(self):
        labelled = labelled_set()
        evaluation = measure("capsule", "x", labelled, labelled.true * [0.5, 1.0, -2.0] + [3, 0, 0])
        assert evaluation.slope == pytest.approx((0.5, 1.0, -2.0))
        assert evaluation.correlation == pytest.approx((1, 1, -1))
        noisy = measure("capsule", "x", labelled, predictions(labelled))
        assert noisy.slope[0] == pytest.approx(np.polyfit(labelled.true[:, 0], predictions(labelled)[:, 0], 1)[0])

    def test_the_papers_figures_stand_beside_where_there_are_any(self):
        labelled = labelled_set()
        assert measure("capsule", "300W_LP", labelled, labelled.true).paper.mae == 5.25
        assert measure("capsule", "synthetic", labelled, labelled.true).paper is None

    def test_faces_turned_beyond_profile_by_the_camera_frame_keep_pitch_and_roll(self):
        sight = np.array([[-0.5, 0.0, 0.8]])
        back = np.swapaxes(shortest_turn(sight), 1, 2)
        read = angles_from_rotation(back @ rotation_from_angles([[91.0, 4.0, 3.0]]))
        assert read[0, 0] < 90
        np.testing.assert_allclose(in_camera_frame(read, sight), [[91, 4, 3]], atol=1e-6)

    def test_without_roll_the_means_are_of_yaw_and_pitch(self):
        labelled = labelled_set(roll_labelled=False)
        predicted = labelled.true + [3.0, -5.0, 40.0]
        summary = measure("capsule", "x", labelled, predicted).summary
        assert (summary.mae, summary.yaw, summary.pitch) == pytest.approx((4, 3, 5))
        assert summary.shares == {5: 1.0, 10: 1.0, 15: 1.0}
        assert all(value == pytest.approx(4) for value in summary.by_yaw.values())
        assert summary.bias[:2] == pytest.approx((3, -5))
        unknown = (summary.roll, summary.geodesic, summary.maev, summary.bias[2])
        assert all(math.isnan(value) for value in unknown)

    def test_a_roll_that_is_only_assumed_has_no_slope_and_no_correlation(self):
        turned = replace(labelled_set(), roll_labelled=False)  # as twins are, whose ears are taken for level
        row = as_row(measure("capsule", "x", turned, predictions(turned)))
        assert (row["slope_roll"], row["correlation_roll"], row["roll"]) == (None, None, None)
        assert row["slope_pitch"] == pytest.approx(1, abs=0.1)

    def test_heads_that_are_read_lower_as_they_turn_aside_sink(self):
        pan_tilt = np.array([(pan, tilt, 0.0) for pan in (-60, -45, -15, 0, 30, 90) for tilt in (-15, 0, 15)])
        labelled = replace(labelled_set(roll_labelled=False), true=pan_tilt, image=np.zeros((18, 8, 8, 3), np.uint8))
        lower = np.where(np.abs(pan_tilt[:, 0]) >= 45, 4.0, 0.0)
        read = angles_of_facing(np.stack([pan_tilt[:, 0] * 0.8, pan_tilt[:, 1] - 2.0 - lower], axis=1))
        assert measure("capsule", "x", labelled, read).sinking == pytest.approx(4.0)
        turned = Origin(Path("turned.npz"), {"roll_labelled": False, "rotated": {}}, np.arange(18))
        assert math.isnan(measure("capsule", "x", replace(labelled, origin=turned), read).sinking)
        with_roll = replace(labelled, roll_labelled=True)
        assert math.isnan(measure("capsule", "x", with_roll, read).sinking)
        all_ahead = replace(labelled, true=pan_tilt * (0.1, 1, 1))
        assert math.isnan(measure("capsule", "x", all_ahead, read).sinking)
        assert "from 45 degrees of yaw on read 4.0 lower than within 30" in as_text([measure("m", "x", labelled, read)])

    def test_a_fusion_is_the_mean_of_its_members_each_run_once(self):
        labelled, members = labelled_set(), ("capsule", "var_capsule", "noS_capsule")
        engines = {name: FixedEngine(predictions(labelled, seed)) for seed, name in enumerate(members)}
        found = evaluate(engines, ["fusion_capsule", "capsule"], "x", labelled)
        assert [engine.runs for engine in engines.values()] == [1, 1, 1]
        mean = np.mean([engine.angles for engine in engines.values()], axis=0)
        np.testing.assert_allclose(found[0].predicted, mean)
        np.testing.assert_array_equal(found[1].predicted, engines["capsule"].angles)


class TestTables:
    def test_the_table_says_what_was_measured_on(self, two_models):
        head, headings, *lines = as_text(two_models).splitlines()
        assert head == "AFLW2000: 30 samples, 2 left out (every |angle| <= 99); crop: landmark box, margin 0.6"
        assert [line.split()[0] for line in (headings, *lines)] == ["model", "capsule", "fusion_capsule"]
        assert lines[0].split()[4] == f"{two_models[0].summary.mae:.2f}"
        assert [line.split()[-1] for line in lines] == ["5.25", "5.07"]
        assert len({len(line) for line in (headings, *lines)}) == 1

    def test_columns_stay_apart_where_a_network_is_far_off(self):
        labelled = labelled_set()
        far = measure("fusion_capsule_fc", "x", labelled, labelled.true + [-111.9, 103.8, 115.8])
        _, headings, line = as_text([far]).splitlines()
        assert line.split()[-3:] == ["-111.9,", "+103.8,", "+115.8"]
        assert len(line.split()) == 16
        assert len(line) == len(headings)

    def test_unknown_figures_are_dashes_and_slopes_stand_below(self):
        labelled = labelled_set(roll_labelled=False)
        text = as_text([measure("capsule", "x", labelled, labelled.true * 0.9)])
        assert "no roll in its labels" in text
        assert text.splitlines()[2].split()[3] == "-"
        assert "yaw slope 0.90, correlation 1.000; pitch slope 0.90, correlation 1.000" in text

    def test_rows_as_csv_and_json_are_equal_and_hold_no_nan(self, two_models, tmp_path):
        rollless = labelled_set(name="Pointing04", roll_labelled=False)
        evaluations = [*two_models, measure("capsule", "x", rollless, predictions(rollless))]
        assert [path.name for path in write_rows(evaluations, tmp_path)] == ["results.csv", "results.json"]
        text = (tmp_path / "results.json").read_text()
        assert "NaN" not in text
        rows = json.loads(text)
        assert [(row["set"], row["model"], row["samples"], row["left_out"]) for row in rows] == [
            ("AFLW2000", "capsule", 30, 2),
            ("AFLW2000", "fusion_capsule", 30, 2),
            ("Pointing04", "capsule", 30, 2),
        ]
        assert rows[0]["mae"] == two_models[0].summary.mae
        assert (rows[0]["paper_mae"], rows[2]["roll"], rows[2]["paper_mae"]) == (5.25, None, None)
        with (tmp_path / "results.csv").open(newline="") as file:
            table = list(csv.DictReader(file))
        assert [float(row["mae"]) for row in table] == [row["mae"] for row in rows]
        assert table[2]["roll"] == ""

    def test_a_row_has_all_figures_by_name(self, two_models):
        row = as_row(two_models[0])
        wanted = {"yaw", "pitch", "roll", "mae", "geodesic", "maev", "within_5", "within_15", "yaw_0_30", "yaw_60_90"}
        wanted |= {"bias_yaw", "slope_pitch", "correlation_roll", "samples_yaw_30_60", "crop", "filter", "weights"}
        assert wanted <= set(row)


class TestPictures:
    @pytest.mark.parametrize(
        ("draw", "of_all"),
        [(draw_bars, True), (draw_error_by_yaw, True), (draw_scatter, False), (draw_worst_faces, False)],
    )
    @pytest.mark.parametrize("roll_labelled", [True, False])
    def test_each_is_a_picture_of_some_size(self, draw, of_all, roll_labelled, tmp_path):
        labelled = labelled_set(roll_labelled=roll_labelled)
        evaluations = [measure(model, "x", labelled, predictions(labelled)) for model in ("capsule", "ssrnet_mt")]
        draw(evaluations if of_all else evaluations[0], tmp_path / "picture.png")
        picture = cv2.imread(str(tmp_path / "picture.png"))
        assert min(picture.shape[:2]) > 300
        assert picture.std() > 5

    def test_the_worst_faces_come_first(self, tmp_path, monkeypatch):
        labelled = labelled_set(count=3)
        evaluation = measure("capsule", "x", labelled, labelled.true + [[1, 1, 1], [30, 30, 30], [5, 5, 5]])
        from fsanet.evaluation.poses import charts

        cells = []
        original = charts._cell
        monkeypatch.setattr(charts, "_cell", lambda *given: cells.append(given[-1]) or original(*given))
        draw_worst_faces(evaluation, tmp_path / "worst.png")
        assert cells == pytest.approx([30, 5, 1])

    def test_names_are_those_of_the_papers_figure(self):
        models = ("capsule", "var_capsule", "noS_capsule", "fusion_capsule", "ssrnet_mt")
        assert [short_name(model) for model in models] == ["1x1", "var", "w/o", "mix", "ssrnet_mt"]


class FirstPixels:
    """Answers with the first pixel's blue, green and red."""

    def __init__(self):
        self.sizes = []

    def predict(self, crops_bgr):
        self.sizes.append(len(crops_bgr))
        return crops_bgr[:, 0, 0].astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 4, 11])
def test_any_number_of_crops_keep_their_order(count, monkeypatch):
    monkeypatch.setattr("fsanet.evaluation.poses.measure._BLOCK", 4)
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), np.uint8)
    engine = FirstPixels()
    predicted = predict(engine, images)
    assert predicted.dtype == np.float64
    np.testing.assert_array_equal(predicted, images[:, 0, 0])
    assert sum(engine.sizes) == count
    assert max(engine.sizes, default=0) <= 4
