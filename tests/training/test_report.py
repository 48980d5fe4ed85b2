import csv

import cv2

from fsanet.training import pose
from fsanet.training.report import TensorBoardLog, draw_curves, write_csv
from fsanet.training.task import Task

HISTORY = [
    {
        "epoch": epoch,
        "learning_rate": 1e-3 / epoch,
        "loss": 20 / epoch,
        "mae": 20 / epoch,
        "val_mae": 10 / epoch,
        "val_yaw": 9 / epoch,
        "val_pitch": 11 / epoch,
        "val_roll": 10 / epoch,
    }
    for epoch in (1, 2, 3)
]


def test_the_csv_has_a_row_an_epoch_and_none_twice(tmp_path):
    for epochs in (1, 2, 2, 3):
        write_csv(tmp_path / "log.csv", HISTORY[:epochs])
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[2]["val_mae"]) == 10 / 3


def test_tensorboard_reads_the_events(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with TensorBoardLog(tmp_path) as log:
        for row in HISTORY:
            log.write(row)
    events = EventAccumulator(str(tmp_path)).Reload()
    tensors = events.Tensors("val_mae")
    assert [event.step for event in tensors] == [1, 2, 3]
    assert [round(event.tensor_proto.float_val[0], 3) for event in tensors] == [10, 5, 3.333]


def test_curves_are_a_picture_with_lines(tmp_path):
    task = Task("title", "", None, None, None, "val_mae", None, "", "", pose._WORDS)
    draw_curves(tmp_path / "curves.png", HISTORY, task)
    picture = cv2.imread(str(tmp_path / "curves.png"))
    assert picture.shape[0] > 600
    assert (picture.std(axis=2) > 20).mean() > 0.002  # coloured lines
