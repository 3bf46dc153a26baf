from datetime import date
from pathlib import Path

import pytest

from budgetperf.errors import Invalid, NotFound
from budgetperf.rulebook.checking import checked_edition, demand_no_overlap, edition_files, misplaced
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.reading import parse_edition, read_edition

FOLDER = Path(__file__).parent
SOUND = (FOLDER / "sound.yaml").read_text(encoding="utf-8")


def edition(text: str = SOUND):
    return parse_edition(text.encode(), name="x")


def test_a_file_at_the_wrong_path_is_refused_with_the_right_one() -> None:
    root = FOLDER / "broken/placed"
    with pytest.raises(Invalid) as refusal:
        read_edition(root / "national/grades/2020-02-25.yaml", root=root)
    assert refusal.value.text == (
        "national/grades/2020-02-25.yaml:4 valid_from：文件路径应为 national/grades/2020-02-26.yaml"
        "（由辖区、种类、生效日组成）"
    )


def test_every_defect_of_a_file_is_told_at_once_by_line() -> None:
    broken = SOUND.replace("status: ours}\nrules", "status: ours}\nvalid_to: 2019-01-01\nrules")
    broken = broken.replace("out_of: 100", "out_of: 0").replace("{total: 100}", "{sum: 100}")
    with pytest.raises(Invalid) as refusal:
        edition(broken)
    assert [str(finding.where) for finding in refusal.value.findings] == ["x:6", "x:9", "x:16", "x:16"]


def test_a_header_with_defects_tells_them_at_once() -> None:
    broken = SOUND.replace("title: 绩效评价等级\n", "").replace(
        "status: ours}\nrules", "status: sure}\nrules"
    )
    with pytest.raises(Invalid) as refusal:
        edition(broken)
    assert [str(finding.where) for finding in refusal.value.findings] == ["x:1", "x:4"]


def test_a_gap_names_a_parameter_and_its_place() -> None:
    named = "gaps:\n  - {name: 中的下限, at: rules.cut_offs.3.at_least, wording: 文件未写明}\nrules:\n"
    (gap,) = edition(SOUND.replace("rules:\n", named)).gaps
    assert (gap.name, gap.at) == ("中的下限", "rules.cut_offs.3.at_least")


def test_every_kind_that_refuses_has_a_name_of_its_own() -> None:
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)


def test_an_example_that_cannot_be_computed_fails_instead_of_stopping_the_check() -> None:
    text = (FOLDER.parents[1] / "budgetperf/rulebook/national/price_index/2021-01-01.yaml").read_text("utf-8")
    head = text[: text.index("examples:")]
    raw = f"{head}examples:\n  - {{name: 无此年, given: {{amount_fen: 1, year: 1900, to: 1901}}, expect: {{fen: '1'}}}}\n"
    with pytest.raises(Invalid, match="实际无法计算"):
        checked_edition(raw.encode(), name="x")


def test_a_file_or_the_files_of_a_folder_are_checked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/one.yaml", "two.yml", "note.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [file.name for file in edition_files(tmp_path)] == ["one.yaml", "two.yml"]
    assert edition_files(tmp_path / "note.txt") == (tmp_path / "note.txt",)
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nothing.yaml"):
        with pytest.raises(NotFound, match="请核对路径"):
            edition_files(path)


def test_a_draft_is_told_where_it_must_stand(tmp_path: Path) -> None:
    assert misplaced(edition(), tmp_path / "draft.yaml") == "national/grades/2020-02-25.yaml"
    assert misplaced(edition(), tmp_path / "national/grades/2020-02-25.yaml") == ""


@pytest.mark.parametrize(("until", "refused"), [("2024-01-01", False), ("2024-01-02", True)])
def test_an_edition_with_an_end_must_not_hold_when_the_next_begins(until: str, refused: bool) -> None:
    ended = edition(SOUND.replace("valid_from: 2020-02-25", f"valid_from: 2020-02-25\nvalid_to: {until}"))
    following = edition(SOUND.replace("2020-02-25", "2024-01-01"))
    assert ended.valid_to == date.fromisoformat(until)
    if refused:
        with pytest.raises(Invalid, match="有效期重叠"):
            demand_no_overlap([following, ended])
    else:
        demand_no_overlap([following, ended])
