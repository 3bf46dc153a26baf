"""Whether an edition may be published: it reads, and its examples come out as they say.

Holds the check of one file, wherever it lies, and of editions side by side. Locks nothing.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from budgetperf.errors import Invalid, NotFound
from budgetperf.rulebook.edition import Edition, failed_examples
from budgetperf.rulebook.loader import finding_at, refusal
from budgetperf.rulebook.reading import parse_edition, read_document

BLANKS = Path(__file__).resolve().parent / "skeleton"
"""Folder of the blanks that ``new-city`` writes out."""


def checked_edition(raw: bytes, *, name: str) -> Edition:
    """Validate the bytes of an edition and run its examples.

    Parameters
    ----------
    raw : bytes
    name : str
        What errors call the file.

    Raises
    ------
    Invalid
        As ``parse_edition``; ``rulebook.examples`` with the line of every example that fails.
    """
    edition = parse_edition(raw, name=name)
    demand_examples(edition, raw, name=name)
    return edition


def demand_examples(edition: Edition, raw: bytes, *, name: str) -> None:
    """Run the examples of ``edition``, which was read from ``raw``.

    Raises
    ------
    Invalid
        ``rulebook.examples`` with the line of every example that fails.
    """
    if failures := failed_examples(edition):
        document = read_document(raw, name=name)
        raise refusal(
            [finding_at(document, ("examples", failure.index), failure.text) for failure in failures],
            code="rulebook.examples",
        )


def demand_no_overlap(editions: Sequence[Edition]) -> None:
    """Refuse editions of one kind that say they hold on the same day.

    Raises
    ------
    Invalid
        ``rulebook.overlap`` if one with an end still holds when the next begins.
    """
    in_order = sorted(editions, key=lambda edition: (edition.series, edition.valid_from))
    for one, other in pairwise(in_order):
        if one.series == other.series and one.valid_to is not None and one.valid_to > other.valid_from:
            raise Invalid(
                "rulebook.overlap",
                f"{one.id} 写明的失效日{one.valid_to}晚于 {other.id} 的生效日，两者有效期重叠，"
                "请推迟后者的生效日",
            )


def demand_publishable(drafts: Sequence[Edition], published: Sequence[Edition]) -> None:
    """Refuse drafts that could not stand beside the published editions.

    Raises
    ------
    Invalid
        ``rulebook.locked`` if one has the id of a published edition and another content;
        ``rulebook.overlap`` if two editions of a kind hold on one day.
    """
    known = {edition.id: edition for edition in published}
    for draft in drafts:
        if draft.id in known and known[draft.id].digest != draft.digest:
            raise Invalid(
                "rulebook.locked",
                f"{draft.id} 已发布并锁定，内容不能再改；更正请另写新的生效日，作为新版本",
            )
    demand_no_overlap([*published, *(draft for draft in drafts if draft.id not in known)])


def edition_files(path: Path) -> tuple[Path, ...]:
    """Return ``path`` itself, or every YAML file below the folder ``path`` but the blanks to be filled.

    Raises
    ------
    NotFound
        ``rulebook.path`` if there is none.
    """
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix in {".yaml", ".yml"})
        files = tuple(sorted(file for file in found if file.resolve().parent != BLANKS))
        if not files:
            raise NotFound("rulebook.path", f"文件夹 {path} 中没有规则版本文件（.yaml），请核对路径")
        return files
    if not path.is_file():
        raise NotFound("rulebook.path", f"没有文件 {path}，请核对路径")
    return (path,)


def misplaced(edition: Edition, path: Path) -> str:
    """Return where the file must stand once it is published, empty when it stands so already."""
    wanted = f"{edition.id}.yaml"
    return "" if path.resolve().as_posix().endswith(f"/{wanted}") else wanted
