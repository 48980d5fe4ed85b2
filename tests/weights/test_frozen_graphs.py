"""The original's frozen TensorFlow graphs side by side with our models, on inputs that are fresh in every run."""

import numpy as np
import pytest

import fsanet
from fsanet.models.spec import get_spec


def run_frozen(path, images) -> np.ndarray:
    import tensorflow as tf

    definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return session.run("pred_pose/mul_24:0", {"input_1:0": images})


@pytest.mark.parametrize("name", ["capsule", "var_capsule", "noS_capsule"])
def test_side_by_side(name, mirror):
    seed = np.random.SeedSequence().entropy
    rng = np.random.default_rng(seed)
    noise = rng.uniform(0, 255, (16, 64, 64, 3))
    patches = np.kron(rng.uniform(0, 255, (16, 8, 8, 3)), np.ones((1, 8, 8, 1)))  # smooth areas, as faces have them
    images = np.concatenate([noise, patches]).astype(np.float32)
    theirs = run_frozen(mirror / f"pre-trained/converted-models/tf/{get_spec(name).save_name}.pb", images)
    ours = np.asarray(fsanet.load_model(name, weights="300W_LP")(images))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3, err_msg=f"seed {seed}")
