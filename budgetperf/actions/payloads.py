"""The typed events of the actions: what each records besides who and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from budgetperf.evidence.events import EventPayload
from budgetperf.money import Money


@dataclass(frozen=True, slots=True)
class Moved(EventPayload):
    """A record moved; ``packages`` are digests of the decision packages written with it."""

    record: str
    subject: str
    fiscal_year: int
    period: str
    source: str
    target: str
    version: int
    reason: str
    packages: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed(Moved):
    """A form was filed with the move."""

    form: str = ""
    number: int = 0
    digest: str = ""
    file_digest: str = ""


@dataclass(frozen=True, slots=True)
class Drawn(Moved):
    """Experts were drawn by a public seed from a pool of that digest."""

    seed: str = ""
    pool: str = ""
    seats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seated(Moved):
    """An expert declared or scored; points stay in the sheet, the log keeps its digest."""

    seat: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class RoundMoved(Moved):
    """A round of limits moved: Merkle root over its lines, and the totals."""

    lines: int = 0
    root: str = ""
    totals: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Published(Moved):
    """An edition of the rules was published under the digest of its text."""

    edition: str = ""
    edition_digest: str = ""


@dataclass(frozen=True, slots=True)
class BulkOpened(EventPayload):
    """Many records were opened at once: Merkle root over their ids."""

    stage: str
    fiscal_year: int
    period: str
    records: int
    root: str


@dataclass(frozen=True, slots=True)
class LedgerRecorded(EventPayload):
    """Entries of the ledger were recorded: Merkle root over them."""

    fiscal_year: int
    entries: int
    root: str
    total: Money


@dataclass(frozen=True, slots=True)
class FileAttached(EventPayload):
    """A file became evidence."""

    attachment: str
    digest: str
    filename: str
    effective_on: str


@dataclass(frozen=True, slots=True)
class PersonChanged(EventPayload):
    """An account or a grant changed."""

    person: str
    login: str
    change: str
    grants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleExported(EventPayload):
    """An evidence bundle left the house."""

    subject: str
    manifest: str


@dataclass(frozen=True, slots=True)
class Analysed(EventPayload):
    """A cost-benefit analysis was kept."""

    record: str
    period: str
    package: str


@dataclass(frozen=True, slots=True)
class MovementComputed(EventPayload):
    """What a special-factor claim would move was computed, of the claim filed under that digest."""

    record: str
    claim: str
    package: str


@dataclass(frozen=True, slots=True)
class PanelKept(EventPayload):
    """A cost panel was kept: Merkle root over its rows."""

    panel: str
    rows: int
    root: str
