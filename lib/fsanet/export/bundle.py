"""Take trained weights into the repository: .h5 files, their ONNX exports, and the rows of the catalogue.

    python -m fsanet.export.bundle training_and_testing/runs/free

The folder is a training run's, named after the training set. The .h5 files go to `pre-trained/<set>_models/`, the ONNX
files of the single models and of the fusion to `lib/fsanet/bundled/<set>/`. The printed rows belong into
`fsanet/weights/pretrained.py`. Then `python -m fsanet.benchmarks.expected_error` writes into the fusion's file which
errors are to be expected.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from fsanet.console import EXIT_OK, run_command
from fsanet.errors import InputError
from fsanet.export.formats.table import describe
from fsanet.export.onnx_file import write_onnx
from fsanet.files import replace_whole
from fsanet.locations import BUNDLED_DIR, PRETRAINED, checkout
from fsanet.models.spec import DEFAULT_MODEL, OUR_MODELS, get_spec
from fsanet.tensors import layers_in
from fsanet.weights.loading import load_model
from fsanet.weights.pretrained import licence_of


def bundle(run: Path, weights_folder: Path, onnx_folder: Path = BUNDLED_DIR) -> list[str]:
    """Copy and export the weights of a run.

    Args:
        run: folder named after a training set of ours, with `<save name>/<save name>.h5` of its single models.
        weights_folder: below it the .h5 files go to `<training set>_models/`.
        onnx_folder: below it the ONNX files go to `<training set>/`.

    Returns:
        A row of the catalogue for each .h5 file: model, size in bytes, SHA-256.

    Raises:
        FileNotFoundError: when a model was not trained in that run.
        ValueError: for a folder of another name, when weights do not fit their model, or when an export does not give
            the model's angles.
    """
    training_set = run.resolve().name
    if training_set not in OUR_MODELS:
        raise InputError(f"'{run}' is no run to bundle: its name is one of {', '.join(OUR_MODELS)}.")
    weights_folder, onnx_folder = weights_folder / f"{training_set}_models", onnx_folder / training_set
    rows = []
    for model in OUR_MODELS[training_set]:
        name = get_spec(model).save_name
        trained = run / name / f"{name}.h5"
        if not trained.is_file():
            raise FileNotFoundError(f"'{trained}' is missing: train {model} in that run first.")
        load_model(model, weights=trained)
        content = trained.read_bytes()
        with replace_whole(weights_folder / name / f"{name}.h5") as temporary:
            temporary.write_bytes(content)
        rows.append(f'("{training_set}", "{model}", {len(content)}, "{hashlib.sha256(content).hexdigest()}"),')
    with layers_in("float32"):  # as `export_anew`
        for model in (*OUR_MODELS[training_set], DEFAULT_MODEL):
            network = load_model(model, weights=weights_folder)
            about = {**describe(model, training_set), "licence": licence_of(training_set)}  # not in the catalogue yet
            write_onnx(network, onnx_folder / f"{model}.onnx", about, spread=True)
    return rows


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a training run")
    args = parser.parse_args(argv)
    print("\n".join(bundle(args.run, checkout() / PRETRAINED)))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
