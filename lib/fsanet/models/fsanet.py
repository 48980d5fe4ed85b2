"""FSA-Net (Yang et al., CVPR 2019): streams, fine-grained structure, aggregation, regression."""

import keras

from fsanet.models.aggregation import build_aggregation
from fsanet.models.heads import build_head, regress
from fsanet.models.scoring import build_primary_capsules
from fsanet.models.spec import STAGES, ModelSpec
from fsanet.models.two_stream import build_streams


def build_fsanet(spec: ModelSpec) -> keras.Model:
    """One FSA-Net; the four sub-models bear the names that weight files have.

    Input: (batch, size, size, 3) BGR 0..255. Output: (batch, 3) yaw, pitch, roll in degrees.
    """
    image = keras.Input((spec.image_size, spec.image_size, 3), name="image")
    maps = build_streams(spec)(image)
    primary = build_primary_capsules(spec)(maps)
    vectors = build_aggregation(spec)(primary)
    outputs = build_head(spec, [spec.dim_capsule] * STAGES)(vectors)
    return keras.Model(image, regress(spec, outputs), name=spec.name)
