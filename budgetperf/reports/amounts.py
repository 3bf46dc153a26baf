"""Which prices the amounts of a baseline are in, in words that a page can put into another language."""

from dataclasses import dataclass

from budgetperf.costing.panel import CostPanel
from budgetperf.terms import Term


class PriceBasis(Term):
    """What a yuan of an amount is worth."""

    OWN_YEAR = "own_year", "成本与基线均为该行年度的价格"
    BASE_YEAR = "base_year", "基年价格"
    NOMINAL = "nominal", "各年当年价格，未折算"


@dataclass(frozen=True, slots=True)
class Prices:
    """A basis, with its year where it is a base year; as text in Chinese."""

    basis: PriceBasis
    year: int | None = None

    def __str__(self) -> str:
        return self.basis.label if self.year is None else f"{self.year}年价格"


OWN_YEAR, NOMINAL = Prices(PriceBasis.OWN_YEAR), Prices(PriceBasis.NOMINAL)


def prices_of(panel: CostPanel) -> Prices:
    """Return the prices a panel is in."""
    return Prices(PriceBasis.BASE_YEAR, panel.spec.base_year) if panel.price_index else NOMINAL
