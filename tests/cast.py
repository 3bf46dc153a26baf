"""A small city and its people, the same in every test: two departments, four agencies, an expert pool.

Who they are and what they file; ``tests/story.py`` lets them act. Nothing here asks a database but ``enter``.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from budgetperf.actions.accounts import (
    GrantForm,
    OrganisationForm,
    PersonForm,
    create_organisation,
    create_person,
)
from budgetperf.actions.context import Context, SeededIds
from budgetperf.evaluands import OrganisationKind
from budgetperf.lifecycle.goals.form import GoalForm, NewRequestForm
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.scoring.exante import Specialism

NOW = datetime(2025, 10, 13, 1, 0, tzinfo=UTC)  # a Monday morning in Shanghai
YEAR = 2026  # the budget year requests are filed for
PASSWORD = "预算-绩效-2025"  # of everybody

CITY = "01"
FINANCE = "01.0100"
WATER = "01.0102"
WATER_SUPPLY = "01.0102.010201"
DRAINAGE = "01.0102.010202"
EDUCATION = "01.0103"
SCHOOLS = "01.0103.010301"
LIBRARY = "01.0103.010302"
POOL = "01.0199"

_K = OrganisationKind
ORGANISATIONS: tuple[tuple[str, str, OrganisationKind], ...] = (
    (CITY, "海州市", _K.CITY),
    (FINANCE, "海州市财政局", _K.FINANCE),
    (WATER, "海州市水务局", _K.DEPARTMENT),
    (WATER_SUPPLY, "海州市供水中心", _K.AGENCY),
    (DRAINAGE, "海州市排水中心", _K.AGENCY),
    (EDUCATION, "海州市教育局", _K.DEPARTMENT),
    (SCHOOLS, "海州市第一中学", _K.AGENCY),
    (LIBRARY, "海州市图书馆", _K.AGENCY),
    (POOL, "海州市评审专家库", _K.PANEL),
)


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody of the cast with their sign-in."""

    login: str
    name: str
    organisation: str
    role: Role
    scope: str
    specialism: Specialism | None = None

    @property
    def actor(self) -> Actor:
        """The person as the actions know them."""
        return Actor(f"person-{self.login}", self.name, (Grant(self.role, self.scope),))


def _player(login: str, name: str, place: str, role: Role, *, scope: str | None = None) -> Player:
    return Player(login, name, place, role, place if scope is None else scope)


def _expert(number: int, name: str, specialism: Specialism) -> Player:
    return Player(f"expert{number}", name, POOL, Role.EXPERT, "", specialism)


_R = Role
PLAYERS: tuple[Player, ...] = (
    _player("clerk", "陈小雨", WATER_SUPPLY, _R.CLERK),
    _player("clerk2", "周明", WATER_SUPPLY, _R.CLERK),
    _player("drainage", "吴江", DRAINAGE, _R.CLERK),
    _player("reviewer", "林海", WATER, _R.DEPARTMENT_REVIEWER),
    _player("school", "赵敏", SCHOOLS, _R.CLERK),
    _player("library", "孙书", LIBRARY, _R.CLERK),
    _player("education", "钱文", EDUCATION, _R.DEPARTMENT_REVIEWER),
    _player("finance", "郑财", FINANCE, _R.FINANCE_REVIEWER, scope=""),
    _player("finance2", "冯算", FINANCE, _R.FINANCE_REVIEWER, scope=""),
    _player("head", "蒋局", FINANCE, _R.FINANCE_HEAD, scope=""),
    _player("rules", "沈规", FINANCE, _R.RULES_OFFICE, scope=""),
    _player("auditor", "韩审", FINANCE, _R.AUDITOR, scope=""),
    _player("admin", "杨管", FINANCE, _R.ADMINISTRATOR, scope=""),
    _player("water", "秦水", WATER, _R.CLERK),
    _player("teacher", "尤教", EDUCATION, _R.CLERK),
    _player("leader", "唐局", WATER, _R.LEADER),
    _player("leader2", "许局", EDUCATION, _R.LEADER),
    _player("deputy", "罗中心", WATER_SUPPLY, _R.LEADER),
    _player("office", "高考", FINANCE, _R.ASSESSMENT_OFFICE, scope=""),
    _player("office2", "邓评", FINANCE, _R.ASSESSMENT_OFFICE, scope=""),
    _player("chief", "曹组长", FINANCE, _R.ASSESSMENT_HEAD, scope=""),
    _player("rater1", "评分一", FINANCE, _R.PARTICIPANT, scope=""),
    _player("rater2", "评分二", FINANCE, _R.PARTICIPANT, scope=""),
    _player("staff1", "员工一", WATER_SUPPLY, _R.PARTICIPANT, scope=""),
    _player("staff2", "员工二", WATER_SUPPLY, _R.PARTICIPANT, scope=""),
    _expert(1, "专家甲", Specialism.BUSINESS),
    _expert(2, "专家乙", Specialism.BUSINESS),
    _expert(3, "专家丙", Specialism.BUSINESS),
    _expert(4, "专家丁", Specialism.MANAGEMENT),
    _expert(5, "专家戊", Specialism.MANAGEMENT),
    _expert(6, "专家己", Specialism.MANAGEMENT),
    _expert(7, "专家庚", Specialism.FINANCE),
    _expert(8, "专家辛", Specialism.FINANCE),
    _expert(9, "专家壬", Specialism.FINANCE),
)
_BY_LOGIN = {player.login: player for player in PLAYERS}


def player(login: str) -> Player:
    """Somebody of the cast by login."""
    return _BY_LOGIN[login]


