"""What came of an action, as JSON."""

from api.answers import Answer, Coded
from api.problems import FindingAnswer
from budgetperf.actions.moves import Outcome
from budgetperf.process.stages import Status


class OutcomeAnswer(Answer):
    """The record after an action, and what was found; ``dry_run`` true when nothing was kept."""

    record_id: str
    subject: str
    stage: Coded
    status: Coded
    version: int
    findings: list[FindingAnswer]
    dry_run: bool = False

    @classmethod
    def of(cls, outcome: Outcome, *, dry_run: bool = False) -> "OutcomeAnswer":
        """Return an outcome as JSON carries it."""
        return cls.model_validate(
            {
                "record_id": outcome.record_id,
                "subject": outcome.subject,
                "stage": outcome.stage,
                "status": Status(outcome.status),
                "version": outcome.version,
                "findings": [FindingAnswer.of(finding) for finding in outcome.findings],
                "dry_run": dry_run,
            }
        )
