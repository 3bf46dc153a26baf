"""Which findings stop a move: those heavy enough, unless waived until a later day."""

from datetime import date

from budgetperf.findings import Finding, Severity, Waiver, Where, blocking

DAY = date(2025, 6, 30)


def make_finding(severity: Severity, code: str = "goals.weights_sum") -> Finding:
    return Finding(code, severity, Where(pointer="/indicators"), "权重合计应为90")


NOTE, WARNING, ERROR = (make_finding(severity) for severity in Severity)


def test_severities_are_ordered() -> None:
    assert [severity.rank for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)] == [0, 1, 2]


def test_findings_block_from_the_given_severity_up() -> None:
    every = (NOTE, WARNING, ERROR)
    assert blocking(every, Severity.ERROR, (), DAY) == (ERROR,)
    assert blocking(every, Severity.WARNING, (), DAY) == (WARNING, ERROR)
    assert blocking(every, Severity.NOTE, (), DAY) == every
    assert blocking((), Severity.NOTE, (), DAY) == ()


def test_a_waiver_holds_until_its_day_and_no_longer() -> None:
    def waived(until: date) -> bool:
        waiver = Waiver("goals.weights_sum", "person-head", "政策调整", until)
        return blocking((ERROR,), Severity.ERROR, (waiver,), DAY) == ()

    assert waived(date(2025, 7, 1))
    assert not waived(DAY)
    assert not waived(date(2025, 6, 29))


def test_a_waiver_lets_only_its_own_code_pass() -> None:
    other = make_finding(Severity.ERROR, "goals.funds_sum")
    waiver = Waiver("goals.weights_sum", "person-head", "政策调整", date(2026, 1, 1))
    assert blocking((ERROR, other), Severity.ERROR, (waiver,), DAY) == (other,)


def test_a_place_is_a_cell_or_a_pointer() -> None:
    assert str(Where(sheet="绩效目标表", cell="F12")) == "绩效目标表!F12"
    assert str(Where(pointer="/indicators/0/weight")) == "/indicators/0/weight"
    assert str(Where()) == ""
