"""./bp check: a healthy city has nothing to tell, and each rule, once broken, is told by its check."""

import os
import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions.invariants import INVARIANTS, check_all, stored
from budgetperf.actions.invariants.wall import APPEND_ONLY, OPEN_TABLES
from budgetperf.findings import Finding, Severity
from budgetperf.store.files import FileStore
from budgetperf.store.tables import metadata
from tests.actions.year import City

ONE_LINE = "(SELECT id FROM budget_line WHERE cuts_fen > 0 ORDER BY id LIMIT 1)"

BREAKAGES: tuple[tuple[str, str], ...] = (
    ("requests_equal_their_lines", "UPDATE fund_line SET amount_fen = amount_fen + 1 WHERE position = 1"),
    ("requests_equal_their_lines", "DELETE FROM fund_line"),
    (
        "requests_equal_their_lines",
        """UPDATE filing SET document = jsonb_set(document, '{request}', '"1"') WHERE form = 'GoalForm'""",
    ),
    (
        "approvals_equal_their_appropriations",
        "UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE kind = 'appropriation'",
    ),
    ("approvals_equal_their_appropriations", "DELETE FROM ledger_entry WHERE kind = 'appropriation'"),
    (
        "payments_stay_within_the_budget",
        "UPDATE ledger_entry SET amount_fen = amount_fen * 100 WHERE kind = 'payment'",
    ),
    ("approvals_equal_their_appropriations", "DELETE FROM filing WHERE form = 'ApprovalForm'"),
    (
        "approvals_equal_their_appropriations",
        """INSERT INTO ledger_entry SELECT 'x', evaluand_id, fiscal_year, kind, on_date, 100, source, economic_code,
             '另文', recorded_by, now() FROM ledger_entry WHERE kind = 'appropriation' LIMIT 1""",
    ),
    ("no_objection_is_left_undecided", "UPDATE record SET status = 'filed' WHERE stage = 'objection'"),
    (
        "budget_lines_equal_their_parts",
        f"UPDATE cut_line SET applied_fen = applied_fen - 1 WHERE line_id = {ONE_LINE}",
    ),
    ("budget_lines_equal_their_parts", "DELETE FROM adjustment_line"),
    ("lines_equal_their_document", """UPDATE budget_line SET result = jsonb_set(result, '{limit}', '"1"')"""),
    ("lines_equal_their_document", """UPDATE budget_line SET result = jsonb_set(result, '{line}', '"X"')"""),
    (
        "the_identity_of_every_limit",
        f"UPDATE budget_line SET limit_fen = limit_fen + 1 WHERE id = {ONE_LINE}",
    ),
    ("the_identity_of_every_round", "UPDATE limit_round SET unallocated_fen = unallocated_fen + 1"),
    ("the_identity_of_every_round", "DELETE FROM budget_line WHERE limit_fen > 0"),
    ("final_limits_equal_their_package", "DELETE FROM decision WHERE kind = 'limit'"),
    (
        "final_limits_equal_their_package",
        """UPDATE decision SET result = jsonb_set(result, '{limit}', '"1"') WHERE kind = 'limit'""",
    ),
    ("approvals_have_a_named_approver", "DELETE FROM step WHERE stage = 'request' AND verb = 'approve'"),
    ("approvals_have_a_named_approver", "UPDATE person SET name = '' WHERE login = 'head'"),
    (
        "the_two_person_rule",
        """UPDATE step SET actor_id = 'person-clerk' WHERE verb = 'review' AND record_id IN (
             SELECT record_id FROM step WHERE verb = 'file' AND actor_id = 'person-clerk')""",
    ),
    ("doers_held_the_permission", "UPDATE step SET actor_id = 'person-auditor' WHERE verb = 'store'"),
    (
        "doers_held_the_permission",
        "UPDATE step SET actor_id = 'person-education' WHERE path = '01.0102.010201' AND verb = 'review'",
    ),
    (
        "status_is_that_of_the_last_step",
        "UPDATE record SET status = 'stored' WHERE stage = 'request' AND status = 'rejected'",
    ),
    ("status_is_that_of_the_last_step", "UPDATE record SET version = version + 1"),
    (
        "steps_follow_the_table",
        "UPDATE step SET target = 'approved' WHERE stage = 'request' AND verb = 'accept'",
    ),
    ("steps_follow_the_table", "DELETE FROM step WHERE stage = 'request' AND verb = 'review'"),
    ("paths_follow_the_evaluand", "UPDATE record SET path = '01.0103.010301' WHERE path = '01.0102.010201'"),
    ("paths_follow_the_evaluand", "UPDATE step SET path = '' WHERE path = '01.0102.010201'"),
    ("paths_follow_the_evaluand", "UPDATE budget_line SET path = '01'"),
    ("steps_have_their_event", "DELETE FROM event WHERE kind = 'request.store'"),
    ("steps_have_their_event", "DELETE FROM step WHERE verb = 'store'"),
    ("steps_have_their_event", "UPDATE step SET actor_id = 'person-finance' WHERE verb = 'store'"),
    ("bulk_openings_have_their_event", "DELETE FROM event WHERE kind = 'monitoring.open'"),
    (
        "bulk_openings_have_their_event",
        "DELETE FROM step WHERE id = (SELECT min(id) FROM step WHERE stage = 'self_evaluation' AND verb = 'open')",
    ),
    (
        "bulk_openings_have_their_event",
        """UPDATE event SET payload = jsonb_set(payload, '{root}', '"0"') WHERE kind = 'monitoring.open'""",
    ),
    (
        "chains_have_no_gap",
        """UPDATE event SET payload = jsonb_set(payload, '{reason}', '"另写"') WHERE kind = 'request.review'""",
    ),
    ("chains_have_no_gap", "DELETE FROM event WHERE chain = 'LIMITS-2026' AND number = 3"),
    ("chains_have_no_gap", "DELETE FROM event WHERE chain = 'LIMITS-2026' AND number = 6"),
    ("chains_have_no_gap", "DELETE FROM event WHERE chain = 'LIMITS-2026'"),
    ("chains_have_no_gap", "DELETE FROM chain_head WHERE chain = 'LIMITS-2026'"),
    ("chains_have_no_gap", "UPDATE chain_head SET sequence = sequence + 1 WHERE chain = 'LIMITS-2026'"),
    ("chains_have_no_gap", "UPDATE event SET sequence = 100000 WHERE chain = 'LIMITS-2026' AND number = 2"),
    ("anchors_hold", "UPDATE anchor SET root = prev WHERE number = 2"),
    ("anchors_hold", "UPDATE anchor SET at = at + interval '1 second' WHERE number = 1"),
    ("anchors_hold", "DELETE FROM anchor WHERE number = 1"),
    ("anchors_hold", "DELETE FROM event WHERE chain = 'LIMITS-2026' AND number = 6"),
    (
        "filings_have_their_digests",
        """UPDATE filing SET document = document || '{"approved": "1"}' WHERE form = 'ApprovalForm'""",
    ),
    (
        "filings_have_their_digests",
        """UPDATE filing SET document = document || '{"weight": 0.5}' WHERE form = 'GoalForm'""",
    ),
    (
        "sheets_have_their_digests",
        """UPDATE panel_rating SET document = jsonb_set(document, '{opinion}', '"改"')""",
    ),
    ("typed_lines_equal_their_filing", "UPDATE indicator_line SET weight = weight + 1 WHERE key = '1'"),
    ("typed_lines_equal_their_filing", "DELETE FROM indicator_line WHERE key = '2'"),
    ("typed_lines_equal_their_filing", "UPDATE fund_line SET source = 'debt' WHERE position = 2"),
    (
        "typed_lines_equal_their_filing",
        "UPDATE filing SET document = document - 'request' WHERE form = 'GoalForm'",
    ),
    ("typed_lines_equal_their_filing", "DELETE FROM filing WHERE form = 'GoalForm'"),
    ("decisions_have_their_digest", "UPDATE decision SET subject = 'X' WHERE kind = 'cut'"),
    (
        "decisions_have_their_digest",
        """UPDATE decision SET facts = facts || '{"total": 0.5}' WHERE kind = 'grade'""",
    ),
    ("scores_equal_their_package", "UPDATE score SET total = total + 1"),
    ("scores_equal_their_package", "UPDATE score SET grade = 'excellent' WHERE grade = 'poor'"),
    ("scores_equal_their_package", "UPDATE score SET decision_id = 'x'"),
    ("lights_equal_their_package", "UPDATE light SET execution = 'green' WHERE execution = 'red'"),
    ("lights_equal_their_package", "UPDATE light SET goals_reason = '改'"),
    ("lights_equal_their_package", "UPDATE light SET warnings = '改'"),
    ("bands_equal_their_baseline", "UPDATE cost_band SET upper_fen = upper_fen + 10000"),
    ("bands_equal_their_baseline", """UPDATE cost_band SET uppers = uppers || '{"quantile": 1}'"""),
    ("the_log_names_every_filing", "UPDATE filing SET digest = repeat('a', 64) WHERE form = 'ApprovalForm'"),
    ("the_log_names_every_filing", "UPDATE filing SET file_digest = NULL WHERE file_digest IS NOT NULL"),
    (
        "the_log_names_every_filing",
        "UPDATE filing SET filed_by = 'person-admin' WHERE form = 'MonitoringForm'",
    ),
    ("the_log_names_every_filing", "DELETE FROM event WHERE kind = 'rectification.open'"),
    ("the_log_names_every_sheet", "UPDATE panel_rating SET digest = repeat('a', 64)"),
    ("the_log_names_every_decision", "UPDATE decision SET digest = repeat('a', 64) WHERE kind = 'score'"),
    ("the_log_names_every_decision", "UPDATE decision SET digest = repeat('a', 64) WHERE kind = 'benefit'"),
    ("the_log_names_every_decision", "UPDATE decision SET digest = repeat('a', 64) WHERE kind = 'baseline'"),
    ("the_log_names_every_attachment", "UPDATE attachment SET effective_on = effective_on - 1"),
    (
        "the_ledger_equals_its_batches",
        "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE kind = 'payment'",
    ),
    (
        "the_ledger_equals_its_batches",
        "UPDATE ledger_entry SET document_number = '另号' WHERE kind = 'payment' AND on_date = '2025-03-20'",
    ),
    (
        "the_ledger_equals_its_batches",
        "DELETE FROM ledger_entry WHERE kind = 'payment' AND on_date = '2025-12-20'",
    ),
    ("the_ledger_equals_its_batches", "DELETE FROM event WHERE kind = 'ledger.record'"),
    (
        "the_ledger_equals_its_batches",
        "UPDATE ledger_entry SET recorded_at = now() WHERE kind = 'appropriation'",
    ),
    ("the_log_names_every_limit", "UPDATE budget_line SET limit_fen = limit_fen + 1 WHERE limit_fen > 0"),
    ("the_log_names_every_limit", "UPDATE limit_round SET ceiling_fen = ceiling_fen + 1"),
    ("published_editions_hold", "UPDATE published_edition SET text = replace(text, '85', '84')"),
    ("published_editions_hold", "UPDATE published_edition SET digest = repeat('a', 64)"),
    ("published_editions_hold", "UPDATE published_edition SET published_at = now()"),
    ("published_editions_hold", "DELETE FROM published_edition"),
    ("published_editions_hold", "DELETE FROM event WHERE kind = 'rule.publish'"),
    ("published_editions_hold", "UPDATE event SET actor = 'person-rules' WHERE kind = 'rule.publish'"),
    (
        "published_editions_hold",
        """UPDATE filing SET document = jsonb_set(document, '{text}', '"改"') WHERE form = 'EditionForm'""",
    ),
    ("unit_results_equal_their_package", "UPDATE unit_result SET total = total + 1"),
    ("unit_results_equal_their_package", "UPDATE unit_result SET rank = 1 WHERE rank = 2"),
    ("unit_results_equal_their_package", "DELETE FROM unit_result WHERE rank = 2"),
    (
        "unit_results_equal_their_package",
        """UPDATE unit_result SET document = jsonb_set(document, '{total}', '"99"')""",
    ),
    (
        "unit_results_equal_their_package",
        """UPDATE unit_result r SET decision_id = (SELECT id FROM decision WHERE kind = 'assessment'
             AND record_id = r.campaign_id ORDER BY decided_at LIMIT 1)""",
    ),
    ("settled_claims_count_once", "UPDATE record SET status = 'settled' WHERE stage = 'bonus'"),
    (
        "settled_claims_count_once",
        """UPDATE filing SET document = jsonb_set(document, '{value}', '"3"') WHERE form = 'AdmissionForm'""",
    ),
    (
        "settled_claims_count_once",
        """UPDATE filing SET document = jsonb_set(document, '{value}', '"2"') WHERE form = 'AppealDecisionForm'
             AND document ->> 'outcome' = 'partly'""",
    ),
    (
        "settled_claims_count_once",
        """UPDATE decision d SET facts = jsonb_set(facts, '{rows}', facts -> 'rows' || (SELECT jsonb_agg(one)
             FROM jsonb_array_elements(d.facts -> 'rows') AS one WHERE one ->> 8 = '迟报'))
             WHERE kind = 'assessment' AND subject LIKE '%zhengding'""",
    ),
    ("the_log_names_every_rating", """UPDATE rating_sheet SET document = '{"rows": []}'"""),
    ("the_log_names_every_rating", "UPDATE rating_sheet SET salt = 'x'"),
    ("the_log_names_every_rating", "UPDATE event SET actor = 'person-staff1' WHERE kind = 'rating.submit'"),
    ("the_log_names_every_rating", "UPDATE rater_seat SET person_id = 'person-staff1'"),
    (
        "forgotten_sheets_left_no_person",
        "UPDATE rater_seat SET person_id = 'person-rater1' WHERE person_id IS NULL",
    ),
    ("forgotten_sheets_left_no_person", "DELETE FROM rating_sheet"),
    (
        "forgotten_sheets_left_no_person",
        """INSERT INTO rating_sheet SELECT r.id, s.campaign_id, s.id, 'end', 'x', '{}', now(), '[]'
             FROM record r, rater_seat s WHERE r.status = 'archived' AND r.stage = 'rating' LIMIT 1""",
    ),
    (
        "forgotten_sheets_left_no_person",
        """INSERT INTO draft SELECT id, 'person-rater1', 'RatingForm', '{}', 1, now() FROM record
             WHERE stage = 'rating' AND status = 'filed' LIMIT 1""",
    ),
    (
        "the_log_names_every_attachment",
        "UPDATE campaign_file SET effective_on = effective_on - 1",
    ),
    ("referenced_files_are_registered", "UPDATE campaign_file SET digest = repeat('a', 64)"),
    ("registered_files_are_on_disk", "UPDATE stored_file SET size = size + 1"),
    (
        "registered_files_are_on_disk",
        "INSERT INTO stored_file VALUES (repeat('a', 64), 1, 'application/pdf', now())",
    ),
    ("files_on_disk_are_registered", "DELETE FROM stored_file"),
    ("referenced_files_are_registered", "UPDATE attachment SET digest = repeat('a', 64)"),
    (
        "referenced_files_are_registered",
        "UPDATE filing SET file_digest = repeat('a', 64) WHERE file_digest IS NOT NULL",
    ),
    (
        "referenced_files_are_registered",
        """UPDATE filing SET document = jsonb_set(document, '{evidence,0}', '"aa"') WHERE form = 'ObjectionForm'""",
    ),
    ("the_wall_stands", "ALTER TABLE draft DISABLE ROW LEVEL SECURITY"),
    ("the_wall_stands", "DROP POLICY visible ON score; DROP POLICY changed ON score"),
    ("the_wall_stands", "ALTER POLICY visible ON score USING (true)"),
    ("the_wall_stands", "ALTER TABLE credential DISABLE ROW LEVEL SECURITY"),
    ("the_wall_stands", "ALTER POLICY changed ON role_grant WITH CHECK (true)"),
    ("the_wall_stands", "DROP POLICY changed ON person"),
    ("the_wall_stands", "ALTER TABLE chain_head DISABLE TRIGGER follows"),
    ("the_wall_stands", "DROP TRIGGER issued ON budget_line"),
    ("append_only_tables_refuse_changes", "ALTER TABLE event DISABLE TRIGGER append_only"),
    ("append_only_tables_refuse_changes", "DROP TRIGGER no_truncate ON step"),
    ("append_only_tables_refuse_changes", "GRANT UPDATE ON event TO budgetperf_app"),
    ("append_only_tables_refuse_changes", "GRANT UPDATE (at) ON event TO budgetperf_app"),
    ("the_app_role_owns_nothing", "ALTER TABLE draft OWNER TO budgetperf_app"),
    ("the_app_role_owns_nothing", "GRANT CREATE ON SCHEMA public TO budgetperf_app"),
    ("the_app_role_owns_nothing", "ALTER ROLE budgetperf_app BYPASSRLS"),
)


