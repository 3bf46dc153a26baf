import hashlib
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.evidence.attachments import (
    Attachment,
    MediaType,
    StoredFile,
    attach,
    check_effective_date,
    detect_media_type,
    safe_filename,
)
from budgetperf.findings import Severity

MakeZip = Callable[..., bytes]
PDF = b"%PDF-1.7\n"
AT = datetime(2025, 3, 1, 16, 30, tzinfo=UTC)  # 2 March, half past midnight, in China


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        detect_media_type(content)
    assert any("\u4e00" <= char <= "\u9fff" for char in refused.value.text)
    return refused.value.code


def put(filename: str, effective_on: date | None = date(2025, 1, 1), content: bytes = PDF) -> Attachment:
    file = StoredFile.of(content)
    return attach(file, filename, effective_on=effective_on, uploaded_at=AT, uploaded_by="王填报")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, MediaType.PDF),
        (b"\x89PNG\r\n\x1a\n\0", MediaType.PNG),
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
    ],
)
def test_kind_is_told_by_the_first_bytes(content: bytes, media_type: MediaType) -> None:
    assert detect_media_type(content) is media_type
    assert refusal(b" " + content) == "attachments.media_type"


@pytest.mark.parametrize(
    ("member", "media_type"),
    [
        ("xl/workbook.xml", MediaType.XLSX),
        ("word/document.xml", MediaType.DOCX),
        ("OFD.xml", MediaType.OFD),
    ],
)
def test_kind_of_a_zipped_document_is_told_by_its_members(
    make_zip: MakeZip, member: str, media_type: MediaType
) -> None:
    assert detect_media_type(make_zip(**{"[Content_Types].xml": b"", member: b""})) is media_type


def test_archives_are_refused(make_zip: MakeZip) -> None:
    assert refusal(make_zip(**{"a.pdf": PDF})) == "attachments.archive"
    assert refusal(make_zip(**{"sub/xl/workbook.xml": b""})) == "attachments.archive"
    assert refusal(make_zip(**{"xl/workbook.xml": b""})[:-10]) == "attachments.archive"
    assert refusal(b"PK\3\4") == "attachments.archive"


def test_macros_are_refused(make_zip: MakeZip) -> None:
    content = make_zip(**{"xl/workbook.xml": b"", "xl/vbaProject.bin": b""})
    assert refusal(content) == "attachments.macros"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "attachments.empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "attachments.old_office"),
        (b"MZ\x90\0", "attachments.media_type"),
        (b"<html>", "attachments.media_type"),
        ("绩效".encode(), "attachments.media_type"),
    ],
)
def test_other_files_are_refused_with_the_reason(content: bytes, code: str) -> None:
    assert refusal(content) == code


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"%PDF-"]))
def test_junk_is_named_or_refused_but_never_crashes(junk: bytes, start: bytes) -> None:
    try:
        detected: object = detect_media_type(start + junk)
    except Invalid as refused:
        detected = refused
    assert isinstance(detected, MediaType | Invalid)


def test_a_file_is_known_by_its_digest() -> None:
    assert StoredFile.of(PDF) == StoredFile(hashlib.sha256(PDF).hexdigest(), 9, MediaType.PDF)


@pytest.mark.parametrize(
    "name", ["绩效评价报告（终稿）.pdf", "完成率100%.pdf", "a b,c.pdf", "㐂\ue000𲎯.pdf", "x" * 186 + ".pdf"]
)
def test_usual_names_are_kept(name: str) -> None:
    assert safe_filename(name) == name
    assert safe_filename(f"  {name}\t") == name


def test_names_are_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Café.pdf")
    assert safe_filename(decomposed) == "Café.pdf" != decomposed


@pytest.mark.parametrize(
    "name",
    [
        "", "  ", ".", "..", ".pdf", "a.", "../a.pdf", "/etc/a.pdf", "a/b.pdf", "C:\\a.pdf", "a\\b.pdf",
        "a\nb.pdf", "a\0.pdf", "a\x7f.pdf", "a\u202efdp.exe", "a\u200b.pdf", "a\u2028b.pdf", "a\ud800.pdf",
        'a"b.pdf', "a<b.pdf", "a>b.pdf", "a:b.pdf", "a|b.pdf", "a?b.pdf", "a*b.pdf", "x" * 187 + ".pdf",
        "效" * 63 + ".pdf",
    ],
)  # fmt: skip
def test_unsafe_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        safe_filename(name)
    assert refused.value.code == "attachments.filename"
    assert refused.value.text.isprintable()


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_what_passes_is_safe_and_stays_as_it_is(name: str) -> None:
    try:
        safe = safe_filename(name)
    except Invalid:
        return
    assert safe_filename(safe) == safe
    assert not set(safe) & set('/\\<>:"|?*\n\r\0')
    assert len(f"{'0' * 64}-{safe}".encode()) <= 255


def test_the_ending_must_be_that_of_the_content() -> None:
    assert put("报告.PDF").filename == "报告.PDF"
    assert put("照片.jpeg", content=b"\xff\xd8\xff\xe0").file.media_type is MediaType.JPEG
    for name in ("报告.png", "报告", "报告.pdf.exe", "pdf"):
        with pytest.raises(Invalid, match=r"扩展名应为 \.pdf"):
            put(name)


def test_the_effective_date_must_be_stated() -> None:
    with pytest.raises(Invalid, match="生效日期") as refused:
        put("报告.pdf", None)
    assert refused.value.code == "attachments.effective_on"


def test_effective_date_and_upload_are_kept_apart() -> None:
    attachment = put("报告.pdf", date(2024, 12, 31))
    assert (attachment.effective_on, attachment.uploaded_on) == (date(2024, 12, 31), date(2025, 3, 2))
    file = StoredFile.of(PDF)
    with pytest.raises(TypeError, match="effective_on"):
        Attachment(file, "a.pdf", AT, AT, "王填报")
    with pytest.raises(TypeError, match="uploaded_at"):
        Attachment(file, "a.pdf", date(2025, 1, 1), AT.replace(tzinfo=None), "王填报")
    with pytest.raises(ValueError, match="safe"):
        Attachment(file, " a.pdf", date(2025, 1, 1), AT, "王填报")


def test_a_file_that_speaks_for_a_later_day_is_warned_of() -> None:
    assert check_effective_date(put("报告.pdf", date(2025, 3, 2))) == ()
    (finding,) = check_effective_date(put("报告.pdf", date(2025, 3, 3)))
    assert (finding.code, finding.severity) == ("attachments.effective_later", Severity.WARNING)
