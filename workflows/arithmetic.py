"""The same arithmetic in every process and on every machine: one thread, and one set of processor kernels.

OpenBLAS and NumPy choose their kernels by the processor they find, and another kernel adds up in another order: an
amount that lies between two fen then falls to the other side. So every x86-64 machine with AVX2 uses the kernels that
all of them have. It costs a few per cent of the time of a fit.
"""

import os
import platform
from pathlib import Path

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
ONE_KERNEL = {"OPENBLAS_CORETYPE": "HASWELL", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}


def use_same_arithmetic() -> None:
    """Set it for this process and its children, unless the operator has said otherwise; before numpy is loaded."""
    for name, value in (ONE_THREAD | (ONE_KERNEL if _has_avx2() else {})).items():
        os.environ.setdefault(name, value)


def _has_avx2() -> bool:
    """Whether this is Linux on an x86-64 processor with the kernels named above (others keep their own)."""
    cpu = Path("/proc/cpuinfo")
    return platform.machine() == "x86_64" and cpu.exists() and " avx2 " in cpu.read_text(encoding="utf-8")
