"""Which version of the baseline a result is of, and the numeric environment it was made in."""

import platform
from importlib.metadata import version

import numpy as np
import scipy
import statsmodels

VERSION = 4


def method_of(version: int) -> str:
    """Return what a version of the baseline is recorded as."""
    return f"costing.baseline/{version}"


METHOD = method_of(VERSION)


def environment() -> str:
    """Name the numeric environment a baseline was made in."""
    return (
        f"python {platform.python_version()} numpy {np.__version__} scipy {scipy.__version__} "
        f"statsmodels {statsmodels.__version__} highspy {version('highspy')} clarabel {version('clarabel')}"
    )
