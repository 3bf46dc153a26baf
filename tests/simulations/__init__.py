"""What the estimators do where the truth is known: simulations too long for the suite, one command each."""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
