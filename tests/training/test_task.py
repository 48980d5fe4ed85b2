"""A task of another kind than poses: the loop asks for nothing but what `Task` promises."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from fsanet.training.loop import run_task
from fsanet.training.plan import Plan
from fsanet.training.task import Task, Words


class Pictures:
    """Pictures with a varying number of points each, padded and masked."""

    batch_size = 2

    def __len__(self) -> int:
        return 5

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[dict[str, np.ndarray]]:
        for step in range(first_step, len(self)):
            random = np.random.default_rng((epoch, step))
            count = random.integers(1, 4, (2, 1))
            points = random.uniform(0, 1, (2, 3)).astype(np.float32)
            yield {"points": points, "there": (np.arange(3) < count).astype(np.float32)}

    def describe(self, epoch: int, step: int) -> str:
        return f"picture {epoch}/{step}"


class MiddleOfPoints(keras.Model):
    """Learns one number, the middle of all points."""

    def __init__(self):
        super().__init__()
        self.middle = self.add_weight(shape=(), initializer="zeros", name="middle")
        self.built = True

    def call(self, batch, training=None):
        distance = ops.abs(batch["points"] - self.middle) * batch["there"]
        return {"loss": ops.sum(distance) / ops.sum(batch["there"])}


def middle_task(folder: Path, scores: Iterator[float] | None = None) -> Task:
    model = MiddleOfPoints()

    def validate() -> dict[str, float]:
        middle = float(ops.convert_to_numpy(model.middle.value))
        return {"score": next(scores) if scores else 1 - abs(0.5 - middle), "distance": abs(0.5 - middle)}

    return Task(
        title="the middle",
        about="10 pictures",
        model=model,
        batches=Pictures(),
        validate=validate,
        decides="score",
        highest=True,
        save=lambda path: path.write_text(str(float(ops.convert_to_numpy(model.middle.value)))),
        file_name="middle.txt",
        samples="the same ones",
        words=Words("loss {loss:.2f}", "loss {loss:.3f}  score {score:.3f}", "{score:.2f}", "score", {"score": "it"}),
    )


def test_a_task_of_another_kind_is_trained_and_its_words_are_said(tmp_path, capsys):
    result = run_task(middle_task(tmp_path), Plan(epochs=6, learning_rate=0.05), tmp_path)
    assert result.best == max(row["score"] for row in result.history) > 0.9
    assert float(result.weights.read_text()) == pytest.approx(0.5, abs=0.1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("the middle: 10 pictures; 6 epochs of 5 batches of 2, Keras backend ")
    assert f"loss {result.history[0]['loss']:.3f}  score {result.history[0]['score']:.3f}  " in lines[1]
    assert lines[-1].startswith(f"Best: {result.best:.2f} in validation, epoch {result.best_epoch}, ")


def test_the_highest_score_is_the_best_where_a_task_says_so(tmp_path):
    result = run_task(middle_task(tmp_path, iter([1.0, 3.0, 2.0, 3.0])), Plan(epochs=4), tmp_path, quiet=True)
    assert (result.best_epoch, result.best) == (2, 3.0)
    lowest = dataclasses.replace(middle_task(tmp_path, iter([2.0, 1.0, 3.0])), highest=False)
    assert run_task(lowest, Plan(epochs=3), tmp_path / "lowest", quiet=True).best_epoch == 2


def test_an_epoch_that_the_task_refuses_is_never_the_best(tmp_path, capsys):
    task = middle_task(tmp_path, iter([1.0, 9.0, 2.0]))
    result = run_task(dataclasses.replace(task, refuses=lambda figures: figures["score"] > 8), Plan(epochs=3), tmp_path)
    assert (result.best_epoch, result.best) == (3, 2.0)
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("  best") for line in lines[1:4]] == [True, False, True]
    assert lines[-1].startswith("Best: 2.00 in validation, epoch 3, ")


def test_other_samples_do_not_go_on(tmp_path):
    run_task(middle_task(tmp_path), Plan(epochs=1), tmp_path, quiet=True)
    other = dataclasses.replace(middle_task(tmp_path), samples="other ones")
    with pytest.raises(ValueError, match="samples was 'the same ones' and is 'other ones'"):
        run_task(other, Plan(epochs=1), tmp_path, quiet=True)
