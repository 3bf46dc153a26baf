"""The public door: a stranger's form audited on page and API, within bounds, nothing stored."""

import base64
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from api import body_limit
from api.allowance import ADDRESSES, Allowance
from api.audits import MAX_BYTES, PATHS
from api.body_limit import ENVELOPE
from api.desks.audit import example
from api.main import create_app
from api.refusals import TooManyAttempts
from api.settings import Settings
from budgetperf.actions.audit_form import audit_file
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.session import Database
from budgetperf.workbooks.audit_book import audit_book
from tests import cast
from tests.actions.next_year import publish_unsure_grades
from tests.api.conftest import House, QueuedWork

FORMS = Path(__file__).parents[2] / "fixtures/forms"
MADE = FORMS / "self_evaluation"
SOUND = (MADE / "should_pass/national_layout.xlsx").read_bytes()
WRONG = (MADE / "should_fail/raw_percent/form.xlsx").read_bytes()
OLD = (FORMS / "should_fail/old_format/form.xls").read_bytes()


def sent(content: bytes, name: str = "自评表.xlsx") -> dict[str, tuple[str, bytes]]:
    return {"file": (name, content)}


def test_the_api_answers_as_the_command_does_without_a_token(house: House) -> None:
    answer = house.client().post("/api/v1/audit-form", files=sent(WRONG))
    assert answer.status_code == 200
    expected = audit_file(WRONG, Rulebook.load(), today=cast.NOW.date())
    assert answer.json() == json.loads(expected.model_dump_json())
    assert answer.json()["forms"][0]["findings"][0]["code"] == "audit.raw_percent"


def test_a_scale_published_in_the_service_is_the_one_used(house: House) -> None:
    form = json.loads((MADE / "should_pass/sound.json").read_text(encoding="utf-8")) | {"year": 2026}
    for at, actual, score in ((1, "1.2公里", 1), (2, "600个", 2)):
        form["indicators"][at] |= {"actual": actual, "score": score, "note": "施工受阻"}
    file = sent(json.dumps(form | {"total_score": 82.9}).encode(), "form.json")

    def earned() -> str:
        (answered,) = house.client().post("/api/v1/audit-form", files=file).json()["forms"]
        assert answered["total"] == "82.9"
        label: str = answered["grade"]["label"]
        return label

    assert earned() == "良"
    with house.acting() as ctx:
        publish_unsure_grades(ctx)
    assert earned() == "中"


def test_the_api_takes_typed_forms_and_a_named_edition(house: House) -> None:
    typed = sent((FORMS / "published/forms.json").read_bytes(), "forms.json")
    client = house.client()
    assert len(client.post("/api/v1/audit-form", files=typed).json()["forms"]) == 20
    named = client.post("/api/v1/audit-form?edition=national/grades/2020-02-25", files=typed)
    assert (named.status_code, named.json()["code"]) == (404, "rulebook.no_edition")


@pytest.mark.parametrize(
    ("content", "code"),
    [(OLD, "workbook.old_format"), (b"x" * (MAX_BYTES + 1), "audit.size"), (b"{}{}", "audit.json"), (b"", "workbook.not_xlsx")],
    ids=["old", "large", "no json", "empty"],
)  # fmt: skip
def test_what_is_no_form_is_refused(house: House, content: bytes, code: str) -> None:
    answer = house.client().post("/api/v1/audit-form", files=sent(content))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("path", PATHS)
def test_a_body_far_larger_than_a_form_is_not_read_to_its_end(house: House, path: str) -> None:
    answer = house.client().post(path, files=sent(b"x" * (MAX_BYTES + ENVELOPE)))
    assert answer.status_code == 413
    assert ("公开复算2MB" if path.startswith("/api/") else "文件超过2MB，请只上传自评表本身") in answer.text


def test_the_page_says_which_edition_was_used_and_why(house: House) -> None:
    form = json.loads((MADE / "should_pass/sound.json").read_bytes())
    page = house.client().post(
        "/audit", files=sent(json.dumps(form | {"department": "湖北省水利厅"}).encode())
    )
    assert "hubei/self_evaluation/2020-02-25" in page.text
    assert "按表名或主管部门写明的地区 湖北省" in page.text


