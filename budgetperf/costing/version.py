"""Which version of the baseline a result is of, and the numeric environment it was made in."""

import os
import platform
from importlib.metadata import version

import numpy as np
import scipy
import statsmodels

VERSION = 5


def method_of(version: int) -> str:
    """Return what a version of the baseline is recorded as."""
    return f"costing.baseline/{version}"


METHOD = method_of(VERSION)


def environment() -> str:
    """Name the numeric environment a baseline was made in: libraries, and the kernels of linear algebra."""
    return (
        f"python {platform.python_version()} numpy {np.__version__} scipy {scipy.__version__} "
        f"statsmodels {statsmodels.__version__} highspy {version('highspy')} clarabel {version('clarabel')} "
        f"blas {platform.machine()}/{os.environ.get('OPENBLAS_CORETYPE', 'native').lower()}"
    )
