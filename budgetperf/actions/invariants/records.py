"""Records stand where their steps led them, by moves of the table, in the branch of their evaluand."""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, moves_table, rows
from budgetperf.findings import Finding
from budgetperf.store.files import FileStore

_STATUS = """
WITH last AS (SELECT DISTINCT ON (record_id) record_id, target FROM step ORDER BY record_id, id DESC),
  moved AS (SELECT record_id, count(*) FILTER (WHERE source IS DISTINCT FROM target) AS moves FROM step GROUP BY record_id)
SELECT r.id, r.name, r.status, r.version, l.target, m.moves
FROM record r LEFT JOIN last l ON l.record_id = r.id LEFT JOIN moved m ON m.record_id = r.id
WHERE (r.status, r.version) IS DISTINCT FROM (l.target, m.moves) ORDER BY r.id"""

_WALK = """
WITH move AS (
    SELECT * FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS m(stage text, verb text, source text, target text)),
  walked AS (
    SELECT *, coalesce(source, '') AS came, coalesce(lag(target) OVER (PARTITION BY record_id ORDER BY id), '') AS stood
    FROM step)
SELECT w.id, w.verb, r.id AS record, r.name FROM walked w JOIN record r ON r.id = w.record_id
  LEFT JOIN move m ON m.stage = w.stage AND m.verb = w.verb AND m.source = w.came AND m.target = w.target
WHERE m.verb IS NULL OR w.stood <> w.came OR w.stage <> r.stage ORDER BY w.id"""

_PATHS = """
SELECT '/records/' || r.id AS place, r.name FROM record r JOIN evaluand e ON e.id = r.evaluand_id WHERE r.path <> e.path
UNION ALL SELECT '/records/' || r.id, r.name FROM record r WHERE r.evaluand_id IS NULL AND r.path <> '' AND NOT (
    EXISTS (SELECT 1 FROM assessed_unit u WHERE u.subject = r.subject AND u.path = r.path)
    OR r.stage = 'fact_report' AND EXISTS (SELECT 1 FROM supplying s JOIN campaign c ON c.id = s.campaign_id
      WHERE r.subject = c.subject || '.S.' || s.supplier AND s.path = r.path))
UNION ALL SELECT '/steps/' || s.id, r.name FROM step s JOIN record r ON r.id = s.record_id WHERE s.path <> r.path
UNION ALL SELECT '/evaluands/' || e.id, e.name FROM evaluand e JOIN organisation o ON o.id = e.organisation_id
  WHERE e.path <> o.path
UNION ALL SELECT '/budget_lines/' || b.id, e.name FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id
  WHERE b.path <> e.path
ORDER BY 1"""


def check_status_is_that_of_the_last_step(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The status of a record is where its last step led, and its version counts the moves."""
    for row in rows(session, _STATUS):
        text = (
            f"“{row.name}”状态为“{row.status}”第{row.version}版，"
            f"而办理记录止于“{row.target or '（无）'}”、共{row.moves or 0}次变动"
        )
        yield broken("status", f"/records/{row.id}", text)


def check_steps_follow_the_table(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every step is a row of the transition table and starts where the one before ended."""
    for row in rows(session, _WALK, moves=moves_table()):
        text = f"“{row.name}”的第{row.id}号办理记录（{row.verb}）不是流程允许的一步，或与前一步不相接"
        yield broken("steps", f"/records/{row.record}", text)


def check_paths_follow_the_evaluand(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The branch that decides who sees a row is that of its evaluand, everywhere it is repeated."""
    for row in rows(session, _PATHS):
        yield broken("path", row.place, f"“{row.name}”的单位路径与评价对象所属单位不一致，可能被其他单位看到")
