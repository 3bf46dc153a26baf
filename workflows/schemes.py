"""``./bp schemes``: the rulebook on the command line.

Holds what each sub-verb prints and its exit code; the rules, their check and their comparison
stand in ``budgetperf.rulebook``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from budgetperf.errors import Invalid, NotFound
from budgetperf.provenance import SourceStatus
from budgetperf.rulebook.checking import checked_edition, demand_publishable, edition_files, misplaced
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.figures import Figure, figures, open_figures
from budgetperf.rulebook.judging import SCORED, Explained, compared, compared_assessments
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.library import NATIONAL, Rulebook
from budgetperf.rulebook.loader import Document
from budgetperf.rulebook.lock import ROOT
from budgetperf.rulebook.outline import outline, validity
from budgetperf.rulebook.reading import read_document
from budgetperf.rulebook.schema import edition_schema
from budgetperf.rulebook.skeletons import write_skeletons
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_mapping import blank_map
from budgetperf.scoring.assessment_template import template
from budgetperf.scoring.compare import Difference, Judgement
from budgetperf.scoring.grade import GradeRules

Say = Callable[[str], None]
ASSESSMENT = "unit_assessment"
_TOLD = 200
_DRAFTS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Known:
    """The editions spoken of: the packaged ones, and those published in a home.

    Parameters
    ----------
    rulebook : Rulebook
    published : mapping of str to bytes
        Text by id of those that are no packaged file.
    """

    rulebook: Rulebook
    published: Mapping[str, bytes]

    def document(self, edition: Edition) -> Document:
        """Return the values of an edition with their lines."""
        return read_document(self.raw(edition), name=edition.id)

    def raw(self, edition: Edition) -> bytes:
        """Return the text of an edition as it was locked or published."""
        return self.published.get(edition.id) or (ROOT / f"{edition.id}.yaml").read_bytes()


def packaged() -> Known:
    """Return the packaged editions: no database is needed."""
    return Known(Rulebook.load(), {})


def list_editions(say: Say, known: Known) -> int:
    """Print a line per edition: id, kind, title, the days it holds, how sure its figures are."""
    rulebook = known.rulebook
    head = ("编号", "种类", "名称", "有效期", "依据", "公开/实务/待核/约定")
    rows = [
        (
            edition.id,
            KINDS[edition.kind].label,
            edition.title,
            validity(rulebook.span(edition)),
            edition.source.status.label,
            _statuses(figures(edition, known.document(edition))),
        )
        for edition in rulebook.editions
    ]
    for line in table([head, *rows]):
        say(line)
    say(
        f"共 {len(rows)} 个版本；末列为各种依据状态的数字条数，来源留白的不算公开 / {len(rows)} editions, figures by status"
    )
    return 0


def show(say: Say, known: Known, name: str, *, as_of: date | None, today: date, as_yaml: bool = False) -> int:
    """Print one edition, or its text."""
    rulebook = known.rulebook
    edition = _find(rulebook, name, as_of=as_of, today=today, option="--as-of")
    if as_yaml:
        say(known.raw(edition).decode().removesuffix("\n"))
        return 0
    for line in outline(edition, rulebook.span(edition)):
        say(line)
    return 0


def check(say: Say, path: Path) -> int:
    """Check a file, or every file of a folder; 1 when one is refused."""
    refused = 0
    editions: list[Edition] = []
    files = edition_files(path)
    for file in files:
        try:
            edition = checked_edition(file.read_bytes(), name=str(file))
        except Invalid as error:
            refused += 1
            tell(say, error)
            continue
        editions.append(edition)
        say(f"{file} 通过：{edition.title}，{len(edition.examples)}个算例成立 / passes")
        if wanted := misplaced(edition, file):
            say(f"    发布时须放在 {wanted} / to be published as this file")
    try:
        demand_publishable(editions, Rulebook.load().editions)
    except Invalid as error:
        refused += 1
        tell(say, error)
    if refused:
        say(f"共检查 {len(files)} 个文件，{refused} 个须更正 / {refused} of {len(files)} to be corrected")
    return int(refused > 0)


def compare(
    say: Say, known: Known, sides: tuple[str, str], *, facts: Path, today: date, by: Path | None = None
) -> int:
    """Print the same facts under two editions; 1 when a draft, the facts or the map ``by`` are refused."""
    rulebook = known.rulebook
    try:
        left, right = (_find_or_read(rulebook, name, today=today) for name in sides)
        graded = (_grades(rulebook, left), _grades(rulebook, right))
        left_out: tuple[str, ...] = ()
        if by or left.kind == ASSESSMENT == right.kind:
            found, left_out = compared_assessments(facts, left, after=right, by=by)
        else:
            found = compared(facts, left, after=right, grades=graded)
    except Invalid as error:
        tell(say, error)
        return 1
    ungraded = (_ungraded(left, graded[0]), _ungraded(right, graded[1]))
    say(f"A：{left.id} {left.title}")
    say(f"B：{right.id} {right.title}")
    if left.kind == ASSESSMENT:
        for line in ("", *table(_places([explained.difference for explained in found]))):
            say(line)
    for explained in found:
        say("")
        for line in _difference(explained, ungraded):
            say(line)
    regraded = sum(item.difference.changes_grade for item in found)
    moved = sum(item.difference.before.total != item.difference.after.total for item in found)
    say("")
    if left_out:
        say(f"另有 {len(left_out)} 个对象只由一方考评，未比较：{_short('、'.join(left_out))}")
    say(f"共 {len(found)} 个评价对象：{moved} 个总分改变，{regraded} 个等级改变")
    say(f"{len(found)} evaluands: {moved} change total, {regraded} change grade")
    return 0


def print_map(say: Say, known: Known, sides: tuple[str, str], *, today: date) -> int:
    """Print the blank table that says what of one city's assessment stands where in the other's."""
    left, right = (assessment_edition(known.rulebook, name, today=today) for name in sides)
    titles = (f"{left.id} {left.title}", f"{right.id} {right.title}")
    rules = (left.rules_as(AssessmentRules), right.rules_as(AssessmentRules))
    say(blank_map(*rules, titles).removesuffix("\n"))
    return 0


def new_city(say: Say, name: str, *, folder: Path, valid_from: date) -> int:
    """Write the commented blanks of a city."""
    paths = write_skeletons(folder, name, valid_from=valid_from)
    for path in paths:
        say(f"已写出 {path} / written")
    say("请按文件中的说明填写每个【…】，然后运行：")
    say(f"Fill every 【…】 as the comments say, then run:  ./bp schemes check {folder / name}")
    return 0


def to_confirm(say: Say, known: Known) -> int:
    """Print every figure that still has to be confirmed, and every parameter a source leaves open."""
    count = 0
    for edition in known.rulebook.editions:
        found = open_figures(edition, known.document(edition))
        if not found:
            continue
        say(f"{edition.id}　{edition.title}")
        for figure in found:
            say(f"  第{figure.line}行 {figure.place}{f'【{figure.gap}】' if figure.gap else ''}")
            say(f"      现用值：{_short(figure.value)}")
            say(f"      {figure.source.status.label}：{figure.wording}")
        count += len(found)
    say(f"共 {count} 处待核实或由来源留白，现按上列缺省值执行 / {count} figures to confirm, used as shown")
    return 0


def schema(say: Say, kind: str) -> int:
    """Print the JSON schema of a kind of edition.

    Raises
    ------
    NotFound
        There is no such kind.
    """
    labels = {known.label: code for code, known in KINDS.items()}
    code = labels.get(kind, kind)
    if code not in KINDS:
        known = "、".join(f"{code}（{label}）" for label, code in labels.items())
        raise NotFound("schemes.kind", f"没有“{kind}”这个种类，应为 {known} 之一")
    say(edition_schema(code).removesuffix("\n"))
    return 0


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns; a Chinese sign takes two places.

    Examples
    --------
    >>> table([("甲", "b"), ("ccc", "d")])
    ['甲   b', 'ccc  d']
    """
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def edition_of_kind(
    rulebook: Rulebook, name: str, kind: str, *, today: date, as_of: date | None = None, option: str = ""
) -> Edition:
    """Return the edition of a kind called ``name``: a jurisdiction, an id, or a draft file.

    Parameters
    ----------
    rulebook : Rulebook
    name, kind : str
    today : date
    as_of : date, optional
        The day asked for; a whole id must hold then.
    option : str
        Where the caller asks for a day; empty when nowhere.

    Raises
    ------
    NotFound
        There is no such edition, or not on that day.
    Invalid
        ``schemes.kind`` if it is of another kind; the codes of ``check`` for a draft.
    """
    bare = "/" not in name and Path(name).suffix not in _DRAFTS
    sought = f"{name}/{kind}" if bare else name
    edition = _find_or_read(rulebook, sought, as_of=as_of, today=today, option=option)
    if edition.kind != kind:
        text = f"{edition.id} 是“{KINDS[edition.kind].label}”，不是“{KINDS[kind].label}”"
        raise Invalid("schemes.kind", f"{text}，{KINDS[kind].label}方案见 ./bp schemes list")
    return edition


