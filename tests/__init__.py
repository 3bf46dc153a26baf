"""Facts about budgetperf, each test named as one; folders mirror the code."""
