"""One thread for linear algebra: the same figures from every process of ours, and none in another's way."""

import os

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def use_one_thread() -> None:
    """Set it for this process and its children, unless the operator has said otherwise; before numpy is loaded."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
