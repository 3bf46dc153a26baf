"""The workbook of a record: its blank starts with what the web form starts with, and the page tells what is taken."""

import io

from openpyxl import load_workbook

from budgetperf.workbooks.goal_sheet import SHEET
from budgetperf.workbooks.package import MAX_FILE_BYTES
from tests import cast
from tests.api.conftest import House
from tests.api.pages import sign_in
from tests.api.test_desk_openings import REQUEST


def test_the_head_is_filled_from_the_record(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    opened = browser.post("/open/request", data={**REQUEST, "csrf": csrf})
    content = browser.get(opened.headers["location"].partition("?")[0] + "/workbook/blank").content
    rows = [
        [cell for cell in row if cell is not None] for row in load_workbook(io.BytesIO(content))[SHEET].values
    ]
    written = {str(cell) for row in rows for cell in row}
    assert written >= {
        "老旧管网改造",
        "2026",
        "万元",
        "2120303",
        "2026-01-01 00:00:00",
        "2026-12-31 00:00:00",
    }


def test_the_page_names_the_size_from_which_a_file_is_refused(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    opened = browser.post("/open/request", data={**REQUEST, "csrf": csrf})
    page = opened.headers["location"].partition("?")[0] + "/workbook"
    largest = MAX_FILE_BYTES // 1024**2
    assert f"不超过{largest}MB" in browser.get(page).text
    answer = browser.post(
        page,
        data={"csrf": csrf, "version": "1", "intent": "check"},
        files={
            "workbook": ("申报表.xlsx", b"PK\x03\x04" + b"0" * (MAX_FILE_BYTES + 1024**2), "application/zip")
        },
    )
    assert answer.status_code == 422
    assert f"文件大小为 {largest + 1}.0 MB，超过 {largest} MB 上限" in answer.text
