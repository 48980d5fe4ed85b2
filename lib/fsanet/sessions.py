"""ONNX Runtime's sessions, set up so that they leave the cores to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

_SPIN_US = 100  # longer than between two operations of a call


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options of a session.

    Its threads spin within a call, because waking them for each operation costs more than the operation; but not after
    it, nor from the opening to the first call, where they would take the cores from the threads that open the next
    network, decode, detect and draw.

    Args:
        threads: cores for one call.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")  # at the end of a call
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_US))  # where it is known
    options.log_severity_level = 3  # errors; they are raised, too
    return options
