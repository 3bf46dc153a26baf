"""Indicator systems: kept tables in, the outcome and the draft edition out. Imports pandas: for workers only."""

from datetime import date

from budgetperf.actions.context import Context
from budgetperf.rulebook.checking import checked_edition
from budgetperf.statistics.draft import Draft, draft_of
from budgetperf.statistics.form import IndexOrder, IndexSpec
from budgetperf.statistics.outcome import outcome_of
from budgetperf.statistics.records import IndexOutcome, IndexTables
from budgetperf.workbooks.index_tables import read_pairs, read_survey, read_values
from budgetperf.workbooks.tables import Table, read_table


def kept_tables(ctx: Context, order: IndexOrder) -> IndexTables:
    """Return the tables an order names by digest.

    Raises
    ------
    Invalid
        A file is no such table.
    """

    def table(digest: str, name: str) -> Table:
        return read_table(ctx.files.get(digest), name=name)

    return IndexTables(
        read_survey(table(order.survey, "重要性问卷")),
        read_values(table(order.measured, "指标数据表")),
        read_pairs(table(order.pairs, "两两比较表")) if order.pairs else None,
    )


def build(ctx: Context, order: IndexOrder) -> IndexOutcome:
    """Build an indicator system; the same order gives the same outcome."""
    return outcome_of(kept_tables(ctx, order), order)


def checked_draft(outcome: IndexOutcome, spec: IndexSpec, *, computed_on: date) -> Draft:
    """Return the draft edition after the rulebook has read it and run its examples.

    Raises
    ------
    Invalid
        No draft can be made, or the rulebook refuses it.
    """
    draft = draft_of(outcome, spec, computed_on=computed_on)
    checked_edition(draft.text.encode("utf-8"), name=draft.path)
    return draft
