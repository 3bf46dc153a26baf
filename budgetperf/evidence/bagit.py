"""BagIt 1.0: named bytes become a folder or a zip with manifests; the same bytes every time.

Holds the container only (declaration, manifests, Payload-Oxum); what goes into it is said by
``bundle``. The zip stores without compression, so that its bytes depend on no library, and
has one top folder (RFC 8493 §5).

References
----------
RFC 8493 §2 (structure), §2.1.3 (manifests), §2.2.2 (bag-info).
"""

import calendar
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeAlias

from budgetperf.errors import Conflict

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_Put: TypeAlias = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class BundleSummary:
    """What was written.

    Parameters
    ----------
    digest : str
        SHA-256 of the tag manifest: the digest of the whole bundle. Tell it to the receiver by
        another way than the bundle.
    files : int
        Payload files.
    octets : int
        Payload bytes.
    """

    digest: str
    files: int
    octets: int


def write_bag(
    target: Path | BinaryIO,
    payload: Iterable[tuple[str, bytes]],
    *,
    name: str,
    on: date,
    tags: Mapping[str, bytes],
    bag_info: Mapping[str, str],
) -> BundleSummary:
    """Write a bag.

    Parameters
    ----------
    target : Path or binary file
        A folder that does not exist yet and appears only when complete, or an open zip file.
    payload : iterable of (str, bytes)
        Path under ``data/`` and content, in the order to be written; read once. No path holds
        a line break or ``%``, which manifests would have to escape and common readers do not
        unescape.
    name : str
        The top folder of a zip.
    on : date
        ``Bagging-Date``, and the time stamp (midnight) of every file.
    tags, bag_info : mapping
        Further tag files; further lines of ``bag-info.txt``, without line breaks.

    Raises
    ------
    Conflict
        ``evidence.target``: the folder exists.
    """
    if not isinstance(target, Path):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            return _write(_into_zip(archive, name, on), payload, on=on, tags=tags, bag_info=bag_info)
    if target.exists():
        raise Conflict("evidence.target", f"“{target.name}”已存在，请换一个位置写出证据包")
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # what a killed run may have left
    try:
        summary = _write(_into_folder(part, on), payload, on=on, tags=tags, bag_info=bag_info)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return summary


def _write(
    put: _Put,
    payload: Iterable[tuple[str, bytes]],
    *,
    on: date,
    tags: Mapping[str, bytes],
    bag_info: Mapping[str, str],
) -> BundleSummary:
    digests: dict[str, str] = {}
    octets = 0
    for path, content in payload:
        put(f"data/{path}", content)
        digests[f"data/{path}"] = _sha256(content)
        octets += len(content)
    lines = {**bag_info, "Bagging-Date": on.isoformat(), "Payload-Oxum": f"{octets}.{len(digests)}"}
    written = {
        **tags,
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(f"{label}: {lines[label]}\n" for label in sorted(lines)).encode(),
        "manifest-sha256.txt": _manifest(digests),
    }
    tag_manifest = _manifest({path: _sha256(content) for path, content in written.items()})
    for path, content in sorted([*written.items(), ("tagmanifest-sha256.txt", tag_manifest)]):
        put(path, content)
    return BundleSummary(_sha256(tag_manifest), len(digests), octets)


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _into_folder(root: Path, on: date) -> _Put:
    midnight = calendar.timegm(on.timetuple())

    def put(path: str, content: bytes) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (midnight, midnight))

    return put


def _into_zip(archive: zipfile.ZipFile, name: str, on: date) -> _Put:
    def put(path: str, content: bytes) -> None:
        member = zipfile.ZipInfo(f"{name}/{path}", (on.year, on.month, on.day, 0, 0, 0))
        member.create_system = 3  # Unix, also when written on Windows
        member.external_attr = 0o100644 << 16
        archive.writestr(member, content)

    return put
