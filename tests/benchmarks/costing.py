"""Our estimators beside their peers: ``python -m tests.benchmarks.costing [PART …]``.

The peers are the dependency group ``bench``, which wants older libraries than ours, so they live in an environment
of their own::

    .boot/uv/bin/uv venv --python .venv/bin/python .bench
    .boot/uv/bin/uv pip install --python .bench/bin/python --group bench --editable .
    .bench/bin/python -m tests.benchmarks.costing
"""

import argparse
import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version

PARTS = ("envelopment", "frontier", "quantile", "convex", "spread")
NAMED = ("numpy", "scipy", "highspy", "clarabel")


def main() -> int:
    """Run the parts asked for; 1 when the answers of two sides differ."""
    parser = argparse.ArgumentParser(description="estimators of cost beside their peers")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parts = parser.parse_args().parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    libraries = ", ".join(f"{name} {version(name)}" for name in NAMED)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {libraries}, {os.cpu_count()} processors"
    )
    agree = [importlib.import_module(f"tests.benchmarks.costing_{part}").compare() for part in parts]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
