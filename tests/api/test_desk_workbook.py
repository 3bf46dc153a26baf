"""The blank workbook of a record starts with what its web form starts with."""

import io

from openpyxl import load_workbook

from budgetperf.workbooks.goal_sheet import SHEET
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
