"""The error of a run on its validation samples, with the running mean of the weights where there is one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np

from fsanet.datasets.batches import View
from fsanet.engines.keras_engine import KerasEngine
from fsanet.pose.errors import euler_errors, geodesic_errors
from fsanet.training.optimizer import running_mean


def validate(network: keras.Model, views: Sequence[View]) -> dict[str, float]:
    """Errors in degrees: val_mae, val_yaw, val_pitch, val_roll, val_geodesic.

    Labels that do not count are left out of each; the geodesic error needs all three.
    """
    engine, errors, counted, geodesic = KerasEngine(network), [], [], []
    for view in views:
        predicted, true = engine.predict(view.pose_set.image[view.indices]), view.poses()
        errors.append(euler_errors(predicted, true))
        counted.append(np.broadcast_to(np.asarray(view.label_weight) > 0, true.shape))
        geodesic.append(np.where(counted[-1].all(axis=1), geodesic_errors(predicted, true), np.nan))
    per_angle = np.nanmean(np.where(np.concatenate(counted), np.concatenate(errors), np.nan), axis=0)
    names = ("val_yaw", "val_pitch", "val_roll")
    figures = {name: float(error) for name, error in zip(names, per_angle, strict=True)}
    angle = float(np.nanmean(np.concatenate(geodesic)))
    return {"val_mae": float(np.nanmean(per_angle)), **figures, "val_geodesic": angle}


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Within this block the network has the running mean of its weights, if the optimizer keeps one."""
    pairs = running_mean(model.optimizer)
    present = [_value(variable) for variable, _ in pairs]
    for variable, average in pairs:
        variable.assign(_value(average))  # a copy: JAX may throw away what a network holds when it has run
    try:
        yield
    finally:
        for (variable, _), value in zip(pairs, present, strict=True):
            variable.assign(value)


def _value(variable: keras.Variable) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(variable.value))
