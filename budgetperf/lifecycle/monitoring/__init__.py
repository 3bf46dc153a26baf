"""Dual monitoring (双监控) of money and goals, quarter by quarter."""
