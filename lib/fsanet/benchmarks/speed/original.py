"""The original's frozen TensorFlow graphs, run as its demo runs them: the peer that our engines are compared with."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.locations import MIRROR_VARIABLE
from fsanet.models.spec import get_spec

INPUT_NAME, OUTPUT_NAME = "input_1:0", "pred_pose/mul_24:0"
_FOLDER = Path("pre-trained") / "converted-models" / "tf"


def original_graphs(model: str) -> list[Path]:
    """The graph of a model, or those of the members of a fusion.

    Raises:
        FileNotFoundError: where FSANET_MIRROR is not set, or has them not.
    """
    mirror = os.environ.get(MIRROR_VARIABLE)
    if not mirror:
        raise FileNotFoundError(
            f"{MIRROR_VARIABLE} is not set: set it to a clone of the original repository, which has the frozen graphs "
            f"in {_FOLDER}."
        )
    names = get_spec(model).members or (model,)
    paths = [Path(mirror).expanduser() / _FOLDER / f"{get_spec(name).save_name}.pb" for name in names]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"The original's frozen graph '{missing[0]}' is not there: check {MIRROR_VARIABLE}.")
    return paths


def open_original(paths: list[Path]) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """A function from crops (N, 64, 64, 3), BGR 0..255, to the mean angles of the graphs, run one after the other."""
    sessions = [_open(path) for path in paths]

    def predict(crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        crops = crops_bgr.astype(np.float32)
        return np.mean([session.run(OUTPUT_NAME, {INPUT_NAME: crops}) for session in sessions], axis=0)

    return predict


def _open(path: Path):
    import tensorflow as tf

    definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    return tf.compat.v1.Session(graph=graph)
