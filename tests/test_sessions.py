"""How sessions of ONNX Runtime are set up."""

from fsanet.sessions import session_options


def test_threads_spin_within_calls_only():
    options = session_options(2)
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)
    assert options.get_session_config_entry("session.force_spinning_stop") == "1"
    assert int(options.get_session_config_entry("session.intra_op.spin_duration_us")) <= 1000
