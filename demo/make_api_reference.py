"""`make docs`: the API reference of the package, by pdoc.

python -m demo.make_api_reference [--out docs/api]
"""

import argparse
import os
import pkgutil
import sys
from pathlib import Path
from typing import Generic, TypeVar

import numpy.typing
import pdoc

import fsanet
from fsanet.console import quiet_native_stderr, run_command

OUT = Path(__file__).resolve().parents[1] / "docs" / "api"
TEMPLATE = Path(__file__).resolve().parent / "api_template"
_Scalar = TypeVar("_Scalar")


class _NDArray(Generic[_Scalar]):
    """Stands for `numpy.typing.NDArray` in signatures."""


class _ArrayLike:
    """Stands for `numpy.typing.ArrayLike`."""


@run_command
def main(argv: list[str] | None = None) -> None:
    """Write the reference of all of `fsanet`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder (default: docs/api)")
    out = parser.parse_args(argv).out
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _name_array_types()
    footer = f"fsanet {fsanet.__version__}"
    pdoc.render.configure(docformat="google", footer_text=footer, template_directory=TEMPLATE)
    with quiet_native_stderr():
        _name_keras_types()
        pdoc.pdoc(*modules(), output_directory=out)
    print(f"API reference: {out / 'fsanet.html'}")


def modules() -> list[str]:
    """The package and all modules in it: `fsanet.__all__` names its public objects and so would hide them."""
    found = pkgutil.walk_packages(fsanet.__path__, "fsanet.")
    return ["fsanet", *(module.name for module in found)]


def _name_array_types() -> None:
    """Let signatures say ArrayLike and NDArray, where pdoc would print the unions that these names stand for."""
    for name, stand_in in (("NDArray", _NDArray), ("ArrayLike", _ArrayLike)):
        stand_in.__name__ = stand_in.__qualname__ = name
        stand_in.__module__ = "numpy.typing"
        setattr(numpy.typing, name, stand_in)


def _name_keras_types() -> None:
    """Let signatures say keras.Model, where pdoc would print the module in which Keras happens to define it."""
    import keras

    keras.Model.__module__ = "keras"
    keras.Layer.__module__ = "keras"


if __name__ == "__main__":
    sys.exit(main())
