"""``editions.lock``: the digest of every published edition, written only when its examples hold.

Run ``python -m budgetperf.rulebook.lock`` after adding an edition. A locked edition never
changes: a correction is a new file. ``--replace ID`` re-locks one that was not yet in use.
"""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from budgetperf.errors import Conflict, Invalid
from budgetperf.rulebook.checking import demand_examples, demand_no_overlap
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.reading import read_edition

ROOT = Path(__file__).parent
LOCK_NAME = "editions.lock"
_HEAD = (
    "# SHA-256 of every published edition; written by `python -m budgetperf.rulebook.lock`, never by hand.\n"
)


def edition_paths(root: Path) -> list[Path]:
    """Return the edition files under ``root`` in a fixed order."""
    return sorted(root.glob("*/*/*.yaml"))


def read_lock(root: Path) -> Mapping[str, str]:
    """Return id -> digest; empty when there is no lock yet.

    Raises
    ------
    Invalid
        ``rulebook.lock`` if a line is not ``digest  id``.
    """
    path = root / LOCK_NAME
    if not path.exists():
        return {}
    locked: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        digest, _, edition_id = line.partition("  ")
        if len(digest) != 64 or not edition_id or edition_id in locked:
            raise Invalid("rulebook.lock", f"{LOCK_NAME}:{number} 应为“摘要  版本编号”，且每个版本只列一次")
        locked[edition_id] = digest
    return locked


def lock_editions(root: Path, *, replace: Collection[str] = ()) -> tuple[str, ...]:
    """Check every edition, run its examples and write the lock.

    Parameters
    ----------
    root : Path
        Folder of the editions and their lock.
    replace : collection of str
        Ids whose locked digest may change.

    Returns
    -------
    tuple of str
        Ids that are new or replaced.

    Raises
    ------
    Invalid
        ``rulebook.examples`` if an example fails, ``rulebook.overlap`` if two editions of a
        kind hold on one day; the codes of reading.
    Conflict
        ``rulebook.locked`` if a locked edition was changed or removed.
    """
    locked = read_lock(root)
    editions = [read_edition(path, root=root) for path in edition_paths(root)]
    for edition in editions:
        name = f"{edition.id}.yaml"
        demand_examples(edition, (root / name).read_bytes(), name=name)
        _demand_unchanged(edition, locked, replace)
    demand_no_overlap(editions)
    if gone := sorted(set(locked) - {edition.id for edition in editions} - set(replace)):
        raise Conflict("rulebook.locked", f"已锁定的版本不能删除：{'、'.join(gone)}，请恢复文件")
    digests = {edition.id: edition.digest for edition in editions}
    lines = "".join(f"{digests[edition_id]}  {edition_id}\n" for edition_id in sorted(digests))
    (root / LOCK_NAME).write_text(_HEAD + lines, encoding="utf-8")
    return tuple(edition.id for edition in editions if locked.get(edition.id) != edition.digest)


def _demand_unchanged(edition: Edition, locked: Mapping[str, str], replace: Collection[str]) -> None:
    if edition.id not in replace and locked.get(edition.id, edition.digest) != edition.digest:
        raise Conflict(
            "rulebook.locked",
            f"{edition.id} 已锁定，内容不能再改；更正请另发新版本，确未启用的可用 --replace {edition.id} 重新锁定",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Lock the shipped editions; print what changed."""
    parser = argparse.ArgumentParser(prog="python -m budgetperf.rulebook.lock", description=__doc__)
    parser.add_argument("--replace", action="append", default=[], metavar="ID")
    options = parser.parse_args(arguments)
    try:
        changed = lock_editions(ROOT, replace=options.replace)
    except (Invalid, Conflict) as refusal:
        sys.stderr.write(f"{refusal.text}\n")
        return 1
    sys.stdout.write("".join(f"已锁定 {edition_id}\n" for edition_id in changed) or "没有变化\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