def assessment_edition(
    rulebook: Rulebook, name: str, *, today: date, as_of: date | None = None, option: str = ""
) -> Edition:
    """Return the assessment scheme called ``name`` (see ``edition_of_kind``)."""
    return edition_of_kind(rulebook, name, ASSESSMENT, today=today, as_of=as_of, option=option)


def print_template(say: Say, known: Known, name: str, *, as_of: date | None, today: date) -> int:
    """Print what an assessment scheme asks for, with example facts: all of it a facts file itself."""
    edition = assessment_edition(known.rulebook, name, as_of=as_of, today=today, option="--as-of")
    title = f"{edition.id} {edition.title}"
    say(template(edition.rules_as(AssessmentRules), title).removesuffix("\n"))
    return 0


def tell(say: Say, error: Invalid) -> None:
    """Print what is refused, a finding a line with its file and line; of very many the first, and how many."""
    for line in [f"{finding.where} {finding.message}" for finding in error.findings[:_TOLD]] or [error.text]:
        say(line)
    more = len(error.findings) - _TOLD
    if more > 0:
        say(f"另有 {more} 处，更正后再运行即逐处列出 / {more} more")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _short(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…（共{len(text)}字）"


def _statuses(found: Sequence[Figure]) -> str:
    counts = Counter(figure.source.status for figure in found)
    return "/".join(str(counts[status]) for status in SourceStatus)


def _find(rulebook: Rulebook, name: str, *, as_of: date | None, today: date, option: str) -> Edition:
    """Return the edition called ``name``: a whole id, ``jurisdiction/kind``, or a kind as it holds here."""
    ids = [edition.id for edition in rulebook.editions]
    if name in ids:
        edition = rulebook.by_id(name)
        if as_of is not None and as_of not in rulebook.span(edition):
            days = validity(rulebook.span(edition))
            raise NotFound("rulebook.no_edition", f"{name} 在{as_of}无效，它的有效期是{days}，请改{option}")
        return edition
    jurisdiction, _, kind = name.rpartition("/")
    if kind in KINDS:
        try:
            return rulebook.get(kind, as_of or today, jurisdiction=jurisdiction)
        except NotFound as error:
            day = as_of or today
            raise _not_in_force(
                rulebook, jurisdiction or NATIONAL, error, as_of=day, option=option
            ) from error
    near = get_close_matches(name, [*ids, *KINDS], n=3, cutoff=0.4)
    hint = f"是否为 {'、'.join(near)}？" if near else ""
    raise NotFound("rulebook.no_edition", f"规则库中没有版本“{name}”。{hint}全部版本见 ./bp schemes list")


def _not_in_force(
    rulebook: Rulebook, jurisdiction: str, error: NotFound, *, as_of: date, option: str
) -> NotFound:
    """Return the refusal with the days the editions of a series do hold, where there are any."""
    series = jurisdiction, str(error.facts["kind"])
    held = [edition for edition in rulebook.editions if edition.series == series]
    if not held:
        return NotFound(error.code, f"规则库中没有 {'/'.join(series)}。全部版本见 ./bp schemes list")
    days = "；".join(f"{edition.id}，{validity(rulebook.span(edition))}" for edition in held)
    remedy = f"请用 {option} 写明其中的日期" if option else "请写全编号"
    text = f"{'/'.join(series)} 在{as_of}没有有效的版本。已有：{days}。{remedy}"
    return NotFound(error.code, text)


def _find_or_read(
    rulebook: Rulebook, name: str, *, today: date, as_of: date | None = None, option: str = ""
) -> Edition:
    """Return a published edition, or a draft when ``name`` is a file."""
    path = Path(name)
    if path.suffix in _DRAFTS:
        (file,) = edition_files(path)
        return checked_edition(file.read_bytes(), name=name)
    return _find(rulebook, name, as_of=as_of, today=today, option=option)


def _grades(rulebook: Rulebook, edition: Edition) -> GradeRules | None:
    """Return the grades that hold where and when ``edition`` begins, the nation's where a city has none."""
    for jurisdiction in (edition.jurisdiction, NATIONAL):
        try:
            found = rulebook.get("grades", edition.valid_from, jurisdiction=jurisdiction)
        except NotFound:
            continue
        return found.rules_as(GradeRules)
    return None


def _ungraded(edition: Edition, grades: GradeRules | None) -> str:
    """Say why a total under ``edition`` has no grade."""
    if grades is None and edition.kind in SCORED:
        return (
            f"不评等级：{edition.jurisdiction}和全国在{edition.valid_from}都没有有效的评价等级（grades）版本"
        )
    return "不评等级：该版本没有规定等级"


def _places(found: Sequence[Difference]) -> list[tuple[str, ...]]:
    """Return a heading and a row a unit, best under A first."""
    head = ("对象", "A名次", "A总分", "A等次", "B名次", "B总分", "B等次")
    ordered = sorted(found, key=lambda one: (one.before.rank or 0, -one.before.total, one.evaluand))
    return [head, *((one.evaluand, *_place(one.before), *_place(one.after)) for one in ordered)]


def _place(judgement: Judgement) -> tuple[str, str, str]:
    return str(judgement.rank), str(judgement.total), judgement.grade


def _difference(explained: Explained, ungraded: tuple[str, str]) -> list[str]:
    difference = explained.difference
    shown = [f"{difference.evaluand}：{difference.reason}"]
    sides = zip("AB", (difference.before, difference.after), explained.fitted, ungraded, strict=True)
    for side, judgement, told, why in sides:
        shown.append(
            f"  {side}　总分 {judgement.total}　{f'等级 {judgement.grade}' if judgement.grade else why}"
        )
        if told:
            shown.append(f"      {told}")
    for moved in difference.moved:
        shown.append(f"  {moved}")
        for traced, side in ((explained.before, "A"), (explained.after, "B")):
            if moved.key in traced:
                shown.append(f"      {side}　{re.sub(r'^[^：]*：', '', traced[moved.key], count=1)}")
    return shown
