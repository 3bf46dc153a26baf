"""Decision packages computed again: stored ones, and one in a file as ``./bp baseline`` writes it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from budgetperf.actions.recompute import recompute
from budgetperf.actions.rulebooks import rulebook_of
from budgetperf.errors import Invalid
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.results import DecisionFacts, decision_digests, get_decision
from budgetperf.store.session import BoundSession


def recompute_file(path: Path, say: Callable[[str], None]) -> int:
    """Compute the package of a file again and tell; 1 when it differs."""
    verdict = recompute(read_package(path), Rulebook.load())
    say(f"{verdict.digest[:12]}… {verdict.because}")
    return int(not verdict.same)


def recompute_stored(session: BoundSession, digest: str, subject: str, say: Callable[[str], None]) -> int:
    """Compute one stored package again, or those of a subject, or all, and tell; 1 when any differs."""
    rules, different = rulebook_of(session, Rulebook.load()), 0
    digests = [digest] if digest else decision_digests(session, subject=subject)
    for one in digests:
        decision = get_decision(session, one)
        verdict = recompute(decision, rules)
        different += not verdict.same
        say(f"{one[:12]}… {decision.kind.label} {decision.subject} {decision.period}：{verdict.because}")
    say(f"共 {len(digests)} 个决策包，{different} 个不同 / {len(digests)} packages, {different} differ")
    return int(different > 0)


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
