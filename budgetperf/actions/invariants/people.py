"""Who did it: every approval has a named approver, another person than the rule excludes, with the right."""

import json
from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding
from budgetperf.permissions import holders_of
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import TRANSITIONS, named
from budgetperf.store.files import FileStore

_UNNAMED = """
WITH rule AS (SELECT * FROM jsonb_to_recordset(CAST(:rules AS jsonb)) AS m(stage text, target text)),
  approved AS (SELECT DISTINCT s.record_id, s.target FROM step s JOIN person p ON p.id = s.actor_id AND p.name <> '')
SELECT r.id, r.name, r.status FROM record r JOIN rule ON rule.stage = r.stage AND rule.target = r.status
  LEFT JOIN approved a ON a.record_id = r.id AND a.target = r.status
WHERE a.record_id IS NULL ORDER BY r.id"""

_SAME_PERSON = """
WITH rule AS (SELECT * FROM jsonb_to_recordset(CAST(:rules AS jsonb)) AS m(stage text, verb text, other text))
SELECT DISTINCT s.id, s.stage, s.verb, e.verb AS other, p.name AS person, r.id AS record, r.name
FROM step s JOIN rule ON rule.stage = s.stage AND rule.verb = s.verb
  JOIN step e ON e.record_id = s.record_id AND e.verb = rule.other AND e.actor_id = s.actor_id AND e.id < s.id
  JOIN record r ON r.id = s.record_id JOIN person p ON p.id = s.actor_id
ORDER BY s.id"""

_WITHOUT_RIGHT = """
WITH rule AS (SELECT * FROM jsonb_to_recordset(CAST(:rules AS jsonb)) AS m(stage text, verb text, role text)),
  held AS (
    SELECT person_id, role, scope FROM role_grant
    UNION SELECT payload ->> 'person', split_part(given, '@', 1), substr(given, strpos(given, '@') + 1)
      FROM event CROSS JOIN jsonb_array_elements_text(payload -> 'grants') AS given
      WHERE chain = 'ACCOUNTS' AND jsonb_typeof(payload -> 'grants') = 'array'),
  done AS (SELECT stage, verb, actor_id, path, min(id) AS id FROM step GROUP BY stage, verb, actor_id, path)
SELECT d.id, d.stage, d.verb, p.name AS person, s.record_id AS record
FROM done d JOIN step s ON s.id = d.id JOIN person p ON p.id = d.actor_id
WHERE NOT EXISTS (
  SELECT 1 FROM rule JOIN held ON held.role = rule.role
  WHERE rule.stage = d.stage AND rule.verb = d.verb AND held.person_id = d.actor_id
    AND (held.scope = '' OR held.scope = d.path OR starts_with(d.path, held.scope || '.')))
ORDER BY d.id"""


def check_approvals_have_a_named_approver(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every record in a status that a second person gives has the step, by somebody with a name."""
    targets = sorted({(row.stage.value, row.target.value) for row in TRANSITIONS if row.not_by})
    rules = json.dumps([{"stage": stage, "target": target} for stage, target in targets])
    for row in rows(session, _UNNAMED, rules=rules):
        yield broken("approver", f"/records/{row.id}", f"“{row.name}”处于“{row.status}”，但没有具名的审批人")


def check_the_two_person_rule(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Nobody took a step that the table keeps from the doer of an earlier one."""
    rules = json.dumps(
        [
            {"stage": stage, "verb": verb, "other": other}
            for stage, verb, other in sorted(
                {(row.stage.value, row.verb, other) for row in TRANSITIONS for other in row.not_by}
            )
        ]
    )
    for row in rows(session, _SAME_PERSON, rules=rules):
        did, other = _label(row.stage, row.verb), _label(row.stage, row.other)
        text = f"“{row.name}”的“{did}”与“{other}”由同一人（{row.person}）办理，违反双人复核"
        yield broken("two_person", f"/records/{row.record}", text)


def check_doers_held_the_permission(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every step was taken by somebody who holds, or was once given, a role with its permission there."""
    rules = json.dumps(
        [
            {"stage": row.stage.value, "verb": row.verb, "role": role.value}
            for row in TRANSITIONS
            for role in holders_of(row.permission)
        ]
    )
    for row in rows(session, _WITHOUT_RIGHT, rules=rules):
        text = f"{row.person}办理了“{_label(row.stage, row.verb)}”，但从未被授予相应岗位"
        yield broken("permission", f"/records/{row.record}", text)


def _label(stage: str, verb: str) -> str:
    found = next((item for item in Stage if item.value == stage), None)
    moves = named(found, verb) if found else ()
    return moves[0].label if moves else verb
