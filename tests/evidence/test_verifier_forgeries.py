"""Changes by somebody who rewrites sizes and manifests too: what lies inside must betray them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from budgetperf.evidence.bundle import BundleContents
from budgetperf.evidence.verifier import verify

Reseal = Callable[[Path], None]
Edit = Callable[[Any], object]
LOG, ANCHORS, TAGS = "data/log/events.jsonl", "data/log/anchors.json", "tagmanifest-sha256.txt"


def named(path: Path) -> set[str]:
    return {problem.file for problem in verify(path)}


def rewrite(path: Path, edit: Edit) -> None:
    document = json.loads(path.read_text())
    edit(document)
    path.write_bytes(rfc8785.dumps(document))


def first_line(old: str, new: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [lines[0].replace(old, new, 1), *lines[1:]]


LOGS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "removed event": (lambda lines: [lines[0], *lines[2:]], "gap or wrong order"),
    "removed start": (lambda lines: lines[1:], "gap or wrong order"),
    "swapped events": (lambda lines: [lines[1], lines[0], *lines[2:]], "gap or wrong order"),
    "repeated event": (lambda lines: [*lines, lines[-1]], "gap or wrong order"),
    "other actor": (first_line("王填报", "李审核"), "event was changed"),
    "other amount": (first_line("12345", "12346"), "event was changed"),
    "other chain": (first_line('"chain":"P-100"', '"chain":"P-101"'), "event was changed"),
    "float": (first_line('"urgent":false', '"urgent":0.5'), "cannot be parsed"),
    "text as number": (first_line('"number":1', '"number":"1"'), "wrong type of field: number"),
    "true as number": (first_line('"number":1', '"number":true'), "wrong type of field: number"),
    "other field": (first_line('"kind"', '"king"'), "fields must be"),
    "blank": (first_line(":", ": "), "not in canonical form"),
    "cut line": (lambda lines: [lines[0][:-1], *lines[1:]], "cannot be parsed"),
    "deep nesting": (lambda lines: ["[" * 100_000, *lines], "cannot be parsed"),
    "list": (lambda lines: ["[]", *lines], "fields must be"),
    "empty line": (lambda lines: ["", *lines], "cannot be parsed"),
}


@pytest.mark.parametrize("forgery", LOGS)
def test_a_forged_log_is_found(bundle: Path, reseal: Reseal, forgery: str) -> None:
    edit, text = LOGS[forgery]
    lines = (bundle / LOG).read_text().splitlines()
    (bundle / LOG).write_text("\n".join([*edit(lines), ""]))
    reseal(bundle)
    assert {problem.file for problem in verify(bundle) if text in problem.text} >= {LOG}
    assert named(bundle) <= {LOG, ANCHORS}


def test_a_rehashed_event_breaks_the_next_one_and_its_anchor(bundle: Path, reseal: Reseal) -> None:
    lines = (bundle / LOG).read_text().splitlines()
    event = json.loads(lines[1])
    event["actor"] = "他人"
    sealed = {key: value for key, value in event.items() if key != "hash"}
    event["hash"] = hashlib.sha256(rfc8785.dumps(sealed)).hexdigest()
    lines[1] = rfc8785.dumps(event).decode()
    (bundle / LOG).write_text("\n".join([*lines, ""]))
    reseal(bundle)
    texts = {problem.file: problem.text for problem in verify(bundle)}
    assert set(texts) == {LOG, ANCHORS}
    assert "wrong hash of the event before" in texts[LOG]
    assert "head is not an event of the log" in texts[ANCHORS]


def test_a_cut_off_tail_is_found_by_the_anchor(bundle: Path, reseal: Reseal) -> None:
    lines = (bundle / LOG).read_text().splitlines()
    (bundle / LOG).write_text("\n".join([*lines[:-1], ""]))
    reseal(bundle)
    assert named(bundle) == {ANCHORS}


ANCHOR_EDITS: dict[str, tuple[Edit, str]] = {
    "other root": (lambda a: a["anchors"][0].update(root="0" * 64), "anchor 1 was changed"),
    "other time": (lambda a: a["anchors"][1].update(at="2030"), "anchor 2 was changed"),
    "other range": (lambda a: a["anchors"][1].update(from_sequence=8), "anchor 2 does not follow"),
    "other start": (lambda a: a["anchors"][0].update(prev="0" * 64), "anchor 1 does not follow"),
    "reversed": (lambda a: a["anchors"].reverse(), "does not follow"),
    "removed": (lambda a: a["anchors"].pop(), "proof fails"),
    "index of another": (lambda a: a["proofs"][0].update(index=1), "proof fails"),
    "index too large": (lambda a: a["proofs"][0].update(index=99), "proof fails"),
    "negative index": (lambda a: a["proofs"][0].update(index=-1), "proof fails"),
    "short path": (lambda a: a["proofs"][0]["path"].pop(), "proof fails"),
    "long path": (lambda a: a["proofs"][0]["path"].append("0" * 64), "proof fails"),
    "number in path": (lambda a: a["proofs"][0].update(path=[1]), "proof fails"),
    "no hash in path": (lambda a: a["proofs"][0].update(path=["x"]), "proof fails"),
    "other head": (lambda a: a["proofs"][0]["head"].update(hash="0" * 64), "not an event of the log"),
    "no head": (lambda a: a["proofs"][0].update(head=[]), "wrong type of field: head"),
    "no proof": (lambda a: a["proofs"].append(3), "fields must be"),
    "other field": (lambda a: a.update(note=""), "fields must be"),
}


@pytest.mark.parametrize("forgery", ANCHOR_EDITS)
def test_a_forged_anchor_is_found(bundle: Path, reseal: Reseal, forgery: str) -> None:
    edit, text = ANCHOR_EDITS[forgery]
    rewrite(bundle / ANCHORS, edit)
    reseal(bundle)
    problems = verify(bundle)
    assert {problem.file for problem in problems} == {ANCHORS}
    assert any(text in problem.text for problem in problems)


PACKAGE_EDITS: dict[str, Edit] = {
    "result": lambda package: package["result"].update(points="99.99"),
    "facts": lambda package: package["facts"].update(预算执行率="1.0000"),
    "seed": lambda package: package.update(seed=3),
    "digest": lambda package: package.update(digest="0" * 64),
    "inputs digest": lambda package: package.update(inputs_digest="0" * 64),
    "missing field": lambda package: package.pop("environment"),
    "number for text": lambda package: package.update(period=2025),
}


@pytest.mark.parametrize("forgery", PACKAGE_EDITS)
def test_a_forged_decision_is_found(
    bundle: Path, contents: BundleContents, reseal: Reseal, forgery: str
) -> None:
    name = f"data/packages/{contents.packages[0].digest}.json"
    rewrite(bundle / name, PACKAGE_EDITS[forgery])
    reseal(bundle)
    assert named(bundle) == {name}


def test_a_decision_under_another_name_is_found(
    bundle: Path, contents: BundleContents, reseal: Reseal
) -> None:
    other = f"data/packages/{'0' * 64}.json"
    (bundle / f"data/packages/{contents.packages[0].digest}.json").rename(bundle / other)
    reseal(bundle)
    assert named(bundle) == {other}


def test_a_replaced_document_is_found_by_its_name_and_by_the_list(
    bundle: Path, contents: BundleContents, reseal: Reseal
) -> None:
    name = f"data/documents/{contents.attachments[1].file.digest}-现场照片.png"
    (bundle / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    reseal(bundle)
    texts = " ".join(problem.text for problem in verify(bundle))
    assert named(bundle) == {name}
    assert "attachment missing or different" in texts
    assert "content is not that of the digest in its name" in texts


def test_a_document_outside_the_list_is_found(bundle: Path, reseal: Reseal) -> None:
    name = f"data/documents/{hashlib.sha256(b'new').hexdigest()}-new.pdf"
    (bundle / name).write_bytes(b"new")
    reseal(bundle)
    assert named(bundle) == {name}


def test_a_listed_document_that_is_removed_is_found(
    bundle: Path, contents: BundleContents, reseal: Reseal
) -> None:
    name = f"data/documents/{contents.attachments[1].file.digest}-现场照片.png"
    (bundle / name).unlink()
    reseal(bundle)
    assert named(bundle) == {name}


@pytest.mark.parametrize(
    "content", [b"{", b'{"a":1.5}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"\xff", b"", b"NaN"]
)
def test_a_record_that_cannot_be_parsed_is_named(bundle: Path, reseal: Reseal, content: bytes) -> None:
    (bundle / "data/records/goals.json").write_bytes(content)
    reseal(bundle)
    assert named(bundle) == {"data/records/goals.json"}


@pytest.mark.parametrize(
    "name", ["data/x.txt", "data/records/sub/x.json", "data/packages/x.json", "data/log/x", "data/新.txt"]
)
def test_a_file_that_has_no_place_is_refused_even_if_listed(bundle: Path, reseal: Reseal, name: str) -> None:
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / name).write_bytes(b"{}")
    reseal(bundle)
    assert name in named(bundle)


@pytest.mark.parametrize("name", ["verify.py", "data/README.txt"])
def test_a_required_file_is_missed_even_if_no_longer_listed(bundle: Path, reseal: Reseal, name: str) -> None:
    (bundle / name).unlink()
    reseal(bundle)
    assert named(bundle) == {name}


def test_a_manifest_never_leads_outside_the_bundle(bundle: Path) -> None:
    with (bundle / TAGS).open("a") as stream:
        stream.write(f"{'0' * 64}  ../../etc/passwd\n")
    assert ("../../etc/passwd", True) in {(p.file, "missing" in p.text) for p in verify(bundle)}


MALFORMED = {
    "empty": "",
    "no name": "0" * 64,
    "one blank": f"{'0' * 64} bagit.txt",
    "upper case": f"{'A' * 64}  verify.txt",
    "carriage return": f"{'0' * 64}  a\r",
    "repeated": f"{'0' * 64}  bagit.txt",
}


@pytest.mark.parametrize("line", MALFORMED)
def test_a_malformed_manifest_line_is_named(bundle: Path, line: str) -> None:
    with (bundle / TAGS).open("a", newline="") as stream:
        stream.write(f"{MALFORMED[line]}\n")
    assert [problem.file for problem in verify(bundle) if "malformed" in problem.text] == [TAGS]


@pytest.mark.parametrize("wrong", ["Payload-Oxum: 1.1", "Payload-Oxums: 1.1", ""])
def test_a_wrong_payload_oxum_is_found(bundle: Path, reseal: Reseal, wrong: str) -> None:
    info = bundle / "bag-info.txt"
    lines = [line for line in info.read_text().splitlines() if not line.startswith("Payload-Oxum")]
    old = hashlib.sha256(info.read_bytes()).hexdigest()
    info.write_text("\n".join([*lines, wrong, ""]))
    new = hashlib.sha256(info.read_bytes()).hexdigest()
    (bundle / TAGS).write_text((bundle / TAGS).read_text().replace(old, new))
    assert [(problem.file, "count and size" in problem.text) for problem in verify(bundle)] == [
        ("bag-info.txt", True)
    ]
