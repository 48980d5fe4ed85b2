"""Every weight and detector file that is known, with origin, licence and SHA-256.

`FILES` are those that `fsanet weights` brings; `BUNDLED_WEIGHTS` are our own and part of this repository. A new file is
one row. Paths are relative to `pre-trained/` and laid out as the original repository lays them out. Imports no Keras,
so that an exported file can be found without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fsanet.errors import InputError
from fsanet.locations import DETECTORS, command_here, find_pretrained, pretrained_dir
from fsanet.models.spec import get_spec

ORIGINAL_URL = "https://raw.githubusercontent.com/shamangary/FSA-Net/master/pre-trained"
OUR_LICENCE = "Apache-2.0; trained on synthetic heads of our own"
FREE_LICENCE = "Apache-2.0; trained on synthetic heads of our own and on free photographs"
ORIGINAL_LICENCE = "Apache-2.0 repository; trained on research-only faces"
_OPENCV_URL = "https://raw.githubusercontent.com/opencv/opencv"
_OPENCV_3RDPARTY_URL = "https://raw.githubusercontent.com/opencv/opencv_3rdparty"
_OPENCV_ZOO_URL = "https://media.githubusercontent.com/media/opencv/opencv_zoo"  # Git LFS content, not its pointers
_SSD_LICENCE = "none stated for the weights (OpenCV 3rd party)"


@dataclass(frozen=True)
class PretrainedFile:
    """One file below `pre-trained/`.

    Attributes:
        path: relative to `pre-trained/`, with forward slashes.
        size: in bytes.
        sha256: of the whole file, in hex.
        url: where it is published; empty for a file that is part of this repository.
        licence: what is known about its terms, in a few words.
        model: model name for weights, "" for detector files.
        training_set: what the weights were trained on, "" for detector files.
    """

    path: str
    size: int
    sha256: str
    url: str
    licence: str
    model: str = ""
    training_set: str = ""


def _published(training_set: str, model: str, size: int, sha256: str) -> PretrainedFile:
    path = _path_of(training_set, model)
    return PretrainedFile(path, size, sha256, f"{ORIGINAL_URL}/{path}", ORIGINAL_LICENCE, model, training_set)


def _bundled(training_set: str, model: str, size: int, sha256: str) -> PretrainedFile:
    return PretrainedFile(
        _path_of(training_set, model), size, sha256, "", licence_of(training_set), model, training_set
    )


def licence_of(training_set: str) -> str:
    """Terms of weights that are part of this repository."""
    return FREE_LICENCE if training_set == "free" else OUR_LICENCE


def _path_of(training_set: str, model: str) -> str:
    stem = get_spec(model).save_name
    return f"{training_set}_models/{stem}/{stem}.h5"


# Training set, model, size, SHA-256. 300W_LP has no noS_netvlad.
WEIGHTS: tuple[PretrainedFile, ...] = tuple(
    _published(*row)
    for row in (
        ("300W_LP", "capsule", 1060480, "51814906b845474e329d4c935636e03475a7d5c675c35e233b69588ef007f67b"),
        ("300W_LP", "var_capsule", 1058864, "64b8163d0102e52da7c42906e03b6d8065c34aac56111eea914413d6698f07a1"),
        ("300W_LP", "noS_capsule", 2880096, "eca4f66b69a0ab1f6c9b0535429c00834197af0094004f761c754d52e67becac"),
        ("300W_LP", "netvlad", 842240, "1d3d963cdd59afe2923d900b82bb02218ae01345df60a2072c99ef67837ec5f6"),
        ("300W_LP", "var_netvlad", 840624, "359ead6fe156524f877af7810ebcfb81275f2a6384315e237c513e1f88e22ebb"),
        ("300W_LP", "metric", 807968, "62fee91749ee9e93fe8e4f82637ea9b951995eb719c4ba86fde8aab3b012917c"),
        ("300W_LP", "var_metric", 806352, "30d104122e99dadb19b16df0ab2310a03fff36920c7f284ebe0d8f81988739ee"),
        ("300W_LP", "noS_metric", 528640, "a6b0a2e408ed078234778e9d35a681d11d7351cdd43551e184edff2196682e5b"),
        ("300W_LP", "ssrnet_mt", 1129992, "1016ae85c0ac26727d9bcbb63499993041a1f339ce4517265cf093bbb473ef91"),
        ("BIWI", "capsule", 1060480, "4ef0297d6ba9d0d9b6594e011e8ed4427d9216f7e284484f88b36ca3c064eb05"),
        ("BIWI", "var_capsule", 1058864, "644de8ce1f559ecc2c3b1448c6cbd0edbc5913ba150ed191e5115e5ebb3a90f6"),
        ("BIWI", "noS_capsule", 2880096, "fb8102bc68f9d503280c7f00c724e1a3f0397daec302831ad19c0682d6d1acc8"),
        ("BIWI", "netvlad", 842240, "dd1c65e4b9f072e8aa3017bec0db6c67c3df855aab86e24748e68a13a278e9b9"),
        ("BIWI", "var_netvlad", 840624, "d871545a88e963146ae4278db1952fa4726cec6b0cc9fca1863a8658593d7ab6"),
        ("BIWI", "noS_netvlad", 560608, "76758e94023a8856954ed4c4c0bbdfa2db5079d3bcda56f3574dfa89435fc61e"),
        ("BIWI", "metric", 807968, "0fe040ea5986ed0b98f5731f4b9b4e5b02e3edc2de1c8590972d36d9729c3e18"),
        ("BIWI", "var_metric", 806352, "47823747fb90f1e444502036cec1ea61c762ac44476adcf8536e4659f3285068"),
        ("BIWI", "noS_metric", 528640, "0a5e89d3b9769e7e4a0c81c5799c7b9ea0084bac37f9271b4c2add7e51f027a1"),
        ("BIWI", "ssrnet_mt", 1129992, "9e723a9bd6f9c0be5a0e58488e5d3e38f20993827835bd70213d51f327b44ab1"),
    )
)

# Trained by us on rendered heads, the first three on free photographs too; `python -m fsanet.export.bundle` prints
# these rows.
BUNDLED_WEIGHTS: tuple[PretrainedFile, ...] = tuple(
    _bundled(*row)
    for row in (
        ("free", "capsule", 1058472, "7be31e0a30b24c926a79ba5ac709dfc3f899b78a841f9d2d311e24c351a50aff"),
        ("free", "var_capsule", 1056856, "d4c23c185b6f1a02f3d9b4487bacdca606b3117cfae846cbdc095736dd7ea6a3"),
        ("free", "noS_capsule", 2877280, "056e34aa42c48f937459d88b5aada196e7b3b68198af13bb2f49df945af1ac73"),
        ("synthetic", "capsule", 1058472, "3285420257bac76e80da0653c7e95b3e65b8f71bf0c3e944a97ab0ca7812f329"),
        ("synthetic", "var_capsule", 1056856, "60ce38f9eab287f23fa6f2236976d7d922c479a6dc8b1540bf7a21858ba5cfe3"),
        ("synthetic", "noS_capsule", 2877280, "5c75f80aafe10af1a7ff18df37c0de1eed57a2e7b185aa0556c804411986c051"),
        ("synthetic", "ssrnet_mt", 1093968, "324b9da6f3bb1ce6bd3ea58570a5505dbdadf4720d7121c0b0921cc1a2f93657"),
    )
)


# The network that finds faces, trained by us; `python -m fsanet.export.bundle_finder` prints size and SHA-256.
BUNDLED_FINDER = PretrainedFile(
    "scout_models/scout/scout.weights.h5",
    2059208,
    "fb604cf92bc32c76cb504dbf940770bf9d6dc2f8b96f2132d16693c82947a03c",
    "",
    FREE_LICENCE,
)


def _detector(name: str, size: int, sha256: str, url: str, licence: str) -> PretrainedFile:
    return PretrainedFile(f"{DETECTORS}/{name}", size, sha256, url, licence)


# Addresses name a commit wherever the file has changed since or may change: the SHA-256 holds for that version only.
DETECTOR_FILES: tuple[PretrainedFile, ...] = (
    _detector(
        "face_detection_yunet_2023mar.onnx",
        232589,
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        f"{_OPENCV_ZOO_URL}/f12e12798e8314f7c074a6656816c048dcc95b7a/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
        "MIT",
    ),
    _detector(
        "res10_300x300_ssd_iter_140000.caffemodel",
        10666211,
        "2a56a11a57a4a295956b0660b4a3d76bbdca2206c4961cea8efe7d95c7cb2f2d",
        f"{_OPENCV_3RDPARTY_URL}/dnn_samples_face_detector_20170830/res10_300x300_ssd_iter_140000.caffemodel",
        _SSD_LICENCE,
    ),
    _detector(
        "deploy.prototxt",
        28092,
        "f62621cac923d6f37bd669298c428bb7ee72233b5f8c3389bb893e35ebbcf795",
        f"{_OPENCV_URL}/4.0.1/samples/dnn/face_detector/deploy.prototxt",
        "Apache-2.0",
    ),
    _detector(
        "opencv_face_detector_uint8.pb",
        2727750,
        "5c71d752ef2cbf2f457ac82fdd580fcb2522fd04c5efdaed18eb6d9e2843fbed",
        f"{_OPENCV_3RDPARTY_URL}/dnn_samples_face_detector_20180220_uint8/opencv_face_detector_uint8.pb",
        _SSD_LICENCE,
    ),
    _detector(
        "opencv_face_detector.pbtxt",
        34912,
        "5397808362fc6fb7c4044484848e297b22449d913a267fa7f8bd9d86dce29144",
        f"{_OPENCV_URL}/ab129cfb80ea437e194c702f4b39fd67153ee15c/samples/dnn/face_detector/opencv_face_detector.pbtxt",
        "Apache-2.0",
    ),
)

FILES: tuple[PretrainedFile, ...] = WEIGHTS + DETECTOR_FILES


class UncataloguedError(InputError):
    """A training set is catalogued, but not for this model; the message lists the models that it has."""


def find_weights(model: str, training_set: str) -> Path:
    """The weight file of a model, in `pre-trained/` or in the mirror that FSANET_MIRROR names.

    Args:
        model: a model name such as "var_capsule". Fusions have no file of their own: load their parts.
        training_set: a catalogued training set, such as "300W_LP".

    Raises:
        ValueError: when no such training set is catalogued, or (UncataloguedError) no such model trained on it; lists
            what is.
        FileNotFoundError: when the file is catalogued, but not on this machine.
    """
    files = BUNDLED_WEIGHTS + WEIGHTS
    models = {file.model: file for file in files if file.training_set == training_set}
    if not models:
        known = ", ".join(sorted({file.training_set for file in files}))
        raise InputError(f"No weights are catalogued for training set '{training_set}'; there are: {known}.")
    if model not in models:
        raise UncataloguedError(
            f"No weight file of '{model}' trained on {training_set} is catalogued; there are: {', '.join(models)}."
        )
    found = find_pretrained(models[model].path, ours=not models[model].url)
    if found is None:
        raise FileNotFoundError(
            f"The {training_set} weights of '{model}' are not at '{pretrained_dir() / models[model].path}': "
            f"run {command_here('weights', 'weights')} once to get them."
        )
    return found


def markdown_table(files: Iterable[PretrainedFile] = FILES) -> str:
    """Origin, licence and SHA-256 of files as a Markdown table; `pre-trained/README.md` holds it."""
    lines = ["| file | bytes | licence | origin | SHA-256 |", "|---|---:|---|---|---|"]
    for file in files:
        origin = f"<{file.url}>" if file.url else "this repository"
        lines.append(f"| `{file.path}` | {file.size} | {file.licence} | {origin} | `{file.sha256}` |")
    return "\n".join(lines) + "\n"