CLERK = player("clerk").actor
SECOND_CLERK = player("clerk2").actor
DRAINAGE_CLERK = player("drainage").actor
REVIEWER = player("reviewer").actor
SCHOOL_CLERK = player("school").actor
LIBRARY_CLERK = player("library").actor
EDUCATION_REVIEWER = player("education").actor
FINANCE_REVIEWER = player("finance").actor
SECOND_FINANCE_REVIEWER = player("finance2").actor
FINANCE_HEAD = player("head").actor
RULES_OFFICE = player("rules").actor
AUDITOR = player("auditor").actor
ADMINISTRATOR = player("admin").actor
WATER_CLERK = player("water").actor
EDUCATION_CLERK = player("teacher").actor
LEADER = player("leader").actor
EDUCATION_LEADER = player("leader2").actor
ASSESSMENT_OFFICE = player("office").actor
SECOND_OFFICE = player("office2").actor
ASSESSMENT_HEAD = player("chief").actor
RATERS: tuple[Actor, ...] = (player("rater1").actor, player("rater2").actor)
STAFF: tuple[Actor, ...] = (player("staff1").actor, player("staff2").actor)
EXPERTS: tuple[Actor, ...] = tuple(one.actor for one in PLAYERS if one.role is Role.EXPERT)
FOUNDER = Actor("founder", "系统初始化", (Grant(Role.ADMINISTRATOR, ""),))

ONE_PER_ROLE: dict[Role, Actor] = {
    Role.CLERK: CLERK,
    Role.DEPARTMENT_REVIEWER: REVIEWER,
    Role.FINANCE_REVIEWER: FINANCE_REVIEWER,
    Role.FINANCE_HEAD: FINANCE_HEAD,
    Role.RULES_OFFICE: RULES_OFFICE,
    Role.EXPERT: EXPERTS[0],
    Role.AUDITOR: AUDITOR,
    Role.ADMINISTRATOR: ADMINISTRATOR,
    Role.LEADER: LEADER,
    Role.ASSESSMENT_OFFICE: ASSESSMENT_OFFICE,
    Role.ASSESSMENT_HEAD: ASSESSMENT_HEAD,
    Role.PARTICIPANT: STAFF[0],
}


def by_id(person_id: str) -> Actor:
    """Somebody of the cast by id."""
    return player(person_id.removeprefix("person-")).actor


@dataclass(slots=True)
class FirstId:
    """One id that is known beforehand, then seeded ones."""

    first: str
    rest: SeededIds = field(init=False)
    given: bool = False

    def __post_init__(self) -> None:
        self.rest = SeededIds(self.first)

    def new(self) -> str:
        """Return the known id once, then others."""
        if self.given:
            return self.rest.new()
        self.given = True
        return self.first


def quick_hasher() -> PasswordHash:
    """Argon2 at its cheapest: what a test signs in with need not be hard to guess."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


def enter(ctx: Context) -> None:
    """Found the city and give everybody their account, through the actions."""
    for path, name, kind in ORGANISATIONS:
        parent, _, code = path.rpartition(".")
        create_organisation(ctx, OrganisationForm(code=code, name=name, kind=kind, parent_path=parent))
    password_hash = quick_hasher().hash(PASSWORD)
    for one in PLAYERS:
        form = PersonForm(
            login=one.login,
            name=one.name,
            organisation_path=one.organisation,
            grants=(GrantForm(role=one.role, scope=one.scope),),
            specialism=one.specialism,
        )
        known = Context(ctx.session, ctx.actor, ctx.now, FirstId(one.actor.id), ctx.packaged, ctx.files)
        create_person(known, form, password_hash)


# ---------------------------------------------------------------------- forms


def wan(value: str) -> dict[str, str]:
    """An amount in 万元 as a form takes it."""
    return {"value": value, "unit": "wan"}


def make_new_request(**changes: object) -> NewRequestForm:
    """The form that opens a request."""
    document: dict[str, object] = {
        "fiscal_year": YEAR, "project_name": "供水管网改造", "function_code": "2120303", "nature": "one_off", "origin": "new",
    }  # fmt: skip
    return NewRequestForm.model_validate(document | changes)


def make_indicator(level2: str, name: str, weight: str, **changes: object) -> dict[str, object]:
    """One indicator row."""
    row: dict[str, object] = {
        "level2": level2, "name": name, "operator": "ge", "target": "95", "uom": "%", "weight": weight, "direction": "forward",
    }  # fmt: skip
    return row | changes


def make_goal_form(amount: str = "100", **changes: object) -> GoalForm:
    """A sound request of ``amount`` 万元, four fifths of it from the general budget."""
    general = format(Decimal(amount) * 4 / 5, "f")
    rest = format(Decimal(amount) / 5, "f")
    document: dict[str, object] = {
        "project_name": "供水管网改造", "agency_name": "海州市供水中心", "fiscal_year": YEAR, "amount_unit": "wan",
        "function_code": "2120303", "nature": "one_off", "origin": "new",
        "starts_on": f"{YEAR}-01-01", "ends_on": f"{YEAR}-12-31",
        "basis": "民生实事", "overall_goal": "改造管网12公里", "request": wan(amount),
        "funds": [{"source": "general", "amount": wan(general)}, {"source": "other", "amount": wan(rest)}],
        "indicators": [
            make_indicator("quantity", "改造管网长度", "30", target="12", uom="公里"),
            make_indicator("quality", "验收合格率", "20"),
            make_indicator("social", "水质合格率", "30"),
            make_indicator("satisfaction", "居民满意度", "10"),
        ],
    }  # fmt: skip
    return GoalForm.model_validate(document | changes)
