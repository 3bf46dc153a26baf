"""证据包独立校验程序 / stand-alone verifier of an evidence bundle.

用法 / usage:  python3 verify.py [--digest HEX] [PATH]

PATH 为证据包文件夹或 .zip，缺省为本程序所在文件夹。只需 Python 3.8 及以上的标准库，不联网。
--digest 为证据包摘要（tagmanifest-sha256.txt 的 SHA-256），请取自包外渠道（公文、系统页面）。
PATH is a bundle folder or .zip (default: the folder of this program). It needs Python 3.8 or
newer and nothing else. --digest is the bundle's digest as told by something other than the
bundle; without it, a bundle rewritten as a whole cannot be told from the true one.

Held here: everything needed to check a bundle, written a second time on purpose. It imports
nothing of the software that wrote the bundle, changes nothing and runs nothing it reads.
Standards: BagIt 1.0 (RFC 8493), canonical JSON (RFC 8785), Merkle trees (RFC 6962, RFC 9162).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAGS, INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
LOG, ANCHORS = "data/log/events.jsonl", "data/log/anchors.json"
ATTACHMENTS = "data/records/attachments.json"
REQUIRED = ("bagit.txt", INFO, MANIFEST, TAGS, "verify.py", "data/README.txt", LOG, ANCHORS, ATTACHMENTS)
PAYLOAD = re.compile(
    r"data/(README\.txt|log/(events\.jsonl|anchors\.json)|records/[a-z0-9_.-]+\.json"
    r"|packages/[0-9a-f]{64}\.json|documents/[0-9a-f]{64}-[^/%]+)"
)
MAX_ZIP_FILES, MAX_ZIP_RATIO, FREE_ZIP_BYTES = 200_000, 100, 64 * 2**20
READ_ERRORS = (OSError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)

SEALED = {"chain": str, "number": int, "kind": str, "actor": str, "at": str, "payload": object, "prev": str}
EVENT = {**SEALED, "hash": str}
HEAD = {"chain": str, "number": int, "hash": str}
ANCHOR = {"number": int, "from_sequence": int, "to_sequence": int, "at": str, "size": int, "root": str}
ANCHOR.update(prev=str, hash=str)
PROOF = {"anchor": int, "head": dict, "index": int, "path": list}
TEXTS = ("kind", "subject", "period", "edition", "edition_digest", "method")
INPUTS = {**dict.fromkeys(TEXTS, str), "facts": object, "seed": object}
PACKAGE = {**INPUTS, "result": object, "environment": str, "inputs_digest": str, "digest": str}
NAMES = dict.fromkeys(("path", "digest", "media_type", "filename", "effective_on"), str)
ATTACHMENT = {**NAMES, "size": int, "uploaded_at": str, "uploaded_by": str}


class Problem(NamedTuple):
    """What is wrong with which file of the bundle, in Chinese and English."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


class _BrokenFileError(Exception):
    """A file (and what is wrong with it) that cannot be read, so that the check ends there."""


class _Bag:
    """The files of a bundle by name, whether they lie in a folder or in a zip."""

    def __init__(self, openers: dict[str, Callable[[], IO[bytes]]]) -> None:
        self.openers = openers
        self.expected = ""
        self.known: dict[str, tuple[str, int]] = {}

    def under(self, folder: str) -> list[str]:
        return sorted(name for name in self.openers if name.startswith(folder))

    def measure(self, name: str) -> tuple[str, int]:
        """Return SHA-256 (hex) and size of a file, read once."""
        if name not in self.openers:
            raise _BrokenFileError(name, "文件缺失 / file is missing")
        if name not in self.known:
            hasher, size = hashlib.sha256(), 0
            try:
                with self.openers[name]() as stream:
                    for block in iter(partial(stream.read, 2**20), b""):
                        hasher.update(block)
                        size += len(block)
            except READ_ERRORS as error:
                raise _BrokenFileError(name, f"无法读取 / cannot be read: {error}") from error
            self.known[name] = (hasher.hexdigest(), size)
        return self.known[name]

    def read(self, name: str) -> bytes:
        self.measure(name)
        with self.openers[name]() as stream:
            return stream.read()

    def lines(self, name: str) -> list[bytes]:
        lines = self.read(name).split(b"\n")
        if lines.pop():
            raise _BrokenFileError(name, "末行不完整 / last line is incomplete")
        return lines


