"""Prints what each direct dependency costs: `.venv/bin/python -m tests.packaging.dependency_sizes`.

Holds the measuring only; the reasons stand in docs/dependencies.md. "Leaves" are the packages that nothing else asks
for: they go when the dependency goes.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted_by(requirement: Requirement) -> list[Requirement]:
    """Requirements of an installed package that hold on this machine, for the extras asked for."""
    try:
        found = metadata.requires(requirement.name) or []
    except metadata.PackageNotFoundError:
        return []
    extras = requirement.extras or {""}
    asked = [Requirement(line) for line in found]
    return [
        r
        for r in asked
        if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in {*extras, ""})
    ]


def closure(roots: Iterable[Requirement]) -> set[str]:
    """Names of everything installed that the roots need, themselves included."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(roots)
    while waiting:
        requirement = waiting.pop()
        key = (canonical(requirement.name), frozenset(requirement.extras))
        if key not in seen:
            seen.add(key)
            waiting.extend(wanted_by(requirement))
    return {name for name, _ in seen if name in installed()}


def installed() -> Mapping[str, metadata.Distribution]:
    return {canonical(d.name): d for d in metadata.distributions()}


def megabytes(names: Iterable[str]) -> float:
    """Bytes of the files of these packages, compiled caches left out."""
    here = installed()
    total = 0
    for name in names:
        for file in here[name].files or []:
            path = Path(str(here[name].locate_file(file)))
            if path.suffix != ".pyc" and path.is_file():
                total += path.stat().st_size
    return total / 2**20


def report(title: str, group: list[Requirement], others: list[Requirement]) -> None:
    everything = closure([*group, *others])
    print(f"\n{title}: {megabytes(closure(group)):.0f} MB in {len(closure(group))} packages")
    for requirement in sorted(group, key=lambda r: canonical(r.name)):
        name = canonical(requirement.name)
        rest = closure([*others, *[r for r in group if r is not requirement]])
        leaves = sorted(everything - rest - {name})
        print(f"{name:24} {megabytes([name]):7.1f} {megabytes(everything - rest):7.1f}  {', '.join(leaves)}")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = [Requirement(line) for line in project["project"]["dependencies"]]
    development = [Requirement(line) for line in project["dependency-groups"]["dev"]]
    print("name, MB alone, MB that leave with it, what leaves with it")
    report("runtime", runtime, [])
    report("development", development, runtime)


if __name__ == "__main__":
    main()
