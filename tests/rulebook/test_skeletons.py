from datetime import date
from pathlib import Path

import pytest

from budgetperf.errors import Conflict, Invalid
from budgetperf.rulebook.checking import checked_edition, misplaced
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import lock_editions
from budgetperf.rulebook.skeletons import SKELETONS, write_skeletons
from tests.rulebook.filling import filled

DAY = date(2027, 1, 1)


@pytest.mark.parametrize("kind", SKELETONS)
def test_a_blank_filled_as_its_comments_say_passes(kind: str, tmp_path: Path) -> None:
    (path,) = [
        path for path in write_skeletons(tmp_path, "海州市", valid_from=DAY) if path.parent.name == kind
    ]
    text = filled(path.read_text(encoding="utf-8"))
    edition = checked_edition(text.encode(), name=path.name)
    assert edition.id == f"海州市/{kind}/2027-01-01"
    assert misplaced(edition, path) == ""
    assert "【" not in text.partition("title:")[2].replace("每个【…】", "")


@pytest.mark.parametrize("kind", SKELETONS)
def test_a_blank_names_every_line_that_is_still_to_be_filled(kind: str, tmp_path: Path) -> None:
    (path,) = [
        path for path in write_skeletons(tmp_path, "海州市", valid_from=DAY) if path.parent.name == kind
    ]
    lines = path.read_text(encoding="utf-8").splitlines()
    blank = [n for n, line in enumerate(lines, 1) if "【" in line.partition("#")[0]]
    with pytest.raises(Invalid) as refusal:
        checked_edition(path.read_bytes(), name="x")
    assert [int(str(finding.where).rpartition(":")[2]) for finding in refusal.value.findings] == blank
    assert all("尚未填写" in finding.message for finding in refusal.value.findings)


def test_the_filled_blanks_are_locked_and_hold_from_their_day_on(tmp_path: Path) -> None:
    for path in write_skeletons(tmp_path, "海州市", valid_from=DAY):
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert lock_editions(tmp_path) == tuple(f"海州市/{kind}/2027-01-01" for kind in sorted(SKELETONS))
    edition = Rulebook.load(tmp_path).get("grades", DAY, jurisdiction="海州市")
    assert edition.title == "海州市绩效评价等级"


@pytest.mark.parametrize("name", ["../海州", "a/b", "", "海 州", "."])
def test_a_name_that_is_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="不能作辖区名称"):
        write_skeletons(tmp_path, name, valid_from=DAY)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    first = write_skeletons(tmp_path, "110000", valid_from=DAY)
    first[1].write_text("填了一半", encoding="utf-8")
    with pytest.raises(Conflict, match="已存在，不会覆盖"):
        write_skeletons(tmp_path, "110000", valid_from=DAY)
    assert first[1].read_text(encoding="utf-8") == "填了一半"
    assert 'jurisdiction: "110000"' in first[0].read_text(encoding="utf-8")
