"""How a file becomes an edition: every defect with file, line and what was expected.

Holds what an edition file must fulfil whatever its kind; the kinds' own demands stand in their
models. Runs no example and knows no lock.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from budgetperf.findings import Finding
from budgetperf.provenance import SourceStatus
from budgetperf.rulebook.edition import Edition, EditionFile
from budgetperf.rulebook.kinds import KINDS, Kind
from budgetperf.rulebook.loader import (
    Document,
    KeyPath,
    decoded,
    defects,
    finding_at,
    read_strict,
    refusal,
    validated,
    walk,
)

_STATUSES = "、".join(f"{status.value}（{status.label}）" for status in SourceStatus)
_UNFILLED = re.compile(r"【(.*)】")
_JURISDICTION = re.compile(r"[\w-]+")
LOCAL = "local"
"""The jurisdiction of what a service publishes itself: no packaged edition has it, so the two never meet."""


def read_edition(path: Path, *, root: Path) -> Edition:
    """Read and validate the edition file at ``path`` under ``root``.

    Raises
    ------
    Invalid
        As ``parse_edition``; also if the file does not stand where its id says, or is ``LOCAL``.
    """
    name = path.relative_to(root).as_posix()
    raw = path.read_bytes()
    edition = parse_edition(raw, name=name)
    if edition.jurisdiction == LOCAL:
        text = f"辖区“{LOCAL}”只用于在系统中发布的版本，请改为辖区自己的名称"
        raise refusal([finding_at(read_document(raw, name=name), ("jurisdiction",), text)])
    if name != f"{edition.id}.yaml":
        text = f"文件路径应为 {edition.id}.yaml（由辖区、种类、生效日组成）"
        raise refusal([finding_at(read_document(raw, name=name), ("valid_from",), text)])
    return edition


def read_document(raw: bytes, *, name: str) -> Document:
    """Return the plain values of an edition file with their lines.

    Raises
    ------
    Invalid
        ``rulebook.yaml`` if it is no strict YAML.
    """
    return read_strict(decoded(raw, name=name), name=name)


def parse_edition(raw: bytes, *, name: str) -> Edition:
    """Validate the bytes of an edition, wherever they come from.

    Parameters
    ----------
    raw : bytes
    name : str
        What errors call the file.

    Raises
    ------
    Invalid
        ``rulebook.yaml`` or ``rulebook.edition`` with name and line of every defect.
    """
    document = read_document(raw, name=name)
    if unfilled := list(_unfilled(document)):
        raise refusal(unfilled)
    file = validated(EditionFile, document.value, document)
    if file.kind not in KINDS:
        text = f"不认识的规则种类“{file.kind}”，应为 {'、'.join(KINDS)} 之一"
        raise refusal([finding_at(document, ("kind",), text)])
    kind = KINDS[file.kind]
    if found := list(_defects(file, kind, document)):
        raise refusal(found)
    header = {key: getattr(file, key) for key in EditionFile.model_fields if key != "rules"}
    rules = validated(kind.rules, file.rules, document, at=("rules",))
    edition_id = f"{file.jurisdiction}/{file.kind}/{file.valid_from.isoformat()}"
    return Edition(id=edition_id, digest=hashlib.sha256(raw).hexdigest(), rules=rules, **header)


def place(document: Document, at: str) -> KeyPath | None:
    """Return the path of ``at`` (keys joined by dots, items counted from 1), None if there is none.

    Examples
    --------
    >>> place(read_document(b"rules: {bands: [{at_least: 0}]}", name=""), "rules.bands.1.at_least")
    ('rules', 'bands', 0, 'at_least')
    """
    path: KeyPath = ()
    for part in at.split("."):
        by_key, by_number = (*path, part), (*path, int(part) - 1) if part.isdecimal() else ()
        path = by_key if by_key in document.lines else by_number
        if path not in document.lines or not path:
            return None
    return path


def is_jurisdiction(name: str) -> bool:
    """Tell whether ``name`` may name a jurisdiction, and so a folder."""
    return _JURISDICTION.fullmatch(name) is not None


def _unfilled(document: Document) -> Iterator[Finding]:
    for path, value in walk(document.value):
        if isinstance(value, str) and (blank := _UNFILLED.fullmatch(value)):
            yield finding_at(document, path, f"尚未填写“{blank[1]}”，请连同【】一起换成实际内容")


def _defects(file: EditionFile, kind: Kind, document: Document) -> Iterator[Finding]:
    if not is_jurisdiction(file.jurisdiction):
        yield finding_at(document, ("jurisdiction",), "辖区只能用文字、字母、数字、下划线和连字符")
    if file.valid_to is not None and file.valid_to <= file.valid_from:
        yield finding_at(document, ("valid_to",), "失效日须晚于生效日")
    yield from _unsourced(document)
    for i, gap in enumerate(file.gaps):
        if place(document, gap.at) is None or gap.at.partition(".")[0] != "rules":
            text = f"找不到“{gap.at}”，应写 rules 之下的位置，各级键用点连接，列表从1数起"
            yield finding_at(document, ("gaps", i, "at"), text)
    yield from defects(kind.rules, file.rules, document, at=("rules",))
    yield from _without_examples(file, kind, document)
    for i, example in enumerate(file.examples):
        yield from defects(kind.given, example.given, document, at=("examples", i, "given"))


def _unsourced(document: Document) -> Iterator[Finding]:
    for path, value in walk(document.value):
        if path[-1:] != ("source",) or path[0] not in {"source", "rules"} or not isinstance(value, dict):
            continue
        if "status" not in value:
            yield finding_at(document, (*path, "status"), f"缺少此项，应为 {_STATUSES} 之一")
        if not str(value.get("document", "来源")).strip():
            yield finding_at(document, (*path, "document"), "不能为空，请写明依据的文件名称")


def _without_examples(file: EditionFile, kind: Kind, document: Document) -> Iterator[Finding]:
    if not any(example.expect for example in file.examples):
        yield finding_at(document, ("examples",), "没有算例，请至少写一个手工计算的算例（given 与 expect）")
    elif kind.refuses and not any(example.refused for example in file.examples):
        text = "没有应予拒绝的算例，请至少写一个不应接受的 given 和拒绝的代码（refused）"
        yield finding_at(document, ("examples",), text)
