"""An assessment is what was decided: results and claims as in their package, sheets as logged, the forgotten forgotten."""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding
from budgetperf.provenance import digest
from budgetperf.store.files import FileStore

_BARE = """jsonb_set({0} - 'facts' - 'improved', '{{components}}', (
    SELECT coalesce(jsonb_agg(part - 'marks' ORDER BY place), '[]')
    FROM jsonb_array_elements({0} -> 'components') WITH ORDINALITY AS shown(part, place)))"""
"""A trace without its raters' marks, which a unit is told as means, and the facts laid beside them."""

_RESULTS = f"""
WITH newest AS (
    SELECT DISTINCT ON (record_id) id, record_id, result FROM decision WHERE kind = 'assessment'
    ORDER BY record_id, decided_at DESC, id DESC),
  trace AS (
    SELECT n.id, n.record_id, one ->> 'unit' AS code, one FROM newest n
      CROSS JOIN LATERAL jsonb_array_elements(n.result -> 'units') AS one),
  kept AS (
    SELECT r.*, u.code FROM unit_result r JOIN assessed_unit u ON u.id = r.unit_id AND u.campaign_id = r.campaign_id)
SELECT coalesce(k.campaign_id, t.record_id) AS campaign, coalesce(k.code, t.code) AS code
FROM kept k FULL JOIN trace t ON t.record_id = k.campaign_id AND t.code = k.code
WHERE (k.decision_id, {_BARE.format("k.document")}, k.total, k.rank, k.grade, k.grade_label) IS DISTINCT FROM (
  t.id, {_BARE.format("t.one")}, (t.one ->> 'total')::numeric, (t.one ->> 'rank')::int, t.one ->> 'grade', t.one ->> 'grade_label')
ORDER BY 1, 2"""  # noqa: S608 - put together from our own words

_CLAIMS = """
WITH newest AS (
    SELECT DISTINCT ON (record_id) record_id, facts FROM decision WHERE kind = 'assessment'
    ORDER BY record_id, decided_at DESC, id DESC),
  fact AS (
    SELECT n.record_id, one ->> 1 AS code, one ->> 2 AS item, one ->> 8 AS award, one ->> 3 AS value, count(*) AS times
    FROM newest n CROSS JOIN LATERAL jsonb_array_elements(n.facts -> 'rows') AS one  -- columns of scoring.UnitFact
    WHERE one ->> 5 = '' AND one ->> 6 = '' GROUP BY 1, 2, 3, 4, 5),
  filed AS (
    SELECT DISTINCT ON (record_id, form) record_id, form, document FROM filing
    WHERE form IN ('BonusForm', 'AdmissionForm', 'PenaltyForm', 'AppealForm', 'AppealDecisionForm')
    ORDER BY record_id, form, number DESC),
  appealed AS (
    SELECT DISTINCT ON (a.document ->> 'record') a.document ->> 'record' AS record_id, d.document ->> 'value' AS value
    FROM filed a JOIN filed d ON d.record_id = a.record_id AND d.form = 'AppealDecisionForm'
      JOIN record r ON r.id = a.record_id AND r.status = 'decided'
    WHERE a.form = 'AppealForm' AND d.document ->> 'value' IS NOT NULL ORDER BY a.document ->> 'record', a.record_id DESC),
  claim AS (
    SELECT n.record_id, u.code, f.document ->> 'item' AS item, f.document ->> 'award' AS award,
      trim_scale(coalesce(a.value, m.document ->> 'value', f.document ->> 'value')::numeric) AS value, count(*) AS times
    FROM record r JOIN filed f ON f.record_id = r.id AND f.form IN ('BonusForm', 'PenaltyForm')
      JOIN assessed_unit u ON u.subject = r.subject JOIN newest n ON n.record_id = u.campaign_id
      LEFT JOIN filed m ON m.record_id = r.id AND m.form = 'AdmissionForm' LEFT JOIN appealed a ON a.record_id = r.id
    WHERE r.stage IN ('bonus', 'penalty') AND r.status = 'settled' GROUP BY 1, 2, 3, 4, 5)
SELECT c.record_id AS campaign, c.code, c.award, c.times, coalesce(f.times, 0) AS counted
FROM claim c LEFT JOIN fact f ON (f.record_id, f.code, f.item, f.award) = (c.record_id, c.code, c.item, c.award)
  AND f.value = c.value::text
WHERE f.times IS DISTINCT FROM c.times ORDER BY 1, 2, 3"""

