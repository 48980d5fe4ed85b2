"""Write a model for other runtimes: `make export [MODEL= WEIGHTS= FORMAT=onnx QUANTIZE=float16|int8 OUT=path]`.

    fsanet export
    fsanet export --model var_capsule --weights my/weights.h5 --format tflite
    fsanet export --format tflite --quantize int8

Every export is run and compared with its Keras model before it takes its name: within a thousandth of a degree in
float32; with the error on the synthetic test set at most 0.05 degrees more for float16, and 0.3 for int8.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from fsanet.console import EXIT_OK, quiet_native_stderr
from fsanet.datasets.protocols import set_path
from fsanet.engines.choose import export_engine, open_export
from fsanet.engines.engine import Engine
from fsanet.engines.keras_engine import KerasEngine
from fsanet.errors import InputError
from fsanet.export.comparison import (
    CALIBRATION_SET,
    LARGEST_CHANGE_DEG,
    TEST_SET,
    calibration_crops,
    change_of_error,
    check_same_angles,
)
from fsanet.export.formats.table import FORMATS, INT8, Format, Source, describe, files_of_others, get_format
from fsanet.files import remove_leftovers, replace_whole, replace_whole_folder
from fsanet.locations import work_dir
from fsanet.models.spec import DEFAULT_MODEL, default_weights
from fsanet.options import add_option
from fsanet.weights.model_files import model_of

NEEDS = ("keras", "export")

DEFAULT_FOLDER = Path("exported")
_WEIGHT_SUFFIXES = (".weights.h5", ".h5", ".hdf5", ".keras")
_NAMED = 3


def export(
    model: str,
    weights: str | Path,
    format_name: str,
    out: Path | None = None,
    quantize: str = "",
    calibration: str | Path = "data",
    test: str | Path = "data",
) -> tuple[Path, str]:
    """Write, run and compare an export.

    Args:
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set, a weight file or a folder of them.
        format_name: one of `FORMATS`.
        out: where it shall lie, or a folder that takes it under its default name; None: `exported/`.
        quantize: "", "float16" or "int8".
        calibration: npz of crops for int8, or the folder in which the synthetic validation set lies.
        test: npz to measure the cost of rounding on, or the folder in which the synthetic test set lies.

    Returns:
        The path, and one sentence on how the export compares.

    Raises:
        ValueError: for an unknown name, a quantisation that the format has not, or an export that differs too much:
            then nothing is written.
        FileNotFoundError: when weights or sets are missing.
    """
    form = get_format(format_name)
    if quantize and quantize not in form.quantize:
        known = ", ".join(form.quantize) or "none"
        raise InputError(f"Format '{form.name}' cannot be quantised to '{quantize}'; its quantisations are: {known}.")
    path = place(out, f"{_stem(model, weights, quantize)}{form.suffix}", form)
    crops = calibration_crops(calibration) if quantize == INT8 else None
    with quiet_native_stderr():  # starts TensorFlow
        from fsanet.tensors import layers_in
    with layers_in("float32"):  # TensorFlow has no grouped convolution in float16 for processors
        with quiet_native_stderr():  # loads the packages of the format
            from fsanet.weights.loading import load_model

            write = form.load_writer()
            network = load_model(model, weights=weights)
        return path, _write(write, Source(network, describe(model, weights), quantize, crops), form, path, test)


def _write(write: Callable[[Source, Path], None], source: Source, form: Format, path: Path, test: str | Path) -> str:
    """Write, run and compare an export; one sentence on how it compares."""
    remove_leftovers(path)
    with (replace_whole_folder if form.folder else replace_whole)(path) as temporary:
        with quiet_native_stderr():  # converters tell every step of theirs
            write(source, temporary)
            engine = open_export(temporary)
        return _compare(source, engine, path, test)


def place(out: Path | None, name: str, form: Format) -> Path:
    """Where an export shall lie: where it is told, or under its default name in a folder.

    Raises:
        ValueError: when it is told a file of another suffix, or what would be replaced is no export alone.
    """
    if form.folder:
        return _replaceable(_folder_place(out, name), form)
    if out is None:
        return DEFAULT_FOLDER / name
    if out.is_dir() or not out.suffix:
        return out / name
    if out.suffix != form.suffix:
        raise InputError(f"An export as '{form.name}' is a file in {form.suffix}, got '{out}': name it so or a folder.")
    return out


def _folder_place(out: Path | None, name: str) -> Path:
    """One that holds an export is meant itself; another takes the export."""
    if out is None:
        return DEFAULT_FOLDER / name
    return out / name if out.is_dir() and export_engine(out) is None else out


def _replaceable(path: Path, form: Format) -> Path:
    """The path of a folder, when nothing but an earlier export is lost where it is replaced."""
    if path.is_file():
        raise InputError(f"An export as '{form.name}' is a folder, got the file '{path}': give another name.")
    if others := files_of_others(path):
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        raise InputError(
            f"'{path}' would be replaced by the export and holds more than one ({', '.join(map(str, others[:_NAMED]))}"
            f"{more}): give another --out, or move those files away."
        )
    return path


def _stem(model: str, weights: str | Path, quantize: str) -> str:
    """The default name of an export, without its suffix; of that of the weights all counts but a suffix of weights."""
    name = Path(weights).name
    suffix = next((suffix for suffix in _WEIGHT_SUFFIXES if name.endswith(suffix)), "")
    return "_".join(filter(None, [model, name.removesuffix(suffix), quantize]))


def _compare(source: Source, engine: Engine, path: Path, test: str | Path) -> str:
    """One sentence; an error where the export differs too much."""
    if not source.quantize:
        difference = check_same_angles(source.model, engine.predict, str(path))
        return f"angles equal those of the Keras model to {difference:.1g} degrees"
    change = change_of_error(KerasEngine(source.model).predict, engine.predict, test)
    limit = LARGEST_CHANGE_DEG[source.quantize]
    sentence = (
        f"mean absolute error on {change.samples} test crops {change.rounded:.3f} degrees, "
        f"that of the Keras model {change.exact:.3f}: {change.degrees:+.3f}, of {limit} allowed"
    )
    if not abs(change.degrees) <= limit:
        raise InputError(f"The export '{path}' was not kept: {sentence}.")
    return sentence


def add_options(parser: argparse.ArgumentParser) -> None:
    """What, in which format, and what it is measured with."""
    add_option(parser, "--model", f"(default: that of a folder of weights or of a .keras file, else {DEFAULT_MODEL})")
    add_option(parser, "--weights", "(default: ours, free where it has the model)")
    parser.add_argument("--format", default="onnx", help=f"one of {', '.join(FORMATS)} (default: %(default)s)")
    parser.add_argument("--quantize", default="", help="float16 or int8 (default: neither)")
    add_option(parser, "--out", f"(a file or folder, default: a name in {DEFAULT_FOLDER}/)", type=Path)
    add_option(parser, "--set", "to measure float16 and int8 on (default: %(default)s)", default=TEST_SET)
    parser.add_argument("--calibration", default=CALIBRATION_SET, help="set for int8's ranges (default: %(default)s)")
    add_option(parser, "--folder", "(default: %(default)s)", type=Path, default=work_dir("data"))


def run(args: argparse.Namespace) -> int:
    """Write the export and say what it costs."""
    calibration, test = (set_path(name, args.folder) for name in (args.calibration, args.set))
    model = args.model or model_of(args.weights)
    path, verdict = export(
        model, args.weights or default_weights(model), args.format, args.out, args.quantize, calibration, test
    )
    print(f"{path} ({_megabytes(path):.1f} MB): {verdict}.")
    return EXIT_OK


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
