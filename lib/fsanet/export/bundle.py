"""Take trained weights into the repository: .h5 files, their ONNX exports, and the rows of the catalogue.

    python -m fsanet.export.bundle training_and_testing/runs/synthetic

The folder is a training run's. The .h5 files go to `pre-trained/synthetic_models/`, the ONNX files of the single models
and of the fusion to `lib/fsanet/bundled/synthetic/`. The printed rows belong into `fsanet/weights/catalog.py`.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from fsanet.console import EXIT_OK, run_command
from fsanet.export.metadata import describe
from fsanet.export.onnx_file import write_onnx
from fsanet.files import replace_whole
from fsanet.locations import work_dir
from fsanet.models.spec import get_spec
from fsanet.weights.loading import load_model

TRAINING_SET = "synthetic"
SINGLE_MODELS = ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt")
FUSION = "fusion_capsule"
WEIGHTS_FOLDER = work_dir(f"pre-trained/{TRAINING_SET}_models")
ONNX_FOLDER = work_dir(f"lib/fsanet/bundled/{TRAINING_SET}")


def bundle(run: Path, weights_folder: Path = WEIGHTS_FOLDER, onnx_folder: Path = ONNX_FOLDER) -> list[str]:
    """Copy and export the weights of a run.

    Args:
        run: folder with `<save name>/<save name>.h5` of every single model.
        weights_folder: where the .h5 files go.
        onnx_folder: where the ONNX files go.

    Returns:
        A row of the catalogue for each .h5 file: model, size in bytes, SHA-256.

    Raises:
        FileNotFoundError: when a model was not trained in that run.
        ValueError: when weights do not fit their model, or an export does not give the model's angles.
    """
    rows = []
    for model in SINGLE_MODELS:
        name = get_spec(model).save_name
        trained = run / name / f"{name}.h5"
        if not trained.is_file():
            raise FileNotFoundError(f"'{trained}' is missing: train {model} in that run first.")
        load_model(model, weights=trained)
        content = trained.read_bytes()
        with replace_whole(weights_folder / name / f"{name}.h5") as temporary:
            temporary.write_bytes(content)
        rows.append(f'("{TRAINING_SET}", "{model}", {len(content)}, "{hashlib.sha256(content).hexdigest()}"),')
    for model in (*SINGLE_MODELS, FUSION):
        network = load_model(model, weights=weights_folder)
        write_onnx(network, onnx_folder / f"{model}.onnx", describe(model, TRAINING_SET))
    return rows


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a training run")
    args = parser.parse_args(argv)
    print("\n".join(bundle(args.run)))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
