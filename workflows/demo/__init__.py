"""The demo year: one city, one budget year, replayed through the actions by those who may.

``city`` reads the fixture, ``stage`` gives each person their transaction under the demo clock,
the other modules are the acts of the year in order, ``run`` plays them all. Nothing is written
but by ``budgetperf.actions``.
"""
