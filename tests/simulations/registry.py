"""Every claim that is simulated, every interval the code lets one ask for, and who gives a figure without one."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import budgetperf
from tests.simulations import claims_agreement, claims_frontier, claims_quantile, claims_regression

CLAIMS = (
    *claims_regression.CLAIMS,
    *claims_quantile.CLAIMS,
    *claims_frontier.CLAIMS,
    *claims_agreement.CLAIMS,
)
# Public functions whose figures come without an interval, and what they are.
NO_INTERVAL = {
    "costing.envelopment.fit.fit_dea": "数据包络的效率、松弛与标杆（未修正偏差）",
    "costing.envelopment.malmquist.malmquist": "Malmquist生产率指数",
    "costing.convex.fit.fit_cnls": "凸回归（CNLS）",
    "costing.convex.fit.fit_stoned": "StoNED的前沿与效率",
    "costing.shifts.fit_shifted": "COLS、MOLS与上四分位",
    "costing.conditions.correct_for_conditions": "修正当地条件后的效率（只有第二阶段系数有标准误）",
    "costing.calibration.calibrate": "校准后的应付额",
    "statistics.concordance.kendall_w": "肯德尔和谐系数",
    "statistics.krippendorff.krippendorff_alpha": "Krippendorff α",
    "statistics.outliers.grubbs": "格拉布斯检验",
    "statistics.outliers.generalised_esd": "广义ESD检验",
}
WORDS = ("level", "confidence")


def askable() -> Iterator[str]:
    """Yield the public functions that take the level of an interval, without ``budgetperf.``."""
    for module in pkgutil.walk_packages(budgetperf.__path__, "budgetperf."):
        if ".migrations" in module.name:
            continue
        for name, function in _functions(importlib.import_module(module.name)):
            kinds = {
                word: parameter.annotation
                for word, parameter in inspect.signature(function).parameters.items()
            }
            if any(kinds.get(word) is float for word in WORDS):
                yield f"{module.name}.{name}".removeprefix("budgetperf.")


def _functions(module: object) -> Iterator[tuple[str, object]]:
    for name, found in vars(module).items():
        if getattr(found, "__module__", "") != getattr(module, "__name__", None) or name.startswith("_"):
            continue
        if inspect.isfunction(found):
            yield name, found
        elif inspect.isclass(found):
            own = ((key, value) for key, value in vars(found).items() if inspect.isfunction(value))
            yield from ((f"{name}.{key}", value) for key, value in own if not key.startswith("_"))
