"""SSR-Net-MD: SSR-Net (Yang et al., IJCAI 2018) for several angles, the paper's section 3.2 and its baseline."""

import keras

from fsanet.models.heads import build_head, regress
from fsanet.models.spec import ModelSpec
from fsanet.models.two_stream import build_streams


def build_ssrnet(spec: ModelSpec) -> keras.Model:
    """One SSR-Net-MD: the streams' stages go straight to the head.

    Input: (batch, size, size, 3) BGR 0..255. Output: (batch, 3) yaw, pitch, roll in degrees.
    """
    image = keras.Input((spec.image_size, spec.image_size, 3), name="image")
    vectors = build_streams(spec)(image)
    outputs = build_head(spec, [vector.shape[-1] for vector in vectors])(vectors)
    return keras.Model(image, regress(spec, outputs), name=spec.name)
