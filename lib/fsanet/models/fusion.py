"""The mean of several models' angles, itself a model (the paper's "Fusion")."""

import keras
from keras import layers


def build_fusion(name: str, members: list[keras.Model]) -> keras.Model:
    """Average of the members' outputs; each member is a layer of the fusion and keeps its name.

    Input and output: as the members have them.
    """
    image = keras.Input(members[0].input_shape[1:], name="image")
    mean = layers.Average(dtype="float32", name="pred_pose")([member(image) for member in members])
    return keras.Model(image, mean, name=name)
