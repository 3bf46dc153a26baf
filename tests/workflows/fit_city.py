"""A city with a cost panel and an edition that draws much, and workers that die while they fit: also a program.

    python -m tests.workflows.fit_city OWNER_URL FOLDER 5

The worker kills itself as soon as it has kept that many pieces; 0 lives on.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from budgetperf.actions.panels import CostPanelForm, keep_panel
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.runs import PIECE
from budgetperf.store.session import BoundSession, Database
from tests import cast
from tests.costing.factories import make_panel
from workflows.jobs import prepare
from workflows.unit import House
from workflows.worker import working

PANEL, N_DRAWS = "road", 120
NOW = datetime(2026, 2, 10, 1, tzinfo=UTC)
ARGUMENTS = {"panel_code": PANEL, "fiscal_year": str(cast.YEAR)}


def rulebook() -> Rulebook:
    """The packaged editions, with baselines by an envelope and its bootstrap."""
    packaged = Rulebook.load()
    changed = {"methods": ("driver_regression", "dea"), "n_draws": N_DRAWS}
    return replace(
        packaged,
        editions=tuple(
            one.model_copy(update={"rules": one.rules.model_copy(update=changed)})
            if one.kind == "cost_baseline"
            else one
            for one in packaged.editions
        ),
    )


@contextmanager
def fitting_house(database: Database, folder: Path) -> Iterator[House]:
    """A house of that rulebook over a database."""
    engine = database.app_engine(pool_size=5)
    try:
        yield House(engine, rulebook(), FileStore(folder / "files"), now=lambda: NOW)
    finally:
        engine.dispose()


def found(house: House, database: Database) -> None:
    """Keep a panel of sixteen dmus by their area, every third of them wasteful."""
    prepare(database)
    made = make_panel(n_dmus=16, years=(2024,), waste={f"D{at:02}": 1.7 for at in range(0, 16, 3)})
    rows = [
        {"dmu": row.dmu, "name": row.name, "year": row.year, "cost": str(row.cost.fen),
         "drivers": {"area": str(row.drivers["area"])}}
        for row in made.rows
    ]  # fmt: skip
    panel = {
        "code": PANEL, "service": "道路清扫保洁", "cost_label": "保洁支出", "base_year": 2024, "rows": rows,
        "drivers": [{"code": "area", "label": "保洁面积", "uom": "万平方米"}],
    }  # fmt: skip
    with house.unit(cast.RULES_OFFICE.id) as ctx:
        keep_panel(ctx, CostPanelForm.model_validate(panel))


def die_after(pieces: int) -> None:
    """Kill this process once it has committed so many pieces."""
    kept = 0

    def count(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        nonlocal kept
        kept += statement.startswith("INSERT INTO effect") and PIECE in str(parameters)

    def die(_session: Session) -> None:
        if kept >= pieces:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    event.listen(BoundSession, "after_commit", die)


def main(url: str, folder: str, pieces: str) -> None:
    """Work until killed, or until standard input ends."""
    database = Database(url, url)
    if int(pieces):
        die_after(int(pieces))
    with fitting_house(database, Path(folder)) as house, working(house, database) as place:
        print(place, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