_SHEETS = """
SELECT t.record_id, t.salt, t.document, e.payload ->> 'digest' AS sealed
FROM rating_sheet t JOIN record r ON r.id = t.record_id JOIN rater_seat s ON s.id = t.seat_id
  LEFT JOIN event e ON e.chain = r.subject AND e.kind = 'rating.submit' AND e.payload ->> 'record' = t.record_id
    AND e.actor = s.person_id AND e.at = t.submitted_at
WHERE t.submitted_at IS NOT NULL ORDER BY t.record_id"""

_FORGOTTEN = """
SELECT '/records/' || r.id AS place, '评分表已到期清除，但评分内容仍在' AS text FROM record r
  JOIN rating_sheet t ON t.record_id = r.id WHERE r.stage = 'rating' AND r.status = 'archived'
UNION ALL SELECT '/records/' || r.id, '评分表已提交，但评分内容不在库中，尚未到期清除' FROM record r
  LEFT JOIN rating_sheet t ON t.record_id = r.id AND t.submitted_at IS NOT NULL
  WHERE r.stage = 'rating' AND r.status = 'filed' AND t.record_id IS NULL
UNION ALL SELECT '/records/' || r.id, '评分表已不在填写中，但评分人的草稿仍在' FROM record r
  JOIN draft d ON d.record_id = r.id WHERE r.stage = 'rating' AND r.status <> 'draft'
UNION ALL SELECT '/rater_seats/' || s.id, '评分表均已清除，但评分人姓名仍与编号相连' FROM rater_seat s
  WHERE s.person_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM rating_sheet t WHERE t.seat_id = s.id AND t.submitted_at IS NOT NULL)
    AND EXISTS (SELECT 1 FROM record r JOIN campaign c ON r.subject = c.subject || '.R'
      WHERE c.id = s.campaign_id AND r.stage = 'rating' AND r.status = 'archived')
ORDER BY 1"""


def check_unit_results_equal_their_package(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every unit's result is its trace in the newest package of the campaign, and every trace has its result."""
    for row in rows(session, _RESULTS):
        yield broken(
            "unit_result", f"/unit_results/{row.campaign}/{row.code}", f"{row.code}的考评结果与其决策包不一致"
        )


def check_settled_claims_count_once(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every settled bonus and penalty stands in the newest package as often as it was settled."""
    for row in rows(session, _CLAIMS):
        text = f"{row.code}的加减分“{row.award}”生效{row.times}次，计分数据中为{row.counted}次"
        yield broken("claims", f"/unit_results/{row.campaign}/{row.code}", text)


def check_the_log_names_every_rating(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every submitted sheet has its event by its rater, with the salted digest of its marks."""
    for row in rows(session, _SHEETS):
        if row.sealed is None or _sealed(row.salt, row.document) != row.sealed:
            text = "一份考评评分表与日志所记的摘要不符"
            yield broken("rating_event", f"/records/{row.record_id}", text)


def _sealed(salt: str, document: object) -> str:
    marks = document.get("rows") if isinstance(document, dict) else None
    try:
        return digest({"salt": salt, "rows": marks})
    except (TypeError, ValueError):  # a float, which no sheet holds
        return ""


def check_forgotten_sheets_left_no_person(session: Session, _files: FileStore) -> Iterator[Finding]:
    """What is forgotten joins no person to marks any more; what is not forgotten is still there."""
    for row in rows(session, _FORGOTTEN):
        yield broken("forgotten", row.place, row.text)
