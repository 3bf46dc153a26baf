"""Results are what their decision packages say: digests, scores, grades, lights, bands, final limits."""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.store.files import FileStore

_DECISIONS = """
SELECT id, kind, subject, period, edition, edition_digest, method, facts, result, seed, environment, digest
FROM decision ORDER BY id"""

_SCORES = """
SELECT s.record_id, e.code, s.stage FROM score s JOIN evaluand e ON e.id = s.evaluand_id JOIN record r ON r.id = s.record_id
  LEFT JOIN decision d ON d.id = s.decision_id AND d.record_id = s.record_id AND d.kind = 'score'
  LEFT JOIN decision g ON g.record_id = s.record_id AND g.kind = 'grade'
WHERE (s.total, s.grade, s.total, s.evaluand_id, s.stage, s.fiscal_year) IS DISTINCT FROM (
  (d.result ->> 'total')::numeric, g.result ->> 'grade', (g.facts ->> 'total')::numeric,
  r.evaluand_id, r.stage, r.fiscal_year)
ORDER BY e.code, s.stage"""

_LIGHTS = """
SELECT l.record_id, e.code, l.period FROM light l JOIN evaluand e ON e.id = l.evaluand_id JOIN record r ON r.id = l.record_id
  LEFT JOIN decision d ON d.id = l.decision_id AND d.record_id = l.record_id AND d.kind = 'light'
WHERE (l.execution, l.execution_reason, l.goals, l.evaluand_id, l.period, l.fiscal_year) IS DISTINCT FROM (
    d.result #>> '{execution,colour}', d.result #>> '{execution,reason}',
    coalesce(d.result #>> '{goal,colour}', ''), r.evaluand_id, r.period, r.fiscal_year)
  OR l.goals_reason <> coalesce(d.result #>> '{goal,reason}', l.goals_reason)
  OR l.warnings <> coalesce((SELECT string_agg(one ->> 'reason', '；' ORDER BY place)
    FROM jsonb_array_elements(d.result -> 'warnings') WITH ORDINALITY AS each (one, place)), '')
ORDER BY e.code, l.period"""

_BANDS = """
SELECT b.record_id, e.code FROM cost_band b JOIN evaluand e ON e.id = b.evaluand_id
  LEFT JOIN decision d ON d.id = b.decision_id AND d.record_id = b.record_id AND d.kind = 'baseline'
WHERE NOT EXISTS (
  SELECT 1 FROM cost_unit u JOIN jsonb_array_elements(d.result -> 'baselines') AS item ON item ->> 'dmu' = u.dmu
  WHERE u.evaluand_id = b.evaluand_id AND u.fiscal_year = b.fiscal_year
    AND (item #>> '{lower,fen}')::bigint = b.lower_fen AND (item #>> '{point,fen}')::bigint = b.point_fen
    AND (item #>> '{upper,fen}')::bigint = b.upper_fen AND item ->> 'grade' = b.evidence_grade
    AND (item ->> 'methods_agree')::boolean = b.methods_agree
    AND b.uppers = (SELECT jsonb_object_agg(one ->> 'name', (one #>> '{upper,fen}')::bigint)
                    FROM jsonb_array_elements(item -> 'estimates') AS one))
ORDER BY e.code"""

_FINAL = """
SELECT b.id, e.code FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id JOIN record r ON r.id = b.round_id
  LEFT JOIN decision d ON d.record_id = b.round_id AND d.evaluand_id = b.evaluand_id AND d.kind = 'limit'
WHERE r.status IN ('final', 'issued') AND (
  (d.result ->> 'limit')::bigint IS DISTINCT FROM b.limit_fen OR d.facts IS DISTINCT FROM b.result - 'limit')
ORDER BY e.code"""


def check_decisions_have_their_digest(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The digest of every decision is that of its facts, rule and result."""
    for row in rows(session, _DECISIONS):
        package = DecisionPackage(
            DecisionKind(row.kind), row.subject, row.period, row.edition, row.edition_digest,
            row.method, row.facts, row.result, row.seed, row.environment,
        )  # fmt: skip
        if _digest(package) != row.digest:
            text = f"{row.subject}在{row.period}的“{package.kind.label}”决策包与其摘要不符，已被改动"
            yield broken("decision_digest", f"/decisions/{row.id}", text)


def _digest(package: DecisionPackage) -> str:
    try:
        return package.digest
    except (TypeError, ValueError):  # a float, which no package holds
        return ""


def check_scores_equal_their_package(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Score and grade of a record are those of its score and grade packages."""
    for row in rows(session, _SCORES):
        yield broken("score", f"/scores/{row.record_id}", f"项目{row.code}的得分或等级与其决策包不一致")


def check_lights_equal_their_package(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Both lights of a period are those of its package."""
    for row in rows(session, _LIGHTS):
        yield broken(
            "light", f"/lights/{row.record_id}", f"项目{row.code}在{row.period}的亮灯与其决策包不一致"
        )


def check_bands_equal_their_baseline(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The adopted band of a project is that of its dmu in the baseline package."""
    for row in rows(session, _BANDS):
        yield broken(
            "band", f"/cost_bands/{row.record_id}", f"项目{row.code}采用的成本区间与基线决策包不一致"
        )


def check_final_limits_equal_their_package(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every line of a final round has its limit package, with the same amounts."""
    for row in rows(session, _FINAL):
        yield broken(
            "limit_package", f"/budget_lines/{row.id}", f"项目{row.code}的定稿控制数与其决策包不一致"
        )
