"""What is evaluated (评价对象), and who owns it in the organisation tree."""

from dataclasses import dataclass

from budgetperf.terms import Term


class EvaluandKind(Term):
    """What kind of thing is evaluated."""

    PROJECT = "project", "项目"
    POLICY = "policy", "政策"
    DEPARTMENT = "department", "部门整体"
    TRANSFER = "transfer", "转移支付"


class ProjectNature(Term):
    """Whether the spending recurs (项目属性)."""

    RECURRENT = "recurrent", "经常性"
    ONE_OFF = "one_off", "一次性"


class ProjectOrigin(Term):
    """Whether the project is new (新增/延续)."""

    NEW = "new", "新增"
    CONTINUED = "continued", "延续"


class Protection(Term):
    """Why a line is protected; the first three are the 三保."""

    BASIC_LIVELIHOOD = "basic_livelihood", "保基本民生"
    WAGES = "wages", "保工资"
    OPERATION = "operation", "保运转"
    STATUTORY = "statutory", "法定支出"
    CONTRACT = "contract", "合同约定"


class OrganisationKind(Term):
    """A node of the organisation tree."""

    CITY = "city", "市本级"
    FINANCE = "finance", "财政部门"
    DEPARTMENT = "department", "主管部门"
    AGENCY = "agency", "预算单位"
    PANEL = "panel", "专家库"


@dataclass(frozen=True, slots=True)
class Evaluand:
    """What is evaluated and who owns it.

    Parameters
    ----------
    id, code, name : str
    kind : EvaluandKind
    path : str
        Organisation path of the owning agency, e.g. ``"01.0203"``; prefixes are its superiors.
    """

    id: str
    code: str
    name: str
    kind: EvaluandKind
    path: str


def within(path: str, scope: str) -> bool:
    """Tell whether organisation ``path`` is ``scope`` or lies below it.

    Examples
    --------
    >>> within("01.0203", "01"), within("01.0203", "01.02"), within("01", "01")
    (True, False, True)
    """
    return scope in {"", path} or path.startswith(scope + ".")
