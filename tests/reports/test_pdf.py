"""What holds for every report: fonts, footers, same bytes, text that can be found again."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from budgetperf.errors import Unavailable
from budgetperf.reports.assessment_pages import (
    AssessmentNoticePage,
    AssessmentRankingPage,
    AssessmentTracePage,
)
from budgetperf.reports.cost_pages import CostPanelPage, DmuBaselinePage
from budgetperf.reports.faces import register
from budgetperf.reports.linebreak import NEVER_FIRST
from budgetperf.reports.models import write_day
from budgetperf.reports.renderers import REPORTS, Page, render
from tests.reports import costed
from tests.reports.assessed import make_notice, make_ranking, make_trace
from tests.reports.make import DIGEST, make_evaluation_report, make_limits_notice, make_self_evaluation
from tests.reports.reading import page_texts, poppler, reader, squeezed

MAKERS: dict[str, Callable[[], Page]] = {
    "self_evaluation": make_self_evaluation,
    "evaluation_report": make_evaluation_report,
    "limits_notice": make_limits_notice,
    "assessment_notice": make_notice,
    "assessment_ranking": make_ranking,
    "assessment_trace": make_trace,
    "baseline": costed.make_baseline,
    "dmu_baseline": costed.make_dmu,
    "cost_panel": costed.make_panel,
    "movement": costed.make_movement,
}


@pytest.fixture(scope="module", params=MAKERS)
def paper(request: pytest.FixtureRequest) -> Page:
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def content(paper: Page) -> bytes:
    return render(paper)


def test_every_report_of_the_table_is_tested() -> None:
    assert {type(make()) for make in MAKERS.values()} == set(REPORTS)


def test_the_same_page_gives_the_same_bytes(paper: Page, content: bytes) -> None:
    assert render(paper) == content


def test_another_page_gives_other_bytes(content: bytes) -> None:
    assert render(make_self_evaluation(goal_actual="未完成")) != content


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_gives_the_same_bytes(seed: str) -> None:
    script = (
        "import hashlib\n"
        "from budgetperf.reports.renderers import render\n"
        "from tests.reports.test_pdf import MAKERS\n"
        "for make in MAKERS.values():\n"
        "    print(hashlib.sha256(render(make())).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [hashlib.sha256(render(make())).hexdigest() for make in MAKERS.values()]


def test_all_fonts_are_embedded_subsets_of_noto_with_unicode(content: bytes, tmp_path: Path) -> None:
    lines = poppler("pdffonts", content, tmp_path).splitlines()[2:]
    assert len(lines) >= 2
    for line in lines:
        assert re.match(r"[A-Z]{6}\+NotoSansSC-(Regular|Bold) +TrueType +\S+ +yes yes yes ", line), line


def test_both_weights_are_really_used(content: bytes, tmp_path: Path) -> None:
    fonts = poppler("pdffonts", content, tmp_path)
    assert "NotoSansSC-Regular" in fonts
    assert "NotoSansSC-Bold" in fonts


def test_rare_characters_extract_as_text(tmp_path: Path) -> None:
    text = poppler("pdftotext", render(make_self_evaluation(goal_actual="镕喆䶮㎡")), tmp_path)
    assert "镕喆䶮㎡" in text


def test_every_page_says_which_of_how_many_it_is(content: bytes) -> None:
    texts = page_texts(content)
    assert [re.findall(r"第 (\d+) 页 共 (\d+) 页", text) for text in texts] == [
        [(str(n), str(len(texts)))] for n in range(1, len(texts) + 1)
    ]


def test_every_page_carries_subject_edition_digest_and_day(paper: Page, content: bytes) -> None:
    for text in map(squeezed, page_texts(content)):
        assert squeezed(paper.footer.subject) in text
        assert paper.footer.edition in text
        assert f"摘要{DIGEST[:12]}" in text
        assert f"数据截至{write_day(paper.footer.as_of)}" in text


def test_the_full_digest_stands_on_the_last_page_only_and_in_the_metadata(content: bytes) -> None:
    texts = page_texts(content)
    assert [DIGEST in text for text in texts] == [False] * (len(texts) - 1) + [True]
    metadata = reader(content).metadata
    assert metadata is not None
    assert f"sha256={DIGEST}" in str(metadata["/Keywords"])


def test_the_document_is_chinese_and_titled(content: bytes) -> None:
    document = reader(content)
    assert document.root_object["/Lang"] == "zh-CN"
    assert document.metadata is not None
    assert re.search(
        "（2025年度）|2026年部门预算|正定县2024年度考评|成本面板：道路清扫保洁|特殊因素影响测算",
        str(document.metadata.title),
    )


def test_no_printed_line_begins_with_closing_punctuation(content: bytes, tmp_path: Path) -> None:
    words = re.findall(
        r"<line[^>]*>\s*<word[^>]*>(.)", poppler("pdftotext", content, tmp_path, "-bbox-layout")
    )
    assert len(words) > 30
    assert not set(words) & set(NEVER_FIRST)


def test_every_destination_is_the_address_of_its_report(content: bytes, paper: Page) -> None:
    names = set(reader(content).named_destinations)
    if isinstance(paper, AssessmentNoticePage | AssessmentRankingPage | AssessmentTracePage):
        assert names
        assert all(name.partition("/")[2].startswith(paper.subject) for name in names)
        return
    assert len(names) >= (10 if isinstance(paper, DmuBaselinePage | CostPanelPage) else 29)
    assert all(name.startswith(paper.address + "/") for name in names)


def test_missing_fonts_are_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="重新安装") as refusal:
        register(tmp_path)
    assert refusal.value.facts == {"folder": str(tmp_path)}


def test_page_models_load_without_reportlab() -> None:
    script = (
        "import sys, budgetperf.reports.pages, budgetperf.reports.notice, budgetperf.reports.cost_pages\n"
        "import budgetperf.reports.cost_tables; print({'reportlab', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_reportlab_is_imported_only_here() -> None:
    root = Path(__file__).parents[2]
    files = [
        path for package in ("budgetperf", "api", "workflows") for path in (root / package).rglob("*.py")
    ]
    users = {
        path
        for path in files
        if re.search(r"^\s*(from|import) reportlab", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {path.parent for path in users} == {root / "budgetperf" / "reports"}
