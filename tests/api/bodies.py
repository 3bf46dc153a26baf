"""A body for each verb that its form takes: what was really filed where there is one, else the least."""

import json
from typing import Any

from api.verbs import body_model
from budgetperf.actions.verbs import VERBS
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import named
from tests.api.conftest import World

LEAST: dict[str, dict[str, Any]] = {
    "NoForm": {},
    "DrawForm": {"seed": "海州2026"},
    "Declaration": {"conflict": False, "statement": "承诺独立、客观、公正"},
    "PublishForm": {"window_ends_on": "2026-02-20"},
    "RosterForm": {"units": [], "suppliers": []},
    "RatingForm": {"rows": []},
    "RatersForm": {"raters": [{"rater_group": "leader", "login": "rater1"}]},
    "ExemptionForm": {"unit": "P1", "exemption": "retiring", "reason": "退休"},
}


def body_of(world: World, stage: Stage, verb: str) -> dict[str, Any]:
    """A body for a verb."""
    name = VERBS[(stage, verb)].form.__name__
    body = dict(LEAST[name]) if name in LEAST else _filed(world, name)
    if "reason" in body_model(VERBS[(stage, verb)], named(stage, verb)[0]).model_fields:
        body.setdefault("reason", "理由")
    return body


def _filed(world: World, form: str) -> dict[str, Any]:
    table, condition = ("panel_rating", "true") if form == "ScoreForm" else ("filing", f"form = '{form}'")
    found = world.rows(
        f"SELECT document::text FROM {table} WHERE {condition} ORDER BY document::text LIMIT 1"
    )
    document: dict[str, Any] = json.loads(str(found[0][0]))
    return document
