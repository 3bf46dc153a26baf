"""The evidence bundle: everything about one evaluand, to be checked without this software.

Says what lies where in the bag and refuses contents that the verifier would refuse; the bag
itself is made by ``bagit``, and ``verifier`` goes into it as ``verify.py``::

    data/README.txt                        what this is, how to verify
    data/documents/<digest>-<filename>     attachments (``_`` for ``%``, see ``bagit``)
    data/records/<name>.json               records as of a date; attachments.json is made here
    data/packages/<digest>.json            decision packages
    data/log/events.jsonl                  every chain of the evaluand, from its first event
    data/log/anchors.json                  anchors, and proofs that heads of the log lie under them
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from budgetperf.errors import Invalid
from budgetperf.evidence.anchors import Anchor, HeadProof, verify_anchors, verify_head
from budgetperf.evidence.attachments import Attachment
from budgetperf.evidence.bagit import BundleSummary, write_bag
from budgetperf.evidence.chain import ChainHead, verify_chain
from budgetperf.evidence.events import Event, instant
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import DecisionPackage, Json, canonical_json

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_RECORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")

_README = """\
预算绩效证据包

对象：{title}
编号：{name}
截至：{as_of}

本文件夹是一个 BagIt 1.0 证据包，收录上述对象截至该日的全部材料：
  data/documents/  证明材料原件，文件名以内容的 SHA-256 摘要开头（{documents} 份）
  data/records/    业务记录（{records} 份），附件清单见 attachments.json
  data/packages/   决策包：每项结论的事实、规则版本、方法与结果，可据以重算（{packages} 份）
  data/log/        操作日志（{events} 条，逐条哈希相链）与时间锚

如何校验：安装 Python 3.8 或更高版本，在本文件夹中运行
  python3 -I verify.py
不需联网，不需本系统。任何文件有一个字节被改动，都会指出是哪个文件。
请将最后显示的“证据包摘要”与公文或系统页面所载的摘要核对；也可用
  python3 -I verify.py --digest 摘要

------------------------------------------------------------------------

Budget performance evidence bundle

Subject: {title}
Identifier: {name}
As of: {as_of}

This folder is a BagIt 1.0 bag with everything about the subject as of that day:
  data/documents/  supporting documents, each named by the SHA-256 of its content ({documents})
  data/records/    records ({records}); attachments.json lists the documents
  data/packages/   decision packages: facts, rule edition, method and result ({packages})
  data/log/        the action log ({events} events, chained by hash) and its anchors

To verify: install Python 3.8 or newer and run, in this folder,
  python3 -I verify.py
No network and none of our software is needed. One changed byte is refused, naming the file.
Compare the bundle digest it prints with the one told to you elsewhere, or run
  python3 -I verify.py --digest DIGEST
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """What goes into a bundle.

    Parameters
    ----------
    name : str
        Identifier of the bundle, ASCII; the top folder of a zip.
    title, organisation : str
        The evaluand in words; who issues the bundle.
    as_of, bagged_on : date
        The day the records speak for; the day of writing.
    records : mapping of str to Json
        By lower-case ASCII name, without ``.json``; ``attachments`` is taken.
    packages : tuple of DecisionPackage
    events : tuple of Event
        All events of all chains of the evaluand, in any order.
    anchors : tuple of Anchor
        A run without gaps, in order.
    proofs : tuple of HeadProof
        That heads among ``events`` lie under ``anchors``.
    attachments : tuple of Attachment
    content_of : callable
        Returns the bytes of a stored file by digest; called once per file.
    """

    name: str
    title: str
    organisation: str
    as_of: date
    bagged_on: date
    records: Mapping[str, Json]
    packages: tuple[DecisionPackage, ...]
    events: tuple[Event, ...]
    anchors: tuple[Anchor, ...]
    proofs: tuple[HeadProof, ...]
    attachments: tuple[Attachment, ...]
    content_of: Callable[[str], bytes]


def write_bundle(target: Path | BinaryIO, contents: BundleContents) -> BundleSummary:
    """Write an evidence bundle; equal contents give equal bytes.

    Parameters
    ----------
    target : Path or binary file
        A folder that does not exist yet, or a file opened for writing that becomes a zip.
    contents : BundleContents

    Raises
    ------
    Invalid
        ``evidence.bundle``, with findings: a broken chain or anchor, a proof without its event,
        an unfit name; or a stored file whose bytes are not those of its digest.
    Conflict
        ``evidence.target``: the folder exists.
    """
    found = check_contents(contents)
    if found:
        raise Invalid(
            "evidence.bundle", f"证据包内容有 {len(found)} 处不一致，未写出：{found[0].message}", found
        )
    return write_bag(
        target,
        _payload(contents),
        name=contents.name,
        on=contents.bagged_on,
        tags={"verify.py": files("budgetperf.evidence").joinpath("verifier.py").read_bytes()},
        bag_info={
            "Source-Organization": contents.organisation,
            "External-Identifier": contents.name,
            "External-Description": contents.title,
            "Records-As-Of": contents.as_of.isoformat(),
        },
    )


