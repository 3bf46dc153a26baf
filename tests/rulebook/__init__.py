"""Tests of budgetperf.rulebook."""
