"""What an operator sets, read from the environment once and typed; nothing else reads the environment here."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import NATIONAL
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
    jurisdiction : str
        Whose editions of the rules go before the nation's.
    trusted_proxies : tuple of str
        Addresses or networks of proxies whose word is taken on where a request comes from and by which scheme.
    """

    database: Database
    files: Path
    https: bool = False
    hosts: tuple[str, ...] = ("*",)
    jurisdiction: str = NATIONAL
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)

    @classmethod
    def read(cls, environment: Mapping[str, str], *, database: Database, home: Path) -> "Settings":
        """Read ``BUDGETPERF_HTTPS``, ``_HOSTS``, ``_JURISDICTION`` and ``_TRUSTED_PROXIES`` (with commas).

        Raises
        ------
        Invalid
            A value that is no yes and no no, or a proxy that is no address.
        """
        said = environment.get("BUDGETPERF_HTTPS", "").strip().lower()
        if said not in _YES:
            raise Invalid("settings.https", f"环境变量 BUDGETPERF_HTTPS 的值“{said}”无效，请填 1 或 0")
        return cls(
            database,
            home / "files",
            https=_YES[said],
            hosts=_listed(environment, "BUDGETPERF_HOSTS") or ("*",),
            jurisdiction=environment.get("BUDGETPERF_JURISDICTION", "").strip() or NATIONAL,
            trusted_proxies=_proxies(environment) or ("127.0.0.1",),
        )


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environment.get(name, "").split(",") if part.strip())


def _proxies(environment: Mapping[str, str]) -> tuple[str, ...]:
    found = _listed(environment, "BUDGETPERF_TRUSTED_PROXIES")
    for proxy in found:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise Invalid(
                "settings.proxies",
                f"环境变量 BUDGETPERF_TRUSTED_PROXIES 中的“{proxy}”不是 IP 地址或网段，请填反向代理的地址",
            ) from error
    return found
