"""Tests of budgetperf.scoring."""