def check_contents(contents: BundleContents) -> tuple[Finding, ...]:
    """Find what would make the bundle fail its own verifier, before anything is written."""
    found = [*_check_words(contents), *verify_anchors(contents.anchors), *_check_proofs(contents)]
    for _, events in groupby(_sorted(contents.events), key=lambda event: event.chain):
        found.extend(verify_chain(events))
    return tuple(found)


def _check_words(contents: BundleContents) -> Iterator[Finding]:
    if not _NAME.fullmatch(contents.name):
        yield _finding("name", "/name", f"证据包编号“{contents.name}”只能用字母、数字、下划线、点和连字符")
    for field, text in (("title", contents.title), ("organisation", contents.organisation)):
        if not text.strip() or text.splitlines() != [text]:
            yield _finding("words", f"/{field}", f"“{field}”不能为空，也不能含换行")
    for name in contents.records:
        if name == "attachments" or not _RECORD.fullmatch(name):
            yield _finding("record_name", f"/records/{name}", f"记录名“{name}”不可用")


def _check_proofs(contents: BundleContents) -> Iterator[Finding]:
    heads = {ChainHead.of(event) for event in contents.events}
    anchors = {anchor.number: anchor for anchor in contents.anchors}
    for index, proof in enumerate(contents.proofs):
        anchor = anchors.get(proof.anchor)
        if proof.head not in heads or anchor is None or not verify_head(anchor, proof):
            message = f"{proof.head.chain} 链 {proof.head.number} 号不能由第 {proof.anchor} 号锚证明"
            yield _finding("proof", f"/proofs/{index}", message)


def _finding(code: str, pointer: str, message: str) -> Finding:
    return Finding(f"evidence.bundle_{code}", Severity.ERROR, Where(pointer=pointer), message)


def _sorted(events: tuple[Event, ...]) -> list[Event]:
    return sorted(events, key=lambda event: (event.chain, event.number))


def _payload(contents: BundleContents) -> Iterator[tuple[str, bytes]]:
    """Yield every payload file, sorted by path, holding one document at a time."""
    paths: dict[str, str] = {}
    for attachment in contents.attachments:  # a file attached twice is one document
        digest, filename = attachment.file.digest, attachment.filename.replace("%", "_")
        paths.setdefault(digest, f"documents/{digest}-{filename}")
    packages = {package.digest: package for package in contents.packages}
    records = {**contents.records, "attachments": _attachments_record(contents.attachments, paths)}
    yield "README.txt", _readme(contents, documents=len(paths), records=len(records), packages=len(packages))
    for digest, path in sorted(paths.items()):
        yield path, _document(contents, digest, path)
    proofs = [proof.document() for proof in contents.proofs]
    anchors = [anchor.document() for anchor in contents.anchors]
    yield "log/anchors.json", canonical_json({"anchors": anchors, "proofs": proofs})
    log = [canonical_json(event.document()) + b"\n" for event in _sorted(contents.events)]
    yield "log/events.jsonl", b"".join(log)
    for digest in sorted(packages):
        yield f"packages/{digest}.json", canonical_json(package_document(packages[digest]))
    for name in sorted(records, key=lambda name: f"{name}.json"):
        yield f"records/{name}.json", canonical_json(records[name])


def _document(contents: BundleContents, digest: str, path: str) -> bytes:
    content = contents.content_of(digest)
    if hashlib.sha256(content).hexdigest() != digest:
        raise Invalid("evidence.bundle", f"库存文件 {path} 的内容与其摘要不符，未写出证据包", file=path)
    return content


def _attachments_record(attachments: tuple[Attachment, ...], paths: Mapping[str, str]) -> Json:
    return {
        "attachments": [
            {
                "path": f"data/{paths[attachment.file.digest]}",
                "digest": attachment.file.digest,
                "size": attachment.file.size,
                "media_type": str(attachment.file.media_type),
                "filename": attachment.filename,
                "effective_on": attachment.effective_on.isoformat(),
                "uploaded_at": instant(attachment.uploaded_at),
                "uploaded_by": attachment.uploaded_by,
            }
            for attachment in attachments
        ]
    }


def _readme(contents: BundleContents, *, documents: int, records: int, packages: int) -> bytes:
    return _README.format(
        title=contents.title,
        name=contents.name,
        as_of=contents.as_of.isoformat(),
        documents=documents,
        records=records,
        packages=packages,
        events=len(contents.events),
    ).encode()


def package_document(package: DecisionPackage) -> Json:
    """Return a decision package as JSON, with both its digests."""
    return {
        "kind": str(package.kind),
        "subject": package.subject,
        "period": package.period,
        "edition": package.edition,
        "edition_digest": package.edition_digest,
        "method": package.method,
        "facts": package.facts,
        "result": package.result,
        "seed": package.seed,
        "environment": package.environment,
        "inputs_digest": package.inputs_digest,
        "digest": package.digest,
    }
