"""The page of the simulations."""

from pathlib import Path

FIGURES = Path(__file__).parent / "methods" / "uncertainty.json"
