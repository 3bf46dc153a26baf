"""Files as evidence: stored once by digest, attached with a name, a date of effect and a date of upload.

The pure part: what a file is (told by its first bytes, never by its name), which kinds are
taken, what a safe name is. Storing the bytes is the store's work; scanning for viruses is not
done here. A file's *effective date* is the day its content speaks for; it is asked for, never
taken from the upload (features M1, M2).
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import date, datetime

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.fiscal import SHANGHAI
from budgetperf.terms import Term

MAX_FILENAME_BYTES = 190
"""UTF-8 bytes; ``<64 hex digits>-<filename>`` must fit the 255 bytes of common file systems."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format, surrogate, line and paragraph separators
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # refused by Windows, where a bundle may be unpacked


class MediaType(Term):
    """The kinds of files taken as evidence."""

    PDF = "application/pdf", "PDF 文档"
    OFD = "application/ofd", "OFD 版式文档"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel 工作簿"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word 文档"
    PNG = "image/png", "PNG 图片"
    JPEG = "image/jpeg", "JPEG 图片"

    @property
    def extensions(self) -> tuple[str, ...]:
        """The endings a file of this kind may have, lower case."""
        return (".jpg", ".jpeg") if self is MediaType.JPEG else (f".{self.name.lower()}",)


_MAGIC = {b"%PDF-": MediaType.PDF, b"\x89PNG\r\n\x1a\n": MediaType.PNG, b"\xff\xd8\xff": MediaType.JPEG}
_MEMBERS = {"xl/workbook.xml": MediaType.XLSX, "word/document.xml": MediaType.DOCX, "OFD.xml": MediaType.OFD}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def detect_media_type(content: bytes) -> MediaType:
    """Tell what a file is from its bytes.

    Raises
    ------
    Invalid
        ``attachments.empty``, ``attachments.old_office`` (.xls, .doc and encrypted Office files),
        ``attachments.archive``, ``attachments.macros``, ``attachments.media_type``.
    """
    if not content:
        raise Invalid("attachments.empty", "文件是空的，请检查后重新上传")
    for magic, media_type in _MAGIC.items():
        if content.startswith(magic):
            return media_type
    if content.startswith(_OLE):
        raise Invalid(
            "attachments.old_office",
            "旧版或加密的 Office 文件（.xls、.doc）不能作为证明材料，请另存为不加密的 .xlsx、.docx 或 PDF",
        )
    if content.startswith(b"PK"):
        return _detect_zipped(content)
    kinds = "、".join(kind.label for kind in MediaType)
    raise Invalid("attachments.media_type", f"无法识别的文件类型；可上传：{kinds}")


def _detect_zipped(content: bytes) -> MediaType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Invalid("attachments.archive", "文件已损坏，无法打开，请重新导出后上传") from error
    if any(member.rpartition("/")[2].lower() == "vbaproject.bin" for member in members):
        raise Invalid("attachments.macros", "含宏的 Office 文件不能作为证明材料，请另存为不含宏的文件")
    for member, media_type in _MEMBERS.items():
        if member in members:
            return media_type
    raise Invalid("attachments.archive", "压缩包不能作为证明材料，请解压后逐个上传")


def safe_filename(name: str) -> str:
    """Return ``name`` in NFC without outer blanks, if it is safe on every system.

    Raises
    ------
    Invalid
        ``attachments.filename``: empty, with a path part, with control or invisible characters
        (among them the marks that reverse the reading order), with characters Windows refuses,
        or longer than 190 UTF-8 bytes (62 Chinese characters and an ending).

    Examples
    --------
    >>> safe_filename(" 绩效评价报告.pdf ")
    '绩效评价报告.pdf'
    """
    clean = unicodedata.normalize("NFC", name).strip()
    shown = "".join("□" if unicodedata.category(char) in _INVISIBLE else char for char in clean)
    if shown != clean or _FORBIDDEN.search(clean):
        raise Invalid("attachments.filename", f"文件名“{shown}”含有不允许的字符，请改名后上传")
    if "/" in clean or "\\" in clean:
        raise Invalid("attachments.filename", f"文件名“{clean}”含有路径，请只保留文件名")
    if not clean or clean.startswith(".") or clean.endswith("."):
        raise Invalid("attachments.filename", f"文件名“{clean}”为空或以点开头、结尾，请改名后上传")
    if len(clean.encode()) > MAX_FILENAME_BYTES:
        raise Invalid("attachments.filename", "文件名过长（最多约 62 个汉字），请缩短后上传")
    return clean


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file by its content.

    Parameters
    ----------
    digest : str
        SHA-256 in hex: its only name in the store.
    size : int
        Bytes.
    media_type : MediaType
    """

    digest: str
    size: int
    media_type: MediaType

    @classmethod
    def of(cls, content: bytes) -> "StoredFile":
        """Describe ``content``; refuse what is no evidence (see ``detect_media_type``)."""
        return cls(hashlib.sha256(content).hexdigest(), len(content), detect_media_type(content))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file put to a record.

    Parameters
    ----------
    file : StoredFile
    filename : str
        As the user named it, safe.
    effective_on : date
        The day its content speaks for, stated by the user.
    uploaded_at : datetime
        Time-zone aware, set by the system.
    uploaded_by : str
    """

    file: StoredFile
    filename: str
    effective_on: date
    uploaded_at: datetime
    uploaded_by: str

    def __post_init__(self) -> None:
        if isinstance(self.effective_on, datetime) or self.uploaded_at.tzinfo is None:
            raise TypeError("effective_on is a date, uploaded_at an aware instant; never one for the other")
        if self.filename != safe_filename(self.filename):
            raise ValueError(f"{self.filename!r} is not a safe filename")

    @property
    def uploaded_on(self) -> date:
        """The day of upload in China."""
        return self.uploaded_at.astimezone(SHANGHAI).date()


def attach(
    file: StoredFile, filename: str, *, effective_on: date | None, uploaded_at: datetime, uploaded_by: str
) -> Attachment:
    """Attach a stored file under the name the user gave it.

    Raises
    ------
    Invalid
        ``attachments.filename``; ``attachments.extension``: the ending belongs to another kind of
        file; ``attachments.effective_on``: no effective date was stated.
    """
    name = safe_filename(filename)
    if not name.lower().endswith(file.media_type.extensions):
        wanted = "、".join(file.media_type.extensions)
        raise Invalid(
            "attachments.extension", f"“{name}”的内容是{file.media_type.label}，扩展名应为 {wanted}，请核对"
        )
    if effective_on is None:
        raise Invalid(
            "attachments.effective_on", f"请填写“{name}”的生效日期（所证明事项的日期，不是上传日期）"
        )
    return Attachment(file, name, effective_on, uploaded_at, uploaded_by)


def check_effective_date(attachment: Attachment) -> tuple[Finding, ...]:
    """Warn of a file that speaks for a day after its upload."""
    if attachment.effective_on <= attachment.uploaded_on:
        return ()
    message = (
        f"“{attachment.filename}”的生效日期 {attachment.effective_on} 晚于上传日期 {attachment.uploaded_on}，"
        "请确认所证明的事项是否尚未发生"
    )
    where = Where(pointer="/effective_on")
    return (Finding("attachments.effective_later", Severity.WARNING, where, message),)
