"""A decision package in a file, as ``./bp baseline`` writes it: read back to be computed again."""

import json
from datetime import UTC, datetime
from pathlib import Path

from budgetperf.errors import Invalid
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.store.results import DecisionFacts


def read_package(path: Path) -> DecisionFacts:
    """Return a package as if it were stored.

    Raises
    ------
    Invalid
        The file holds none.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        package = DecisionPackage(**{**told, "kind": DecisionKind(told["kind"])})
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("recompute.file", f"{path.name}不是决策包文件：{error}") from error
    return DecisionFacts(
        "", package.kind, "", None, package.subject, package.period, package.edition, package.edition_digest,
        package.method, package.facts, package.result, package.seed, package.environment, package.digest,
        datetime.now(UTC),
    )  # fmt: skip
