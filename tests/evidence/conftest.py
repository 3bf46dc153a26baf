"""One evaluand with two chains, two anchors, a decision and two documents; and its bundle."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from budgetperf.evidence.anchors import Anchor, cut_anchor, prove_head
from budgetperf.evidence.attachments import StoredFile, attach
from budgetperf.evidence.bundle import BundleContents, write_bundle
from budgetperf.evidence.chain import ChainHead, append
from budgetperf.evidence.events import Event, EventPayload
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, DecisionPackage

MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
NOON = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)

MakeChain = Callable[..., list[Event]]
MakeZip = Callable[..., bytes]


@dataclass(frozen=True, slots=True)
class Filed(EventPayload):
    """What the test events carry: every kind of value."""

    filing: str
    amount: Money
    weight: Decimal
    lines: tuple[str, ...]
    urgent: bool = False


def _make_chain(chain: str, length: int = 3) -> list[Event]:
    events: list[Event] = []
    for number in range(1, length + 1):
        payload = Filed(f"F-{number}", Money(12_345 * number), Decimal("12.50"), ("产出", "效益"))
        events.append(
            append(
                ChainHead.of(events[-1]) if events else None,
                chain,
                kind="goals.filed",
                actor="王填报",
                at=NOON + timedelta(minutes=number),
                payload=payload,
            )
        )
    return events


@pytest.fixture
def make_chain() -> MakeChain:
    return _make_chain


def _make_zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def make_zip() -> MakeZip:
    return _make_zip


def _anchors(events: list[Event], other: list[Event]) -> tuple[list[Anchor], list[list[ChainHead]]]:
    strangers = [ChainHead(f"P-{n:03}", n, hashlib.sha256(bytes([n])).hexdigest()) for n in range(1, 6)]
    moved = [[ChainHead.of(events[1]), *strangers], [ChainHead.of(events[-1]), ChainHead.of(other[-1])]]
    first = cut_anchor(None, moved[0], from_sequence=1, to_sequence=9, at=NOON + timedelta(hours=1))
    second = cut_anchor(first, moved[1], from_sequence=9, to_sequence=20, at=NOON + timedelta(hours=2))
    return [first, second], moved


@pytest.fixture(scope="session")
def contents() -> BundleContents:
    pdf, png = b"%PDF-1.7\n" + bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    stored = {hashlib.sha256(content).hexdigest(): content for content in (pdf, png)}
    uploaded = {"uploaded_at": NOON, "uploaded_by": "王填报"}
    events, other = _make_chain("P-100"), _make_chain("P-100/限额", 2)
    anchors, moved = _anchors(events, other)
    package = DecisionPackage(
        kind=DecisionKind.SCORE,
        subject="P-100",
        period="2025",
        edition="national/self_evaluation/2020-02-25",
        edition_digest="ab" * 32,
        method="scoring.score/1",
        facts={"预算执行率": "0.9312", "指标": ["保洁面积", 12]},
        result={"points": "93.12"},
    )
    return BundleContents(
        name="P-100-2025",
        title="城区道路保洁项目（2025年度）",
        organisation="示例市财政局",
        as_of=date(2025, 12, 31),
        bagged_on=date(2026, 1, 15),
        records={"goals": {"项目": "道路保洁", "金额": "123456"}, "limits": {"limit_fen": "100"}},
        packages=(package, replace(package, period="2025Q3", seed=7, environment="numpy 2")),
        events=(*other, *events),
        anchors=tuple(anchors),
        proofs=(
            prove_head(anchors[0], moved[0], chain="P-100"),
            prove_head(anchors[1], moved[1], chain="P-100/限额"),
        ),
        attachments=(
            attach(StoredFile.of(pdf), "完成率100%证明.pdf", effective_on=date(2025, 2, 1), **uploaded),
            attach(StoredFile.of(png), "现场照片.png", effective_on=date(2025, 2, 2), **uploaded),
            attach(StoredFile.of(png), "现场照片（再次提交）.png", effective_on=date(2025, 2, 3), **uploaded),
        ),
        content_of=stored.__getitem__,
    )


@pytest.fixture
def bundle(contents: BundleContents, tmp_path: Path) -> Path:
    """A bundle as a folder."""
    write_bundle(tmp_path / "bundle", contents)
    return tmp_path / "bundle"


@pytest.fixture
def zipped(contents: BundleContents, tmp_path: Path) -> Path:
    """The same bundle as a zip."""
    path = tmp_path / "bundle.zip"
    with path.open("wb") as stream:
        write_bundle(stream, contents)
    return path


def _listed(root: Path, paths: list[str]) -> str:
    return "".join(f"{hashlib.sha256((root / path).read_bytes()).hexdigest()}  {path}\n" for path in paths)


def _reseal(root: Path) -> None:
    """Rewrite sizes and manifests, as somebody would who wants a change to pass."""
    payload = [name for name in _names(root) if name.startswith("data/")]
    oxum = f"Payload-Oxum: {sum((root / name).stat().st_size for name in payload)}.{len(payload)}"
    old = (root / "bag-info.txt").read_text().splitlines()
    kept = [oxum if line.startswith("Payload-Oxum") else line for line in old]
    (root / "bag-info.txt").write_text("\n".join(kept) + "\n")
    (root / MANIFEST).write_text(_listed(root, payload))
    tags = [name for name in _names(root) if not name.startswith("data/") and name != TAGS]
    (root / TAGS).write_text(_listed(root, tags))


def _names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.fixture
def reseal() -> Callable[[Path], None]:
    return _reseal
