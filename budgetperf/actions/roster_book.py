"""The roster of a campaign as a workbook: as kept, or with nothing but the suppliers that the edition names."""

from collections.abc import Iterator, Mapping

from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.lifecycle.unit_assessment.cells import leaf_groups, rated_periods, rater_groups
from budgetperf.lifecycle.unit_assessment.form import RosterForm
from budgetperf.store.campaigns import SeatFacts, get_campaign, seats_of, suppliers_of
from budgetperf.store.organisations import organisations
from budgetperf.store.people import logins_of
from budgetperf.store.records import RecordFacts
from budgetperf.workbooks.table_form import Locked, Part, Row, Shown, TableBook

NAME = "对象名称"
NOTE = "浅黄色单元格为填报项，带*的必填；灰色表头和白色单元格请勿改动；可以增加行，整行留空的不读取。选中单元格可看到填写要求。"
"""What stands above every table that is handed out."""


def roster_book(ctx: Context, record: RecordFacts, blank: bool) -> TableBook:  # noqa: FBT001 - one shape for all
    """Return the roster as kept, or with nothing but the suppliers the edition names."""
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    groups, raters = leaf_groups(work.scheme), rater_groups(work.scheme)
    codes = [
        *(("分组", key, label) for key, label in groups.items()),
        *(("数据提供方", one.key, one.label) for one in work.rules.suppliers),
        *(("评分人类别", key, label) for key, label in raters.items()),
        *(("单位编码", node.code, node.name) for node in organisations(ctx.session)),
    ]
    parts = {
        "units": Part(
            () if blank else tuple(_units(ctx, work)), choices={"group": tuple(_offered(groups).values())}
        ),
        "suppliers": Part(tuple(_suppliers(ctx, work, blank=blank)), (Shown(NAME, "supplier", 28),), spare=0),
        "raters": Part(
            () if blank else tuple(_raters(ctx, work)),
            choices={"rater_group": tuple(_offered(raters).values())},
        ),
    }
    note = f"{NOTE}重新导入的名单整体替换原名单。"
    return TableBook(RosterForm, f"{record.name}考评名单", "", note, parts, tuple(codes))


def _offered(known: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a cell is chosen from, by code: the labels, or the codes where two have one label."""
    return known if len(set(known.values())) == len(known) else {key: key for key in known}


def _units(ctx: Context, work: Work) -> Iterator[Row]:
    logins = logins_of(ctx.session, (one for unit in work.units for one in (unit.person_id, unit.leader_id)))
    codes = {node.path: node.code for node in organisations(ctx.session)}
    groups = _offered(leaf_groups(work.scheme))
    for unit in work.units:
        yield {
            "code": unit.code,
            "name": unit.name,
            "group": groups.get(unit.group_key, unit.group_key),
            "organisation": codes.get(unit.path, ""),
            "person": logins.get(unit.person_id or "", ""),
            "leader": logins.get(unit.leader_id or "", ""),
            "owner": unit.owner,
        }


def _suppliers(ctx: Context, work: Work, *, blank: bool) -> Iterator[Row]:
    codes = {node.path: node.code for node in organisations(ctx.session)}
    known = {one.supplier: codes.get(one.path, "") for one in suppliers_of(ctx.session, work.campaign.id)}
    for one in work.rules.suppliers:
        named_here = "" if blank else known.get(one.key, "")
        yield {"supplier": Locked(one.key), NAME: one.label, "organisation": named_here}


def _raters(ctx: Context, work: Work) -> Iterator[Row]:
    seats = seats_of(ctx.session, work.campaign.id)
    logins = logins_of(ctx.session, (seat.person_id for seat in seats))
    groups = _offered(rater_groups(work.scheme))
    for seat in seats:
        units = "" if _rates_all(work, seat) else "、".join(seat.units)
        group = groups.get(seat.rater_group, seat.rater_group)
        yield {"rater_group": group, "login": logins.get(seat.person_id or "", ""), "units": units}


def _rates_all(work: Work, seat: SeatFacts) -> bool:
    """Tell whether a rater rates everybody their group rates, but themselves."""
    rated = {
        unit.code
        for unit in work.units
        if rated_periods(work.scheme, [unit.member()], seat.rater_group)
        and not (unit.person_id and unit.person_id == seat.person_id)
    }
    return rated == set(seat.units)
