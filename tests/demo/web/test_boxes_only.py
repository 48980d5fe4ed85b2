"""The page's finder is the bundled one, without what the page does not read."""

import numpy as np
import onnxruntime

from demo.web.boxes_only import BOX_SIZE, boxes_only
from fsanet.detectors.scout import BUNDLED


def test_scores_and_boxes_are_the_same_to_the_bit():
    whole = BUNDLED.read_bytes()
    lean = boxes_only(whole)
    pictures = np.random.default_rng(1).uniform(0, 255, (2, 96, 160, 3)).astype(np.float32)
    of_whole, of_lean = (
        onnxruntime.InferenceSession(network).run(None, {"image_bgr": pictures})[0] for network in (whole, lean)
    )
    assert of_lean.shape[2] == BOX_SIZE
    assert np.array_equal(of_lean, of_whole[:, :, :BOX_SIZE])


def test_the_other_branches_are_gone():
    whole = BUNDLED.read_bytes()
    assert len(boxes_only(whole)) < 0.8 * len(whole)
