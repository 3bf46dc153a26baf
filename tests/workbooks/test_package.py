"""What is refused before any spreadsheet parser sees it."""

import io
import os
import random
import struct
import zipfile
from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.workbooks import package
from budgetperf.workbooks.fill import filled_goals
from budgetperf.workbooks.intake import read_goals
from budgetperf.workbooks.package import (
    MAX_FILE_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_TAGS,
    MAX_UNPACKED_BYTES,
    open_package,
)
from tests.lifecycle.goal_forms import make_goals


def pack(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        open_package(content)
    assert caught.value.text
    return caught.value.code


def test_ten_megabytes_of_junk_are_refused_for_size() -> None:
    assert refusal(os.urandom(10 * 1024 * 1024)) == "workbook.too_large"


def test_size_limit_includes_its_last_byte() -> None:
    assert refusal(b"x" * MAX_FILE_BYTES) == "workbook.not_xlsx"
    assert refusal(b"x" * (MAX_FILE_BYTES + 1)) == "workbook.too_large"


def test_empty_file_is_no_workbook() -> None:
    assert refusal(b"") == "workbook.not_xlsx"


def test_zip_bomb_is_refused_by_its_declared_size() -> None:
    assert refusal(pack({"xl/workbook.xml": b"0" * (MAX_UNPACKED_BYTES + 1)})) == "workbook.bomb"


def test_steep_compression_of_one_member_is_refused() -> None:
    assert refusal(pack({"xl/workbook.xml": b"0" * (4 * 2**20)})) == "workbook.bomb"


def test_small_member_may_compress_steeply() -> None:
    content = b"0" * 2**20
    packed = pack({"xl/workbook.xml": content})
    assert len(content) > MAX_RATIO * (len(packed) - 200)
    assert open_package(packed).members["xl/workbook.xml"] == content


def test_lying_about_the_size_does_not_help_a_bomb() -> None:
    packed = bytearray(pack({"xl/workbook.xml": b"0" * (MAX_UNPACKED_BYTES + 1)}))
    central = packed.rindex(b"PK\x01\x02")
    packed[central + 24 : central + 28] = struct.pack("<I", 10)
    assert refusal(bytes(packed)) == "workbook.damaged"


def test_many_members_are_refused() -> None:
    members = {f"xl/{i}.xml": b"<a/>" for i in range(MAX_MEMBERS)}
    assert refusal(pack({**members, "xl/workbook.xml": b"<a/>"})) == "workbook.bomb"


def test_more_tags_than_a_parser_should_meet_are_refused() -> None:
    tags = b"<w>" + b"".join(b'<a b="%d"/>' % i for i in range(MAX_TAGS)) + b"</w>"
    assert refusal(pack({"xl/workbook.xml": tags})) == "workbook.bomb"


def test_nested_archive_never_reaches_a_parser() -> None:
    opened = open_package(pack({"xl/workbook.xml": b"<a/>", "xl/embeddings/bomb.zip": pack({"a": b"b"})}))
    assert set(opened.members) == {"xl/workbook.xml"}
    with zipfile.ZipFile(io.BytesIO(opened.repacked())) as archive:
        assert archive.namelist() == ["xl/workbook.xml"]


def test_two_members_of_one_name_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("xl/workbook.xml", b"<b/>")
    assert refusal(stream.getvalue()) == "workbook.damaged"


def test_zip_without_a_workbook_is_refused() -> None:
    assert refusal(pack({"photo.jpg": b"x"})) == "workbook.not_xlsx"


@pytest.mark.parametrize("member", ["xl/workbook.bin", "mimetype"])
def test_other_spreadsheet_formats_are_named(member: str) -> None:
    assert refusal(pack({member: b"x"})) == "workbook.old_format"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_dtd_is_refused_in_any_encoding(encoding: str) -> None:
    text = '<!DOCTYPE lolz [<!ENTITY lol "lol">]><a>&lol;</a>'
    assert refusal(pack({"xl/workbook.xml": text.encode(encoding)})) == "workbook.dtd"


def test_flipped_byte_is_damage() -> None:
    packed = bytearray(pack({"xl/workbook.xml": os.urandom(1000)}))
    packed[200] ^= 1
    assert refusal(bytes(packed)) == "workbook.damaged"


def test_digest_is_of_the_file_as_uploaded() -> None:
    packed = pack({"xl/workbook.xml": b"<a/>"})
    assert open_package(packed).digest == package.hashlib.sha256(packed).hexdigest()


def test_sheet_xml_that_is_no_xml_is_damage() -> None:
    with pytest.raises(Invalid) as caught:
        read_goals(pack({"xl/workbook.xml": b"junk", "xl/_rels/workbook.xml.rels": b"<a/>"}))
    assert caught.value.code == "workbook.damaged"


def test_damaged_members_are_refused_or_read_but_never_crash() -> None:
    sound = open_package(filled_goals(make_goals(), indicator_total=Decimal(90))).members
    chance, outcomes = random.Random(20260101), set()
    for _ in range(150):
        name = chance.choice(list(sound))
        member = bytearray(sound[name])
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(member))
            member[at : at + chance.randint(0, 9)] = chance.choice((b"", b"<", b"9", b'"', member[:40]))
        try:
            read_goals(pack({**sound, name: bytes(member)}))
            outcomes.add("read")
        except Invalid as refused:
            outcomes.add(refused.code)
    assert outcomes == {"read", "workbook.damaged"}
