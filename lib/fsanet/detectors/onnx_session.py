"""Sessions of ONNX Runtime for networks that find faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsanet.workers import cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(model: str | bytes, threads: int | None = None) -> InferenceSession:
    """A session that threads may share and that leaves the cores to others between calls.

    Args:
        model: path of an ONNX file, or what would be in it.
        threads: cores for one call; None for all that the process may use.

    Raises:
        Exception: one of ONNX Runtime's own, where it is no network.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cores()
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")  # between calls other threads need the cores
    options.log_severity_level = 3  # errors; they are raised, too
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