def test_the_page_shows_a_real_form_before_anything_is_handed_in(house: House) -> None:
    page = house.client().get("/audit")
    assert page.status_code == 200
    assert "鄂州市财政局" in page.text
    assert "漏加预算执行得分6" in page.text
    assert house.client().get("/audit/example.json").content == example()


def test_the_example_is_the_first_published_form_without_what_its_reader_found() -> None:
    published = json.loads((FORMS / "published/forms.json").read_bytes())[0]
    left_out = {"inconsistencies", "checks_recomputed", "remarks"}
    assert json.loads(example()) == {key: value for key, value in published.items() if key not in left_out}


def test_the_page_shows_what_is_wrong_beside_its_row(house: House) -> None:
    page = house.client().post("/audit", files=sent(WRONG))
    assert page.status_code == 200
    assert "老旧小区供水管网改造" in page.text
    assert "应按实际完成值÷年度指标值" in page.text
    assert "鄂州市财政局" not in page.text
    assert "没有发现问题" in house.client().post("/audit", files=sent(SOUND)).text


def test_the_page_shows_what_is_told_of_the_whole_form_and_what_is_not_verified(house: House) -> None:
    document = json.loads((MADE / "should_pass/sound.json").read_bytes())
    document["year"] = None
    document["indicators"][6]["actual"] = "基本完成"
    page = house.client().post("/audit", files=sent(json.dumps(document).encode(), "表.json"))
    assert "本表没有写明年度" in page.text
    assert "其中未核 10 分，暂不定等级" in page.text


def test_the_headline_counts_errors_warnings_and_rows_that_could_not_be_checked(house: House) -> None:
    page = house.client().post(
        "/audit", files=sent((MADE / "should_fail/weights_of_110/form.xlsx").read_bytes())
    )
    assert "1处错误，1处警告</p>" in page.text
    blank = house.client().post(
        "/audit", files=sent((MADE / "should_fail/values_left_blank/form.xlsx").read_bytes())
    )
    assert "1处错误；1行未能复算，请人工核对</p>" in blank.text


def test_a_form_with_rows_that_could_not_be_checked_is_never_told_clean(house: House) -> None:
    row = {
        "level1": "产出指标",
        "level2": "质量指标",
        "name": "新增就业",
        "target": "10人",
        "actual": "12户",
        "weight": "90",
        "score": "90",
    }
    funds = {"adjusted": "100", "executed": "100", "rate": "100%", "weight": "10", "score": "10"}
    form = {"year": 2025, "budget": funds, "indicators": [row], "total_score": "100"}
    page = house.client().post("/audit", files=sent(json.dumps(form).encode(), "表.json")).text
    assert "1行未能复算，请人工核对" in page
    assert "notice done" not in page


def test_the_answer_is_saved_from_the_page_with_the_same_figures(house: House) -> None:
    page = house.client().post("/audit", files=sent(WRONG, "甲<项目>.xlsx")).text
    found = re.findall(r'href="data:[^;]+;base64,([^"]+)" download="([^"]+)"', page)
    (book, book_name), (answer, answer_name) = [(base64.b64decode(content), name) for content, name in found]
    assert (book_name, answer_name) == ("甲&lt;项目&gt;-复算.xlsx", "甲&lt;项目&gt;-复算.json")
    expected = audit_file(WRONG, Rulebook.load(), today=cast.NOW.date())
    assert json.loads(answer) == json.loads(expected.model_dump_json())
    assert book == audit_book(expected)
    assert "data:" not in house.client().get("/audit").text


def test_the_samples_are_a_workbook_and_the_json_behind_it(house: House) -> None:
    sample = house.client().get("/audit/sample.xlsx")
    assert sample.content == SOUND
    assert CalamineWorkbook.from_filelike(io.BytesIO(sample.content)).sheet_names
    page = house.client().get("/audit").text
    assert page.index("下载 Excel 样例") < page.index("下载 JSON 样例（供程序使用）")


