from pathlib import Path

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.edition import read_edition
from budgetperf.rulebook.loader import read_strict

FOLDER = Path(__file__).parent
BROKEN = sorted((FOLDER / "broken").glob("*.yaml"))


def read(text: str | bytes, tmp_path: Path) -> str:
    path = tmp_path / "national/grades/2020-02-25.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_edition(path, root=tmp_path).id


def test_the_sound_edition_reads(tmp_path: Path) -> None:
    assert read((FOLDER / "sound.yaml").read_text(encoding="utf-8"), tmp_path) == "national/grades/2020-02-25"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_each_defect_is_refused_with_file_line_and_remedy(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = text.splitlines()[-1].removeprefix("# line ")
    line, _, words = expected.partition(": ")
    with pytest.raises(Invalid) as refusal:
        read(text, tmp_path)
    assert f"national/grades/2020-02-25.yaml:{line} " in refusal.value.text
    assert words in refusal.value.text
    assert len(refusal.value.findings) <= 1


def test_every_defect_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = (FOLDER / "sound.yaml").read_text(encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        read(text.replace("title: 绩效评价等级\n", "").replace("status: ours", "status: sure"), tmp_path)
    assert [str(finding.where).rpartition(":")[2] for finding in refusal.value.findings] == ["1", "4"]


@pytest.mark.parametrize(
    ("text", "told"), [(b"", "文件为空"), (b"\xff\xfe", "UTF-8"), (b"a: \x00", "不是合格的YAML")]
)
def test_a_file_that_is_no_text_is_refused(text: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=told):
        read(text, tmp_path)


def test_plain_values_keep_their_kind() -> None:
    document = read_strict('a: 1\nb: "0.90"\nc: true\nd: null\ne: no\nf: 2025-01-01\ng: -3', name="x")
    assert document.value == {
        "a": 1,
        "b": "0.90",
        "c": True,
        "d": None,
        "e": "no",
        "f": "2025-01-01",
        "g": -3,
    }
