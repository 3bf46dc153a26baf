"""Small faults put into ``budgetperf/scoring``, to see whether its tests notice: ``python -m tests.mutation``.

The tree is copied to a temporary folder named by its digest; nothing is changed in the checkout. All tests run
once, traced, to learn which of them reach a line; each mutant then meets those tests only, in a process of its own.
Results are kept beside the copy: a run that was broken off goes on, another sample uses what is known, and a changed
tree starts afresh. ``--sample N --seed S`` draws N mutants without replacement, each as likely as the next.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import Reach
from tests.mutation.report import told
from tests.mutation.runner import PACKAGE, TESTS

ROOT = Path(__file__).parents[2]
COPIED = ("budgetperf", *TESTS, "tests/mutation", "tests/__init__.py", "pyproject.toml")
LEFT_OUT = {"__pycache__", "fonts", "actions", "store"}
"""What scoring and the rulebook may not import is not part of their tree."""
PATIENCE, AT_LEAST = 6, 30
"""A mutant may take so many times what its tests took, and so many seconds more."""


def main() -> int:
    """Copy, trace, try, tell."""
    asked = parsed()
    home = copied()
    tree = home / "tree"
    reach = traced(home, tree)
    mutants = [mutant for file in sources(tree, asked.files) for mutant in mutants_of(file, read(tree, file))]
    drawn = sampled(mutants, asked.sample, asked.seed)
    results = tried(drawn, reach, home=home, jobs=asked.jobs)
    print(f"tree {home.name.rpartition('-')[2]}, sample {asked.sample or 'full'}, seed {asked.seed}")
    print("\n".join(told(drawn, results, of=len(mutants))))
    return 0


def parsed() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help=f"parts of paths under {PACKAGE}; without any, all files")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the sample (default 1)")
    parser.add_argument("--jobs", type=int, default=1, metavar="J", help="processes at a time (default 1)")
    return parser.parse_args()


def copied() -> Path:
    """The folder of this tree's copy and results, made if it is not there."""
    paths = sorted(path for name in COPIED for path in walked(ROOT / name))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    home = Path(tempfile.gettempdir()) / f"budgetperf-mutation-{os.getuid()}-{digest.hexdigest()[:12]}"
    if not (home / "tree").exists():
        home.mkdir(mode=0o700, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=home))
        for path in paths:
            target = half / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        half.rename(home / "tree")
    return home


def walked(path: Path) -> Iterator[Path]:
    """A file, or the files below a folder."""
    if path.is_file():
        yield path
    else:
        yield from (p for p in path.rglob("*") if p.is_file() and not LEFT_OUT & set(p.parts))


def sources(tree: Path, asked: Sequence[str]) -> list[str]:
    """The files to mutate."""
    files = sorted(str(path.relative_to(tree)) for path in (tree / PACKAGE).rglob("*.py"))
    return [file for file in files if not asked or any(part in file for part in asked)]


def read(tree: Path, file: str) -> str:
    """A source file of the copy."""
    return (tree / file).read_text("utf-8")


def traced(home: Path, tree: Path) -> Reach:
    """Which tests reach which lines, found once per tree."""
    path = home / "reach.json"
    if not path.exists():
        print(f"tracing the tests in {tree}", flush=True)
        subprocess.run(command("trace", str(path)), cwd=tree, env=environment(tree), check=True)
    return Reach.load(path)


def sampled(mutants: Sequence[Mutant], number: int | None, seed: int) -> list[Mutant]:
    """A simple random sample in the order drawn, so that what is done of it is one too; or all."""
    if number is None or number >= len(mutants):
        return list(mutants)
    return random.Random(seed).sample(mutants, number)


def tried(mutants: Sequence[Mutant], reach: Reach, *, home: Path, jobs: int) -> dict[str, str]:
    """The outcome of each mutant by its key, known or found now."""
    path = home / "results.jsonl"
    known = dict(map(json.loads, path.read_text("utf-8").splitlines())) if path.exists() else {}
    waiting: SimpleQueue[Mutant] = SimpleQueue()
    for mutant in mutants:
        if mutant.key not in known:
            waiting.put(mutant)
    lock = Lock()

    def work() -> None:
        """Try mutants on one runner until none is waiting."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command("try"),
            cwd=home / "tree",
            env=environment(home / "tree"),
            stdin=pipe,
            stdout=pipe,
            text=True,
        ) as runner:
            while not waiting.empty():
                mutant = waiting.get()
                outcome = judged(mutant, reach, runner)
                with lock, path.open("a", encoding="utf-8") as results:
                    known[mutant.key] = outcome
                    results.write(json.dumps([mutant.key, outcome]) + "\n")
                    change = f"{mutant.before}  →  {mutant.after}"
                    print(f"{outcome:9} {mutant.file}:{mutant.line}  {change}", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        for done in [pool.submit(work) for _ in range(jobs)]:
            done.result()
    return known


def judged(mutant: Mutant, reach: Reach, runner: "subprocess.Popen[str]") -> str:
    """One mutant's outcome; one that no test reaches has survived."""
    assert runner.stdin is not None
    assert runner.stdout is not None
    outcome = "survived"
    for tests in reach.rounds(mutant):
        seconds = AT_LEAST + PATIENCE * sum(reach.seconds.get(test, 0) for test in tests)
        job = {"file": mutant.file, "number": mutant.number, "tests": tests, "seconds": seconds}
        print(json.dumps(job), file=runner.stdin, flush=True)
        outcome = str(json.loads(runner.stdout.readline()))
        if outcome != "survived":
            break
    return outcome


def command(*words: str) -> list[str]:
    """The runner's command line."""
    return [sys.executable, "-m", "tests.mutation.runner", *words]


def environment(tree: Path) -> dict[str, str]:
    """Ours, with the copy first on the path and no pytest plugin but those named."""
    return {**os.environ, "PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


if __name__ == "__main__":
    sys.exit(main())
