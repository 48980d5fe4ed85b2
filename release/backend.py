"""The build backend: setuptools, told by FSANET_BUILD whether a clone (editable) or a wheel is made; see setup.py."""

import os
from collections.abc import Callable
from functools import wraps

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401 (hooks that frontends call)
    build_sdist,
    build_wheel,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_wheel,
)


def _of_a_clone(hook: Callable) -> Callable:
    @wraps(hook)
    def run(*args, **settings):
        os.environ["FSANET_BUILD"] = "clone"
        try:
            return hook(*args, **settings)
        finally:
            del os.environ["FSANET_BUILD"]

    return run


get_requires_for_build_editable = _of_a_clone(build_meta.get_requires_for_build_editable)
prepare_metadata_for_build_editable = _of_a_clone(build_meta.prepare_metadata_for_build_editable)
build_editable = _of_a_clone(build_meta.build_editable)
