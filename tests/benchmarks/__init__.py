"""How fast: each module is a command that prints ours and its peers from one run. One thread of algebra a process."""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
