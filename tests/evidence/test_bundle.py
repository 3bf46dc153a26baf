import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from budgetperf.errors import Conflict, Invalid
from budgetperf.evidence import verifier
from budgetperf.evidence.bundle import BundleContents, check_contents, write_bundle


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def refused(contents: BundleContents) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        write_bundle(io.BytesIO(), contents)
    assert refusal.value.code == "evidence.bundle"
    assert refusal.value.findings == check_contents(contents)
    return {finding.code.removeprefix("evidence.") for finding in refusal.value.findings}


def test_a_bundle_has_the_parts_it_promises(bundle: Path, contents: BundleContents) -> None:
    pdf, png = (attachment.file.digest for attachment in contents.attachments[:2])
    assert set(files(bundle)) == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "verify.py",
        "data/README.txt",
        f"data/documents/{pdf}-完成率100_证明.pdf",
        f"data/documents/{png}-现场照片.png",
        "data/log/anchors.json",
        "data/log/events.jsonl",
        *(f"data/packages/{package.digest}.json" for package in contents.packages),
        "data/records/attachments.json",
        "data/records/goals.json",
        "data/records/limits.json",
    }


def test_manifests_list_every_other_file_as_bagit_says(bundle: Path) -> None:
    written = files(bundle)
    payload = {name for name in written if name.startswith("data/")}
    for list_name, names in (
        ("manifest-sha256.txt", payload),
        ("tagmanifest-sha256.txt", set(written) - payload - {"tagmanifest-sha256.txt"}),
    ):
        lines = [line.split("  ") for line in written[list_name].decode().splitlines()]
        listed = {name: digest for digest, name in lines}
        assert listed == {name: hashlib.sha256(written[name]).hexdigest() for name in names}
        assert [name for _, name in lines] == sorted(name for _, name in lines)
    assert written["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_bag_info_carries_size_and_dates(bundle: Path) -> None:
    written = files(bundle)
    payload = [content for name, content in written.items() if name.startswith("data/")]
    assert written["bag-info.txt"].decode().splitlines() == [
        "Bagging-Date: 2026-01-15",
        "External-Description: 城区道路保洁项目（2025年度）",
        "External-Identifier: P-100-2025",
        f"Payload-Oxum: {sum(map(len, payload))}.{len(payload)}",
        "Records-As-Of: 2025-12-31",
        "Source-Organization: 示例市财政局",
    ]


def test_summary_tells_digest_and_size(contents: BundleContents, tmp_path: Path) -> None:
    summary = write_bundle(tmp_path / "b", contents)
    written = files(tmp_path / "b")
    assert summary.digest == hashlib.sha256(written["tagmanifest-sha256.txt"]).hexdigest()
    assert f"Payload-Oxum: {summary.octets}.{summary.files}\n" in written["bag-info.txt"].decode()
    assert write_bundle(io.BytesIO(), contents) == summary


def test_equal_contents_give_equal_bytes(contents: BundleContents, bundle: Path, zipped: Path) -> None:
    again = io.BytesIO()
    write_bundle(again, replace(contents, events=contents.events[::-1], packages=contents.packages[::-1]))
    assert again.getvalue() == zipped.read_bytes()
    midnight = datetime(2026, 1, 15, tzinfo=UTC).timestamp()
    assert {path.stat().st_mtime for path in bundle.rglob("*") if path.is_file()} == {midnight}


def test_the_zip_holds_the_folder_under_one_top(bundle: Path, zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"P-100-2025/{name}": content for name, content in files(bundle).items()
        }
        assert {member.date_time for member in archive.infolist()} == {(2026, 1, 15, 0, 0, 0)}


def test_the_verifier_inside_is_the_one_of_the_library(bundle: Path) -> None:
    assert (bundle / "verify.py").read_bytes() == Path(verifier.__file__).read_bytes()


def test_a_file_attached_twice_is_one_document_with_two_entries(bundle: Path) -> None:
    entries = json.loads((bundle / "data/records/attachments.json").read_text())["attachments"]
    assert [entry["filename"] for entry in entries] == [
        "完成率100%证明.pdf",
        "现场照片.png",
        "现场照片（再次提交）.png",
    ]
    assert entries[1]["path"] == entries[2]["path"]
    assert (entries[2]["effective_on"], entries[2]["uploaded_at"]) == (
        "2025-02-03",
        "2025-03-01T04:00:00.000000+00:00",
    )


def test_the_readme_says_in_chinese_first_how_to_verify(bundle: Path) -> None:
    text = (bundle / "data/README.txt").read_text()
    assert text.startswith("预算绩效证据包\n")
    assert text.count("python3 -I verify.py\n") == 2
    assert "决策包：每项结论的事实、规则版本、方法与结果，可据以重算（2 份）" in text
    assert "the action log (5 events" in text


def test_an_existing_target_is_left_alone(contents: BundleContents, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(Conflict):
        write_bundle(tmp_path / "b", contents)
    assert list(tmp_path.rglob("*")) == [tmp_path / "b"]


def test_a_stored_file_that_was_changed_stops_the_bundle_and_leaves_nothing(
    contents: BundleContents, tmp_path: Path
) -> None:
    broken = replace(contents, content_of=lambda digest: contents.content_of(digest) + b"x")
    with pytest.raises(Invalid, match="与其摘要不符"):
        write_bundle(tmp_path / "b", broken)
    assert list(tmp_path.iterdir()) == []


def test_broken_chains_are_not_bundled(contents: BundleContents) -> None:
    events = contents.events
    assert refused(replace(contents, events=(replace(events[0], actor="他人"), *events[1:]))) == {"changed"}
    assert "gap" in refused(replace(contents, events=events[1:]))
    assert refused(replace(contents, events=(*events, events[0]))) == {"order"}


def test_broken_anchors_are_not_bundled(contents: BundleContents) -> None:
    first, second = contents.anchors
    assert refused(replace(contents, anchors=(replace(first, to_sequence=8), second))) >= {"anchor_changed"}
    assert refused(replace(contents, anchors=(first,))) == {"bundle_proof"}
    wrong = replace(contents.proofs[0], index=0)
    assert refused(replace(contents, proofs=(wrong,))) == {"bundle_proof"}


def test_what_a_killed_run_left_does_not_get_in(contents: BundleContents, tmp_path: Path) -> None:
    (tmp_path / ".b.part").mkdir()
    (tmp_path / ".b.part/stale.txt").write_bytes(b"x")
    write_bundle(tmp_path / "b", replace(contents, title="甲　乙\u00a0丙"))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert verifier.verify(tmp_path / "b") == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "../x", "bundle_name"),
        ("name", "", "bundle_name"),
        ("title", "两行\n标题", "bundle_words"),
        ("organisation", " ", "bundle_words"),
        ("records", {"attachments": {}}, "bundle_record_name"),
        ("records", {"../x": {}}, "bundle_record_name"),
        ("records", {"目标": {}}, "bundle_record_name"),
    ],
)
def test_unfit_names_are_refused(contents: BundleContents, field: str, value: object, code: str) -> None:
    assert refused(replace(contents, **{field: value})) == {code}


def test_a_bundle_without_documents_anchors_and_packages_is_valid(
    contents: BundleContents, tmp_path: Path
) -> None:
    bare = replace(
        contents, attachments=(), anchors=(), proofs=(), packages=(), records={}, as_of=date(2025, 1, 1)
    )
    write_bundle(tmp_path / "b", bare)
    assert verifier.verify(tmp_path / "b") == []
    write_bundle(tmp_path / "c", replace(bare, events=()))
    assert verifier.verify(tmp_path / "c") == []
