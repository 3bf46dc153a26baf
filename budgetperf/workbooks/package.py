"""The door for uploaded workbooks: bytes in, members that are safe to parse out, or a refusal.

Everything is refused *before* a spreadsheet parser sees it: wrong kinds of file, encryption,
macros, zip bombs, DTDs. What passes is read member by member under a limit and packed anew, so
no parser ever meets a byte (a lying size, a duplicate name, an embedded archive) that was not
looked at here. It knows nothing of forms.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from budgetperf.errors import Invalid

MAX_FILE_BYTES = 8 * 1024 * 1024
"""Largest upload; a filled form weighs tens of kilobytes."""
MAX_UNPACKED_BYTES = 24 * 1024 * 1024
"""Largest sum of the unpacked members."""
MAX_RATIO = 200
"""Largest unpacked : packed ratio of one member (plain sheets reach about 30)."""
MAX_MEMBERS = 500
MAX_TAGS = 1_000_000
"""Most XML tags in all members: a tag of four bytes costs a parser a hundred."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DTD = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_KEPT = re.compile(r"(\[Content_Types\]\.xml|_rels/\.rels|xl/[\w./ -]+\.(xml|rels)|docProps/\w+\.xml)")
_SAVE_AS = "请在 Excel 或 WPS 中用“另存为”保存为 .xlsx 后再上传"


@dataclass(frozen=True, slots=True)
class Package:
    """The XML members of an .xlsx that were read whole and found harmless.

    Parameters
    ----------
    members : mapping of str to bytes
        By path inside the archive; pictures, embedded files and the like are left out.
    digest : str
        SHA-256, in hex, of the file as uploaded.
    """

    members: Mapping[str, bytes]
    digest: str

    def repacked(self) -> bytes:
        """Return a clean, uncompressed archive of the members."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.members.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return stream.getvalue()


def open_package(content: bytes) -> Package:
    """Check an upload and return what may be parsed.

    Raises
    ------
    Invalid
        ``workbook.too_large``, ``workbook.not_xlsx``, ``workbook.old_format``,
        ``workbook.encrypted``, ``workbook.macros``, ``workbook.bomb``, ``workbook.dtd`` or
        ``workbook.damaged``.
    """
    _refuse_by_kind(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_by_directory(archive.infolist())
            members = {
                entry.filename: _read(archive, entry) for entry in archive.infolist() if not entry.is_dir()
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise Invalid("workbook.damaged", f"文件已损坏，无法作为 Excel 工作簿打开；{_SAVE_AS}") from error
    kept = {name: member for name, member in members.items() if _KEPT.fullmatch(name)}
    if "xl/workbook.xml" not in kept:
        raise Invalid("workbook.not_xlsx", f"压缩包里没有 Excel 工作簿；{_SAVE_AS}")
    for name, member in kept.items():
        if any(mark in member for mark in _DTD):
            raise Invalid("workbook.dtd", f"工作簿内部文件 {name} 含有外部实体声明，存在安全风险，不予读取")
    if sum(member.count(b"<") for member in kept.values()) > MAX_TAGS:
        raise _bomb()
    return Package(kept, hashlib.sha256(content).hexdigest())


def _refuse_by_kind(content: bytes) -> None:
    if len(content) > MAX_FILE_BYTES:
        size, limit = len(content) / 1024**2, MAX_FILE_BYTES // 1024**2
        raise Invalid(
            "workbook.too_large",
            f"文件大小为 {size:.1f} MB，超过 {limit} MB 上限；请只上传申报表本身，佐证资料另作附件",
        )
    if content.startswith(OLE):
        if _ENCRYPTED in content:
            raise Invalid("workbook.encrypted", "工作簿设有打开密码；请取消密码保护后再上传")
        raise Invalid("workbook.old_format", f"这是旧版 .xls 工作簿；{_SAVE_AS}")
    if not content.startswith(b"PK\x03\x04"):
        raise Invalid("workbook.not_xlsx", f"这不是 .xlsx 工作簿（可能是 CSV、文本或其他文件）；{_SAVE_AS}")


def _refuse_by_directory(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid("workbook.encrypted", "压缩包设有密码；请取消密码保护后再上传")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("workbook.macros", f"工作簿含有宏，不予读取；{_SAVE_AS}")
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise Invalid("workbook.old_format", f"这是 .xlsb 或 .ods 工作簿；{_SAVE_AS}")
    if len(names) != len(set(names)):
        raise Invalid("workbook.damaged", f"压缩包内有重名文件；{_SAVE_AS}")
    unpacked = sum(entry.file_size for entry in entries)
    steep = any(e.file_size > 2**20 and e.file_size > MAX_RATIO * max(e.compress_size, 1) for e in entries)
    if len(names) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES or steep:
        raise _bomb()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read one member; its declared size bounds the reading and its CRC proves the size."""
    with archive.open(entry) as stream:
        content = stream.read(MAX_UNPACKED_BYTES + 1)
    if len(content) != entry.file_size:
        raise _bomb()
    return content


def _bomb() -> Invalid:
    limit = MAX_UNPACKED_BYTES // 1024**2
    return Invalid(
        "workbook.bomb",
        f"文件解压后异常庞大（上限 {limit} MB、{MAX_MEMBERS} 个内部文件、{MAX_TAGS} 个标记），不予读取；{_SAVE_AS}",
    )