def test_a_body_above_every_limit_is_refused_in_the_words_of_the_page(house: House) -> None:
    page = house.client().post("/audit", files=sent(b"x" * (body_limit.MAX_BYTES + 1)))
    assert page.status_code == 413
    assert "文件超过2MB" in page.text
    assert "请选择一张自评表" in house.client().post("/audit").text


def test_the_page_says_why_a_file_cannot_be_read(house: House) -> None:
    page = house.client().post("/audit", files=sent(OLD, "自评表<b>.xls"))
    assert page.status_code == 422
    assert "旧版 .xls 工作簿" in page.text
    assert "<b>.xls" not in page.text
    unknown = house.client().post("/audit", files=sent(b'{"indicater": []}', "表.json"))
    assert "/indicater" in unknown.text


def test_the_page_is_linked_from_the_sign_in_page_and_speaks_english(house: House) -> None:
    client = house.client()
    assert 'href="/audit"' in client.get("/sign-in").text
    client.get("/language/en?next=/audit")
    page = client.get("/audit").text
    assert "Row by row" in page
    assert "Findings and refusals are written in Chinese" in page


def test_nothing_is_written_to_database_or_files(house: House) -> None:
    owner = house.database.owner_engine()

    def written() -> tuple[list[int], int]:
        with owner.connect() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in SQLModel.metadata.sorted_tables
            ]
        return counts, len(list(house.files.folder.rglob("*")))

    before = written()
    assert house.client().post("/audit", files=sent(WRONG)).status_code == 200
    assert house.client().post("/api/v1/audit-form", files=sent(WRONG)).status_code == 200
    assert written() == before
    owner.dispose()


def test_without_its_database_a_service_holds_nothing_against_another_law(tmp_path: Path) -> None:
    gone = Database(*["postgresql+psycopg://nobody@/none?host=/nowhere"] * 2)
    app = create_app(Settings(gone, tmp_path / "files"), QueuedWork(), log=io.StringIO())
    client = TestClient(app)
    assert client.get("/audit").status_code == 200
    assert client.post("/audit", files=sent(WRONG)).status_code == 503
    app.state.resources.engine.dispose()


def test_an_address_that_hands_in_too_much_waits_and_others_do_not(house: House) -> None:
    house.app.state.audits = Allowance(2, timedelta(minutes=10), at_once=4)
    client = house.client()
    assert [client.post("/audit", files=sent(SOUND)).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.post("/api/v1/audit-form", files=sent(SOUND))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "601")
    elsewhere = TestClient(house.app, client=("203.0.113.9", 1))
    assert elsewhere.post("/audit", files=sent(SOUND)).status_code == 200
    house.clock.pass_(timedelta(minutes=10))
    assert client.post("/audit", files=sent(SOUND)).status_code == 200


def test_only_so_many_run_at_once_and_the_place_is_given_back() -> None:
    allowance = Allowance(100, timedelta(minutes=1), at_once=1)
    with allowance.one("a", cast.NOW), pytest.raises(TooManyAttempts) as busy, allowance.one("b", cast.NOW):
        pass
    assert busy.value.code == "allowance.busy"
    with allowance.one("b", cast.NOW):
        pass


def test_a_use_sent_away_as_busy_is_not_counted() -> None:
    allowance = Allowance(1, timedelta(minutes=1), at_once=1)
    with allowance.one("a", cast.NOW), pytest.raises(TooManyAttempts), allowance.one("b", cast.NOW):
        pass
    with allowance.one("b", cast.NOW):
        pass
    with pytest.raises(TooManyAttempts) as spent, allowance.one("b", cast.NOW):
        pass
    assert spent.value.code == "allowance.spent"


def test_the_memory_of_addresses_is_bounded() -> None:
    allowance = Allowance(1, timedelta(days=1), at_once=1)
    for number in range(ADDRESSES + 1):
        with allowance.one(str(number), cast.NOW):
            pass
    with allowance.one("0", cast.NOW):  # forgotten, longest unseen
        pass
    with pytest.raises(TooManyAttempts), allowance.one(str(ADDRESSES), cast.NOW):
        pass
