"""How sure the baselines are, where the truth is known: ``python -m tests.simulations.uncertainty [--write] [PART …]``.

Runs every claim of ``registry`` and every world of ``baselines`` on one thread, some minutes; ``--write``
keeps the figures in ``docs/methods/uncertainty.json`` and makes the page of them; ``--quick`` runs the first
replicates alone and says whether they are still those that were kept.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from budgetperf.costing.methods import METHODS
from budgetperf.costing.version import environment
from docs import generate
from docs.uncertainty import FIGURES
from tests.simulations import baselines
from tests.simulations.claims import coverage
from tests.simulations.rates import FIRST, Rate
from tests.simulations.registry import CLAIMS, NO_INTERVAL
from tests.simulations.worlds import WORLDS, World

PARTS = ("coverage", "baselines")
COMMAND = "python -m tests.simulations.uncertainty --write"
ROOT = Path(__file__).parents[2]
QUICK_WORLDS = ("condition",)  # without slow methods

Line = dict[str, Any]


def main() -> int:
    """Run; 1 when ``--quick`` finds other counts than were kept."""
    parser = argparse.ArgumentParser(description="baselines where the truth is known")
    parser.add_argument("--write", action="store_true", help="keep the figures and make the page")
    parser.add_argument("--quick", action="store_true", help="compare the first replicates with those kept")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; both by default")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    if asked.quick:
        moved = changed(json.loads(FIGURES.read_text(encoding="utf-8")))
        print("\n".join(moved) or "the first replicates are those that were kept")
        return 1 if moved else 0
    for part in asked.parts or PARTS:
        figures = run(part)
        if asked.write:
            keep(figures)
    if asked.write and set(PARTS) <= set(json.loads(FIGURES.read_text(encoding="utf-8"))):
        generate.main()
    return 0


def run(part: str) -> Mapping[str, object]:
    """Return the figures of a part, told as they come, and how they were made."""
    began, commit = time.process_time(), _commit()
    cut = (line for world in WORLDS for n in world.sizes for line in _cut(world, n))
    lines = list(_covered() if part == "coverage" else cut)
    return {
        "words": words(),
        f"made_{part}": {
            "version": version(),
            "command": f"{COMMAND} {part}",
            "commit": commit,
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "environment": environment(),
            "seconds": round(time.process_time() - began),
        },
        part: lines,
    }


def keep(figures: Mapping[str, object]) -> None:
    """Write a part's figures in the place of its former ones, a line of the file for each line of figures."""
    before = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    parts = []
    for name, value in sorted({**before, **figures}.items()):
        lines = value if isinstance(value, list) else None
        told = json.dumps(value, ensure_ascii=False) if lines is None else _lines(lines)
        parts.append(f"{json.dumps(name)}: {told}")
    FIGURES.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def _lines(lines: list[Line]) -> str:
    return "[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]"


def _covered(*, quick: bool = False) -> Iterator[Line]:
    for claim in CLAIMS:
        for design in claim.designs:
            for n in design.sizes[:1] if quick else design.sizes:
                rate = coverage(claim, design, n, FIRST if quick else None)
                print(claim.key, design.key, n, f"{rate.hits:.0f}/{rate.trials:.0f}", flush=True)
                yield {"claim": claim.key, "design": design.key, "n": n, **_figures(rate)}


def _cut(world: World, n: int, replicates: int = baselines.REPLICATES) -> Iterator[Line]:
    found: dict[baselines.Subject, dict[str, Line]] = {}
    for (subject, measure), rate in baselines.simulate(world, n, replicates).items():
        found.setdefault(subject, {})[measure] = _figures(rate)
    print(world.key, n, *(subject.name for subject in found), flush=True)
    for subject, measures in found.items():
        yield {"world": world.key, "n": n, **asdict(subject), "measures": measures}


def _figures(rate: Rate) -> Line:
    error = None if rate.trials == 0 else round(rate.error, 5)
    return {**asdict(rate), "error": error, "first": list(rate.first)}


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


def changed(figures: Mapping[str, Any]) -> list[str]:
    """Name what comes out otherwise than was kept, by the first replicates."""
    kept = {place: first for part in ("coverage", "baselines") for place, first in _firsts(figures[part])}
    quick = (world for world in WORLDS if world.key in QUICK_WORLDS)
    cut = (line for world in quick for line in _cut(world, world.sizes[0], FIRST))
    now = (*_firsts(_covered(quick=True)), *_firsts(cut))
    return [f"{place}: {kept.get(place)} is now {first}" for place, first in now if kept.get(place) != first]


def _firsts(lines: Iterable[Line]) -> Iterator[tuple[tuple[object, ...], object]]:
    """Yield the counts of the first replicates by what they are of."""
    for line in lines:
        if "claim" in line:
            yield (line["claim"], line["design"], line["n"]), line["first"]
        for measure, counted in line.get("measures", {}).items():
            yield (line["world"], line["n"], line["kind"], line["name"], measure), counted["first"]


def version() -> str:
    """Return the digest of what is simulated: the code beside this file, without its spacing."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path != Path(__file__) and not path.name.startswith("test_"):
            digest.update("".join(path.read_text(encoding="utf-8").split()).encode())
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