def findings_of(name: str, session: Session, files: FileStore) -> list[Finding]:
    """What one check tells."""
    invariant = next(one for one in INVARIANTS if one.name == name)
    return list(invariant.check(session, files))


def test_a_healthy_city_breaks_no_rule(city: City, owner: Session) -> None:
    assert [finding for _, found in check_all(owner, city.files) for finding in found] == []


@pytest.mark.parametrize(
    ("name", "statement"), BREAKAGES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_told(
    city: City, owner: Session, monkeypatch: pytest.MonkeyPatch, name: str, statement: str
) -> None:
    monkeypatch.setattr(stored, "YOUNG_SECONDS", 0)
    assert owner.connection().execute(text(statement)).rowcount
    assert findings_of(name, owner, city.files)


def test_every_rule_is_broken_at_least_once() -> None:
    assert {name for name, _ in BREAKAGES} == {invariant.name for invariant in INVARIANTS}


def test_a_finding_names_the_record_and_the_amounts(city: City, owner: Session) -> None:
    owner.connection().execute(
        text("UPDATE budget_line SET limit_fen = limit_fen + 1 WHERE limit_fen = 54000000")
    )
    (found,) = findings_of("the_identity_of_every_limit", owner, city.files)
    assert (found.severity, city.codes["drains"] in found.message) == (Severity.ERROR, True)
    assert "控制数540,000.01元" in found.message
    assert "应为540,000.00元" in found.message


def test_an_event_slipped_under_an_anchor_is_told(owner: Session, city: City) -> None:
    connection = owner.connection()
    connection.execute(text("DELETE FROM event WHERE sequence = 1"))
    connection.execute(text("UPDATE event SET sequence = 1 WHERE chain = 'ANCHORS' AND number = 2"))
    assert "check.anchor_range" in {found.code for found in findings_of("anchors_hold", owner, city.files)}


@pytest.fixture
def copied(city: City, tmp_path: Path) -> FileStore:
    """The city's files, to be damaged."""
    shutil.copytree(city.files.folder, tmp_path / "copied")
    return FileStore(tmp_path / "copied")


def test_a_lost_file_is_told(owner: Session, copied: FileStore) -> None:
    lost = min(copied.digests())
    copied.path(lost).unlink()
    assert [found.where.pointer for found in findings_of("registered_files_are_on_disk", owner, copied)] == [
        f"/stored_files/{lost}"
    ]


def test_one_flipped_byte_of_a_file_is_told(owner: Session, copied: FileStore) -> None:
    damaged = copied.path(min(copied.digests()))
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    assert len(findings_of("registered_files_are_on_disk", owner, copied)) == 1


def test_a_file_nobody_registered_is_a_warning(owner: Session, copied: FileStore) -> None:
    left = copied.put(b"left behind")
    assert findings_of("files_on_disk_are_registered", owner, copied) == []  # its upload may be under way
    long_ago = time.time() - stored.YOUNG_SECONDS - 1
    os.utime(copied.path(left), (long_ago, long_ago))
    (found,) = findings_of("files_on_disk_are_registered", owner, copied)
    assert (found.severity, found.where.pointer) == (Severity.WARNING, f"/stored_files/{left}")
    assert "删除" not in found.message


def test_every_table_is_either_open_for_a_reason_or_behind_the_wall() -> None:
    assert set(OPEN_TABLES) <= set(metadata.tables)
    assert set(APPEND_ONLY) <= set(metadata.tables)
    assert all(reason.strip() for reason in OPEN_TABLES.values())
