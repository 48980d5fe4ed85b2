"""How many cores a backend uses."""

import keras

from fsanet.errors import InputError


def limit_threads(threads: int | None) -> None:
    """Use so many threads; None leaves it to the backend. To be called before anything is computed.

    Raises:
        ValueError: for less than one, or where the backend has no such setting.
    """
    if threads is None:
        return
    if threads < 1:
        raise InputError(f"At least one thread is needed, got {threads}.")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    elif backend == "torch":
        import torch

        torch.set_num_threads(threads)
    else:
        raise InputError(f"The backend '{backend}' does not let its threads be limited; use `taskset` instead.")
