"""Every machine adds up alike: what is set before numpy is loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workflows.arithmetic import ONE_KERNEL, ONE_THREAD

CPU = Path("/proc/cpuinfo")
BARE = {name: value for name, value in os.environ.items() if name not in ONE_THREAD | ONE_KERNEL}
ASKED = """
import json, os
from workflows.arithmetic import use_same_arithmetic
use_same_arithmetic()
from budgetperf.costing.version import environment
from numpy._core._multiarray_umath import __cpu_features__ as has
print(json.dumps([os.environ["OMP_NUM_THREADS"], environment().split()[-1], has.get("X86_V4", False)]))
"""

pytestmark = pytest.mark.skipif(
    not CPU.exists() or " avx2 " not in CPU.read_text(), reason="处理器没有AVX2 / no processor with AVX2"
)


@pytest.mark.parametrize(
    ("operator", "used"),
    [({}, ["1", "x86_64/haswell", False]), ({"OPENBLAS_CORETYPE": "ZEN"}, ["1", "x86_64/zen", False])],
)
def test_the_kernels_are_those_every_machine_has_unless_the_operator_says_otherwise(
    operator: dict[str, str], used: list[object]
) -> None:
    asked = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", ASKED],
        env=BARE | operator, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(asked.stdout) == used