def _folder(root: Path) -> _Bag:
    openers: dict[str, Callable[[], IO[bytes]]] = {}
    for folder, subfolders, files in os.walk(root):
        for name in subfolders + files:
            path = Path(folder, name)
            mode, relative = path.lstat().st_mode, path.relative_to(root).as_posix()
            if stat.S_ISREG(mode):
                openers[relative] = partial(io.FileIO, path)
            elif not stat.S_ISDIR(mode):
                raise _BrokenFileError(relative, "不是普通文件 / neither file nor folder")
    return _Bag(openers)


def _zip(archive: zipfile.ZipFile, size: int) -> _Bag:
    """List a zip of ``size`` bytes; unsafe names, links and bombs are refused unread."""
    members = [member for member in archive.infolist() if not member.filename.endswith("/")]
    total = sum(member.file_size for member in members)
    if len(members) > MAX_ZIP_FILES or total > max(FREE_ZIP_BYTES, MAX_ZIP_RATIO * size):
        raise _BrokenFileError(Path(str(archive.filename)).name, "压缩包展开后过大 / unpacks to too much")
    tops = {member.filename.partition("/")[0] for member in members}
    cut = len("".join(tops)) + 1 if len(tops) == 1 else 0
    openers: dict[str, Callable[[], IO[bytes]]] = {}
    for member in members:
        name = member.filename
        if re.search(r"\\|:|(^|/)\.{0,2}(/|$)", name):
            raise _BrokenFileError(name, "路径不安全 / unsafe path")
        if stat.S_ISLNK(member.external_attr >> 16) or member.flag_bits & 1:
            raise _BrokenFileError(name, "链接或加密文件 / link or encrypted file")
        if name[cut:] in openers:
            raise _BrokenFileError(name, "文件名重复 / file name occurs twice")
        openers[name[cut:]] = partial(archive.open, member)
    return _Bag(openers)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Bag]:
    if path.is_dir():
        yield _folder(path)
    else:
        with zipfile.ZipFile(path) as archive:
            yield _zip(archive, path.stat().st_size)


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError(f"number {value} is not allowed")
    return value


