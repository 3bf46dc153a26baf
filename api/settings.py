"""What an operator sets, read from the environment once and typed; nothing else reads the environment here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from budgetperf.errors import Invalid
from budgetperf.store.session import Database

_YES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """How the web process runs.

    Parameters
    ----------
    database : Database
    files : Path
        Folder of the file store.
    https : bool
        Whether browsers reach us by https, at the proxy at least: cookies become ``Secure``, HSTS is sent.
    hosts : tuple of str
        Host names that are answered; ``*`` answers all.
    """

    database: Database
    files: Path
    https: bool = False
    hosts: tuple[str, ...] = ("*",)

    @classmethod
    def read(cls, environment: Mapping[str, str], *, database: Database, home: Path) -> "Settings":
        """Read ``BUDGETPERF_HTTPS`` and ``BUDGETPERF_HOSTS`` (names with commas).

        Raises
        ------
        Invalid
            A value that is no yes and no no.
        """
        said = environment.get("BUDGETPERF_HTTPS", "").strip().lower()
        if said not in _YES:
            raise Invalid("settings.https", f"环境变量 BUDGETPERF_HTTPS 的值“{said}”无效，请填 1 或 0")
        hosts = tuple(
            name.strip() for name in environment.get("BUDGETPERF_HOSTS", "").split(",") if name.strip()
        )
        return cls(database, home / "files", https=_YES[said], hosts=hosts or ("*",))
