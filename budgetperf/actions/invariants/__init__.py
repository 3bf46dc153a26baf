"""What must always be true of live data, one function per rule; ``./bp check`` runs them all.

They run on the owner's connection, which sees everything, read in sets or streams so that cost
grows no faster than the data, and change nothing::

    for invariant, findings in check_all(session, files): ...

A rule says what is broken and where; why it broke and what to repair is for people.
"""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.assessment import (
    check_forgotten_sheets_left_no_person,
    check_settled_claims_count_once,
    check_the_log_names_every_rating,
    check_unit_results_equal_their_package,
)
from budgetperf.actions.invariants.documents import (
    check_filings_have_their_digests,
    check_sheets_have_their_digests,
    check_typed_lines_equal_their_filing,
)
from budgetperf.actions.invariants.editions import check_published_editions_hold
from budgetperf.actions.invariants.log import (
    check_anchors_hold,
    check_bulk_openings_have_their_event,
    check_chains_have_no_gap,
    check_steps_have_their_event,
)
from budgetperf.actions.invariants.money import (
    check_approvals_equal_their_appropriations,
    check_budget_lines_equal_their_parts,
    check_lines_equal_their_document,
    check_no_objection_is_left_undecided,
    check_payments_stay_within_the_budget,
    check_requests_equal_their_lines,
    check_the_identity_of_every_limit,
    check_the_identity_of_every_round,
)
from budgetperf.actions.invariants.people import (
    check_approvals_have_a_named_approver,
    check_doers_held_the_permission,
    check_the_two_person_rule,
)
from budgetperf.actions.invariants.records import (
    check_paths_follow_the_evaluand,
    check_status_is_that_of_the_last_step,
    check_steps_follow_the_table,
)
from budgetperf.actions.invariants.results import (
    check_bands_equal_their_baseline,
    check_decisions_have_their_digest,
    check_final_limits_equal_their_package,
    check_lights_equal_their_package,
    check_scores_equal_their_package,
)
from budgetperf.actions.invariants.rows import Check, Invariant
from budgetperf.actions.invariants.sealed import (
    check_the_ledger_equals_its_batches,
    check_the_log_names_every_attachment,
    check_the_log_names_every_decision,
    check_the_log_names_every_filing,
    check_the_log_names_every_limit,
    check_the_log_names_every_sheet,
)
from budgetperf.actions.invariants.stored import (
    check_files_on_disk_are_registered,
    check_referenced_files_are_registered,
    check_registered_files_are_on_disk,
)
from budgetperf.actions.invariants.wall import (
    check_append_only_tables_refuse_changes,
    check_the_app_role_owns_nothing,
    check_the_wall_stands,
)
from budgetperf.findings import Finding
from budgetperf.store.files import FileStore

__all__ = ["INVARIANTS", "Check", "Invariant", "check_all"]

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("申报总额等于资金明细", check_requests_equal_their_lines),
    Invariant("批复金额等于下达指标", check_approvals_equal_their_appropriations),
    Invariant("支付不超过可用预算", check_payments_stay_within_the_budget),
    Invariant("控制数各行等于其核减与调整明细", check_budget_lines_equal_their_parts),
    Invariant("控制数各行等于其存档结果", check_lines_equal_their_document),
    Invariant("控制数＝申报数－核减＋调整", check_the_identity_of_every_limit),
    Invariant("控制数合计＋未分配＝可用财力", check_the_identity_of_every_round),
    Invariant("定稿前异议均已答复", check_no_objection_is_left_undecided),
    Invariant("定稿控制数等于其决策包", check_final_limits_equal_their_package),
    Invariant("审批均有具名审批人", check_approvals_have_a_named_approver),
    Invariant("双人复核", check_the_two_person_rule),
    Invariant("经办人有相应权限", check_doers_held_the_permission),
    Invariant("状态等于最后一步", check_status_is_that_of_the_last_step),
    Invariant("每一步都在流程表中", check_steps_follow_the_table),
    Invariant("数据范围与评价对象一致", check_paths_follow_the_evaluand),
    Invariant("每一步都有日志事件", check_steps_have_their_event),
    Invariant("批量下达都有日志事件", check_bulk_openings_have_their_event),
    Invariant("填报与日志所记一致", check_the_log_names_every_filing),
    Invariant("专家评分表与日志所记一致", check_the_log_names_every_sheet),
    Invariant("决策包均有日志记载", check_the_log_names_every_decision),
    Invariant("佐证材料与日志所记一致", check_the_log_names_every_attachment),
    Invariant("收支台账与日志所记一致", check_the_ledger_equals_its_batches),
    Invariant("控制数与日志所记一致", check_the_log_names_every_limit),
    Invariant("日志链无缺号、无改动", check_chains_have_no_gap),
    Invariant("时间锚成立", check_anchors_hold),
    Invariant("填报内容与其摘要一致", check_filings_have_their_digests),
    Invariant("专家评分表与其摘要一致", check_sheets_have_their_digests),
    Invariant("明细行与填报内容一致", check_typed_lines_equal_their_filing),
    Invariant("决策包与其摘要一致", check_decisions_have_their_digest),
    Invariant("得分与等级等于其决策包", check_scores_equal_their_package),
    Invariant("亮灯等于其决策包", check_lights_equal_their_package),
    Invariant("成本区间等于其基线", check_bands_equal_their_baseline),
    Invariant("考评结果等于其决策包", check_unit_results_equal_their_package),
    Invariant("生效的加减分计且仅计一次", check_settled_claims_count_once),
    Invariant("考评评分表与日志所记一致", check_the_log_names_every_rating),
    Invariant("到期清除的评分不留姓名", check_forgotten_sheets_left_no_person),
    Invariant("已发布的规则版本与日志所记一致", check_published_editions_hold),
    Invariant("登记的文件都在库中且未改动", check_registered_files_are_on_disk),
    Invariant("库中的文件都已登记", check_files_on_disk_are_registered),
    Invariant("引用的文件都已登记", check_referenced_files_are_registered),
    Invariant("行级安全策略齐全", check_the_wall_stands),
    Invariant("只增表拒绝改动", check_append_only_tables_refuse_changes),
    Invariant("应用角色不拥有任何对象", check_the_app_role_owns_nothing),
)


def check_all(session: Session, files: FileStore) -> Iterator[tuple[Invariant, tuple[Finding, ...]]]:
    """Check every rule in order, on a session of the owner."""
    for invariant in INVARIANTS:
        yield invariant, tuple(invariant.check(session, files))