def canonical_json(value: object) -> bytes:
    """Return RFC 8785 bytes; ValueError for floats, integers beyond 2**53 - 1 and lone surrogates."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _genesis(chain: str) -> str:
    return hashlib.sha256(b"budgetperf chain\n" + chain.encode()).hexdigest()


def _parsed(file: str, content: bytes, place: str = "") -> object:
    try:
        value = json.loads(content.decode())
        spelling = canonical_json(value)
    except (ValueError, RecursionError) as error:
        raise _BrokenFileError(file, f"{place}无法解析 / cannot be parsed: {error}") from error
    if spelling != content:
        raise _BrokenFileError(file, f"{place}不是规范写法 / not in canonical form")
    return value


def _shaped(file: str, value: object, fields: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(fields):
        raise _BrokenFileError(file, f"字段应为 / fields must be: {', '.join(fields)}")
    for field, kind in fields.items():
        if kind is not object and type(value[field]) is not kind:
            raise _BrokenFileError(file, f"字段类型不符 / wrong type of field: {field}")
    return value


def _proven(proof: dict[str, Any], anchor: dict[str, Any]) -> bool:
    """Climb from the head to the root of the anchor (RFC 9162 §2.1.3.2)."""
    here, last = proof["index"], anchor["size"] - 1
    running = hashlib.sha256(b"\0" + canonical_json(proof["head"])).digest()
    if not 0 <= here <= last:
        return False
    for step in proof["path"]:
        if last == 0 or not isinstance(step, str) or not re.fullmatch("[0-9a-f]{64}", step):
            return False
        sibling = bytes.fromhex(step)
        if here % 2 or here == last:
            running = hashlib.sha256(b"\1" + sibling + running).digest()
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            running = hashlib.sha256(b"\1" + running + sibling).digest()
        here, last = here // 2, last // 2
    return bool(last == 0 and running.hex() == anchor["root"])


def _listed(bag: _Bag, list_name: str) -> dict[str, str]:
    listed: dict[str, str] = {}
    for number, line in enumerate(bag.lines(list_name), 1):
        match = re.fullmatch(r"([0-9a-f]{64})  ([^\r]+)", line.decode("utf-8", "replace"))
        if match is None or match.group(2) in listed:
            text = f"第 {number} 行无法解析或重复 / line {number} is malformed or repeated"
            raise _BrokenFileError(list_name, text)
        listed[match.group(2)] = match.group(1)
    return listed


def _compared(bag: _Bag, list_name: str, present: list[str]) -> Iterator[Problem]:
    listed = _listed(bag, list_name)
    for name in sorted({*listed, *present}):
        if name not in present:
            yield Problem(name, f"{list_name} 已登记，但文件缺失 / listed there, but missing")
        elif name not in listed:
            yield Problem(name, f"{list_name} 未登记，系多出的文件 / not listed there: an added file")
        elif bag.measure(name)[0] != listed[name]:
            yield Problem(name, f"内容与 {list_name} 登记的摘要不符 / differs from the digest listed there")


def _check_parts(bag: _Bag) -> Iterator[Problem]:
    for name in REQUIRED:
        if name not in bag.openers:
            yield Problem(name, "文件缺失 / file is missing")
    for name in bag.under("data/"):
        if not PAYLOAD.fullmatch(name):
            yield Problem(name, "证据包中不应有此文件 / has no place in a bundle")
    if bag.read("bagit.txt") != DECLARATION:
        yield Problem("bagit.txt", "不是 BagIt 1.0 声明 / not the BagIt 1.0 declaration")


def _check_tags(bag: _Bag) -> Iterator[Problem]:
    if bag.expected and bag.measure(TAGS)[0] != bag.expected:
        yield Problem(TAGS, "证据包摘要与所给的不符 / the bundle's digest is not the one given")
    tags = [name for name in bag.under("") if not name.startswith("data/") and name != TAGS]
    found = list(_compared(bag, TAGS, tags))
    yield from found
    if found:
        yield Problem(TAGS, "与上列文件不符：文件或本清单被改 / either those files or this list was changed")


def _check_oxum(bag: _Bag) -> Iterator[Problem]:
    names = bag.under("data/")
    wanted = f"Payload-Oxum: {sum(bag.measure(name)[1] for name in names)}.{len(names)}".encode()
    if [line for line in bag.lines(INFO) if line.startswith(b"Payload-Oxum")] != [wanted]:
        yield Problem(INFO, f"文件数与字节数应为 / count and size must be: {wanted.decode()}")


def _events(bag: _Bag) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(bag.lines(LOG), 1):
        yield line, _shaped(LOG, _parsed(LOG, content, f"第 {line} 行 / line {line}: "), EVENT)


def _check_log(bag: _Bag) -> Iterator[Problem]:
    heads: dict[str, tuple[int, str]] = {}
    for line, event in _events(bag):
        chain, number = event["chain"], event["number"]
        last, prev = heads.get(chain, (0, _genesis(chain)))
        place = f"第 {line} 行（{chain} 链 {number} 号）/ line {line}: "
        if number != last + 1:
            yield Problem(LOG, f"{place}应为 {last + 1} 号，缺号或次序错误 / gap or wrong order")
        elif event["prev"] != prev:
            yield Problem(LOG, f"{place}上一号哈希不符 / wrong hash of the event before")
        if event["hash"] != _digest({key: event[key] for key in SEALED}):
            yield Problem(LOG, f"{place}内容与哈希不符，已被改动 / event was changed")
        heads[chain] = (number, event["hash"])


def _check_anchors(bag: _Bag) -> Iterator[Problem]:
    content = _shaped(ANCHORS, _parsed(ANCHORS, bag.read(ANCHORS)), {"anchors": list, "proofs": list})
    anchors = [_shaped(ANCHORS, anchor, ANCHOR) for anchor in content["anchors"]]
    after = (1, anchors[0]["from_sequence"], _genesis("anchors")) if anchors else ()
    for index, anchor in enumerate(anchors):
        number, start, prev = anchor["number"], anchor["from_sequence"], anchor["prev"]
        if (number, start, prev) != after and (index or number == 1):  # a run may start later than 1
            yield Problem(ANCHORS, f"第 {number} 号锚与前一号不相接 / anchor {number} does not follow")
        after = (number + 1, anchor["to_sequence"], anchor["hash"])
        if anchor["hash"] != _digest({key: anchor[key] for key in anchor if key != "hash"}):
            yield Problem(ANCHORS, f"第 {number} 号锚已被改动 / anchor {number} was changed")
    by_number = {anchor["number"]: anchor for anchor in anchors}
    logged = {(event["chain"], event["number"]): event["hash"] for _, event in _events(bag)}
    for proof in content["proofs"]:
        head = _shaped(ANCHORS, _shaped(ANCHORS, proof, PROOF)["head"], HEAD)
        place = f"{head['chain']} 链 {head['number']} 号"
        if logged.get((head["chain"], head["number"])) != head["hash"]:
            yield Problem(ANCHORS, f"{place}不在日志中 / head is not an event of the log")
        if proof["anchor"] not in by_number or not _proven(proof, by_number[proof["anchor"]]):
            yield Problem(ANCHORS, f"{place}推不出第 {proof['anchor']} 号锚的默克尔根 / proof fails")


def _check_packages(bag: _Bag) -> Iterator[Problem]:
    for name in bag.under("data/packages/"):
        package = _shaped(name, _parsed(name, bag.read(name)), PACKAGE)
        inputs = _digest({key: package[key] for key in INPUTS})
        digest = _digest({"inputs": inputs, **{key: package[key] for key in ("environment", "result")}})
        if (package["inputs_digest"], package["digest"], Path(name).stem) != (inputs, digest, digest):
            yield Problem(name, "决策包摘要与内容不符 / digest does not follow from the content")


def _check_documents(bag: _Bag) -> Iterator[Problem]:
    for name in bag.under("data/records/"):
        _parsed(name, bag.read(name))
    record = _shaped(ATTACHMENTS, _parsed(ATTACHMENTS, bag.read(ATTACHMENTS)), {"attachments": list})
    entries = [_shaped(ATTACHMENTS, entry, ATTACHMENT) for entry in record["attachments"]]
    documents, named = bag.under("data/documents/"), {entry["path"] for entry in entries}
    for entry in entries:
        if entry["path"] not in documents or bag.measure(entry["path"]) != (entry["digest"], entry["size"]):
            yield Problem(entry["path"], "附件清单所列文件缺失或不符 / attachment missing or different")
    for name in documents:
        if bag.measure(name)[0] != name[len("data/documents/") :][:64]:
            yield Problem(name, "内容与文件名中的摘要不符 / content is not that of the digest in its name")
        if name not in named:
            yield Problem(name, "附件清单未列 / not among the attachments")


CHECKS: tuple[tuple[str, Callable[[_Bag], Iterator[Problem]]], ...] = (
    ("文件齐全 / all parts present", _check_parts),
    ("正文文件摘要 / digests of the payload", lambda bag: _compared(bag, MANIFEST, bag.under("data/"))),
    ("标签文件摘要 / digests of the tag files", _check_tags),
    ("文件数与字节数 / Payload-Oxum", _check_oxum),
    ("事件链 / event chains", _check_log),
    ("时间锚 / anchors", _check_anchors),
    ("决策包 / decision packages", _check_packages),
    ("记录与附件 / records and documents", _check_documents),
)


def _results(path: Path, digest: str) -> Iterator[tuple[str, list[Problem]]]:
    """Run every check, each to its end or to the first file it cannot read."""
    try:
        with _opened(path) as bag:
            bag.expected = digest.strip().lower()
            for label, check in CHECKS:
                problems: list[Problem] = []
                try:
                    problems.extend(check(bag))
                except _BrokenFileError as broken:
                    problems.append(Problem(*broken.args))
                yield label, problems
            if TAGS in bag.openers:
                yield f"证据包摘要 / bundle digest: {bag.measure(TAGS)[0]}", []
    except _BrokenFileError as broken:
        yield "打开 / opening", [Problem(*broken.args)]
    except READ_ERRORS as error:
        yield "打开 / opening", [Problem(path.name, f"不是文件夹或压缩包 / neither folder nor zip: {error}")]


def verify(path: Path, *, digest: str = "") -> list[Problem]:
    """Check a bundle, folder or zip; an empty list means that nothing was changed.

    Parameters
    ----------
    path : Path
    digest : str
        SHA-256 of ``tagmanifest-sha256.txt`` as known from elsewhere; empty: not compared.
    """
    return [problem for _, problems in _results(path, digest) for problem in problems]


def main(arguments: list[str] | None = None) -> int:
    """Print one line per check and every problem; return 0 if there is none, else 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    usage = argparse.ArgumentParser(description="校验证据包 / verify an evidence bundle")
    usage.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    usage.add_argument("--digest", default="", help="包外得知的证据包摘要 / digest known from elsewhere")
    options = usage.parse_args(arguments)
    failed = False
    for label, problems in _results(options.path, options.digest):
        failed = failed or bool(problems)
        sys.stdout.write(f"[{'不通过 FAIL' if problems else '通过 PASS'}] {label}\n")
        sys.stdout.writelines(f"    {problem}\n" for problem in problems)
    verdict = "证据包被改动或不完整 / REFUSED" if failed else "证据包完整无改动 / VALID"
    sys.stdout.write(f"结论 / result: {verdict}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
