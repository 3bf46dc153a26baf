"""How sure the baselines are, where the truth is known: ``python -m tests.simulations.uncertainty [--write | --quick]``.

Runs every claim of ``registry`` and every world of ``baselines`` on one thread, some eight minutes; ``--write``
keeps the figures in ``docs/methods/uncertainty.json`` and makes the page of them; ``--quick`` runs the first
replicates alone and says whether they are still those that were kept.
"""

import argparse
import ast
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from budgetperf.costing.baseline import environment
from budgetperf.costing.methods import METHODS
from docs import generate
from docs.uncertainty import FIGURES
from tests.simulations import baselines
from tests.simulations.claims import coverage
from tests.simulations.rates import FIRST, Rate
from tests.simulations.registry import CLAIMS, NO_INTERVAL
from tests.simulations.worlds import WORLDS

COMMAND = "python -m tests.simulations.uncertainty --write"
ROOT = Path(__file__).parents[2]
QUICK_WORLDS = ("small", "fixed", "condition")

Line = dict[str, object]


def main() -> int:
    """Run; 1 when ``--quick`` finds other counts than were kept."""
    parser = argparse.ArgumentParser(description="baselines where the truth is known")
    parser.add_argument("--write", action="store_true", help="keep the figures and make the page")
    parser.add_argument("--quick", action="store_true", help="compare the first replicates with those kept")
    asked = parser.parse_args()
    if asked.quick:
        moved = changed(json.loads(FIGURES.read_text(encoding="utf-8")))
        print("\n".join(moved) or "the first replicates are those that were kept")
        return 1 if moved else 0
    figures = run()
    if asked.write:
        FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
        generate.main()
    return 0


def run() -> dict[str, object]:
    """Return all figures, told as they come."""
    began = time.process_time()
    covered = [_told(line) for line in _covered()]
    cut = [_told(line) for world in WORLDS for n in world.sizes for line in _cut(world.key, n)]
    return {
        "version": version(),
        "made": {
            "command": COMMAND,
            "commit": _commit(),
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "environment": environment(),
            "seconds": round(time.process_time() - began),
        },
        "words": words(),
        "coverage": covered,
        "baselines": cut,
    }


def _covered(*, quick: bool = False) -> Iterator[Line]:
    for claim in CLAIMS:
        for design in claim.designs:
            for n in design.sizes[:1] if quick else design.sizes:
                rate = coverage(claim, design, n, FIRST if quick else None)
                yield {"claim": claim.key, "design": design.key, "n": n, **_figures(rate)}


def _cut(key: str, n: int, replicates: int = baselines.REPLICATES) -> Iterator[Line]:
    world = next(world for world in WORLDS if world.key == key)
    for (subject, measure), rate in baselines.simulate(world, n, replicates).items():
        yield {"world": key, "n": n, **asdict(subject), "measure": measure, **_figures(rate)}


def _figures(rate: Rate) -> Line:
    error = None if rate.trials == 0 else round(rate.error, 5)
    return {**asdict(rate), "error": error, "first": list(rate.first)}


def _told(line: Line) -> Line:
    share = f"{line['hits']:.0f}/{line['trials']:.0f}"
    print(*(value for key, value in line.items() if key not in _figures_of(line)), share, flush=True)
    return line


def _figures_of(line: Line) -> set[str]:
    return {"hits", "trials", "above", "replicates", "failed", "silent", "error", "first"} & set(line)


def words() -> dict[str, object]:
    """Return what the figures are called on the page."""
    return {
        "claims": {
            claim.key: {
                "label": claim.label,
                "of": claim.of,
                "made_by": list(claim.made_by),
                "designs": {one.key: {"label": one.label, "assumed": one.assumed} for one in claim.designs},
            }
            for claim in CLAIMS
        },
        "worlds": {world.key: world.label for world in WORLDS},
        "methods": {
            name.value: {"label": name.label, "family": method.family.value}
            for name, method in METHODS.items()
        },
        "mixtures": {key: [str(name) for name in names] for key, names in baselines.MIXTURES.items()},
        "editions": {
            code: {
                "methods": [str(name) for name in spec.methods],
                "level": str(spec.level),
                "n_draws": spec.n_draws,
            }
            for code, spec in baselines.editions().items()
        },
        "no_interval": NO_INTERVAL,
    }


def changed(figures: Mapping[str, object]) -> list[str]:
    """Name what comes out otherwise than was kept, by the first replicates."""
    kept = {_place(line): line["first"] for part in ("coverage", "baselines") for line in figures[part]}
    now = [*_covered(quick=True), *_quick_cuts()]
    return [
        f"{_place(line)}: {kept.get(_place(line))} is now {line['first']}"
        for line in now
        if kept.get(_place(line)) != line["first"]
    ]


def _quick_cuts() -> Iterator[Line]:
    for world in WORLDS:
        if world.key in QUICK_WORLDS:
            yield from _cut(world.key, world.sizes[0], FIRST)


def _place(line: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(value for key, value in line.items() if key not in _figures_of(line))


def version() -> str:
    """Return the digest of the simulation's code, without its comments, docstrings and spacing."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.name.startswith("test_"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                body = getattr(node, "body", None)
                if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
                    body[:] = [
                        one
                        for one in body
                        if not isinstance(one, ast.Expr) or not isinstance(one.value, ast.Constant)
                    ]
            digest.update(ast.dump(tree).encode())
    return digest.hexdigest()[:16]


def _commit() -> str:
    """Name the commit, and whether the library differs from it."""
    say = ["git", "-C", str(ROOT)]
    head = subprocess.run(
        [*say, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    )
    apart = subprocess.run(
        [*say, "status", "--porcelain", "budgetperf", "tests/simulations"],
        capture_output=True,
        text=True,
        check=True,
    )
    return head.stdout.strip() + ("（有未提交的改动）" if apart.stdout.strip() else "")


if __name__ == "__main__":
    sys.exit(main())
