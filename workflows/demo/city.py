"""The demo city as data: what ``fixtures/demo_city/city.json`` holds, typed."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from budgetperf.lifecycle.goals.form import GoalForm

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "demo_city" / "city.json"


@dataclass(frozen=True, slots=True)
class Money:
    """A project's year: fen carried in, adjusted, and cumulative receipts and payments by quarter."""

    carry_in: int
    adjustment: int
    received: tuple[int, ...]
    paid: tuple[int, ...]
    carry_out: int


@dataclass(frozen=True, slots=True)
class Values:
    """One indicator's values at the end of each quarter; ``tier_ratio`` in percent."""

    key: str
    actual: tuple[Decimal, ...]
    achievement: tuple[str, ...]
    tier_ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the city and what will happen to it."""

    code: str
    agency: str
    path: str
    first_year: int
    source: str
    as_published: dict[str, Any]
    protection: str
    protected: str
    protection_basis: str
    verdict: str
    recommended: int
    story: str
    goals: dict[int, GoalForm]
    money: Money | None
    results: tuple[Values, ...]
    cause: str
    dmu: str

    @property
    def department(self) -> str:
        """Code of the superior department."""
        return self.agency[:3]

    @property
    def clerk(self) -> str:
        """Login of the unit's clerk."""
        return f"jingban{self.agency}"

    @property
    def reviewer(self) -> str:
        """Login of the department's reviewer."""
        return f"shenhe{self.department}"


@dataclass(frozen=True, slots=True)
class City:
    """The whole fixture."""

    organisations: tuple[dict[str, str], ...]
    people: tuple[dict[str, Any], ...]
    panel: dict[str, Any]
    ceiling: int
    projects: tuple[Project, ...]
    assessment: dict[str, Any]

    def only(self, organisations: tuple[str, ...]) -> "City":
        """Return the city with the projects of some organisations (the beginnings of their codes), its ceiling in proportion."""
        kept = tuple(project for project in self.projects if project.code.startswith(organisations))
        asked, kept_asked = (
            sum(project.goals[2027].request.fen for project in projects if 2027 in project.goals)
            for projects in (self.projects, kept)
        )
        return replace(self, projects=kept, ceiling=self.ceiling * kept_asked // asked)

    def of_year(self, year: int) -> list[Project]:
        """Return the projects with a request for ``year``."""
        return [project for project in self.projects if year in project.goals]


def load_city(path: Path = FIXTURE) -> City:
    """Read the fixture."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return City(
        organisations=tuple(raw["organisations"]),
        people=tuple(raw["people"]),
        panel=raw["panel"],
        ceiling=raw["ceiling"],
        projects=tuple(_project(item) for item in raw["projects"]),
        assessment=raw["assessment"],
    )


def _project(item: dict[str, Any]) -> Project:
    money = item["money"]
    return Project(
        code=item["code"],
        agency=item["agency"],
        path=item["path"],
        first_year=item["first_year"],
        source=item["from"],
        as_published=item["as_published"],
        protection=item["protection"],
        protected=item["protected"],
        protection_basis=item["protection_basis"],
        verdict=item["verdict"],
        recommended=int(item["recommended"]),
        story=item["story"],
        goals={int(year): GoalForm.model_validate(goal) for year, goal in item["goals"].items()},
        money=Money(
            money["carry_in"],
            money["adjustment"],
            tuple(money["received"]),
            tuple(money["paid"]),
            money["carry_out"],
        )
        if money
        else None,
        results=tuple(_values(row) for row in item["results"]),
        cause=item["cause"],
        dmu=item["dmu"],
    )


def _values(row: dict[str, Any]) -> Values:
    return Values(
        key=row["key"],
        actual=tuple(Decimal(value) for value in row.get("actual", ())),
        achievement=tuple(row.get("achievement", ())),
        tier_ratio=Decimal(row["tier_ratio"]) if "tier_ratio" in row else None,
    )
