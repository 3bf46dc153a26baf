"""What a service should cost, and what an outlay is worth.

::

    PanelRow ──> CostPanel ──checks──> findings            Flow ──> cashflow ──> benefit.analyse
                    │ prices.at_base_prices                                          │
                    │ frames (the only door from Money to float)                   v
                    v                                                      NPV, BCR, IRR, EANB
        design, cost_form ──> ols ──> regression ──> shifts, diagnostics
                    │    ├──> quantile
                    │    ├──> frontier, envelopment ──> conditions, calibration
                    │    └──> convex
                    │
                    v
        screening, methods ──> baseline.fit ──> FittedBaseline.for_target ──> DmuBaseline (Money, rounded by rule)

A method core takes pandas and gives a frozen result; ``baseline`` alone takes a panel. Floats
live inside this package only and leave it through ``rounding``. A baseline never decides money
by itself: ``DmuBaseline.judge`` says what a request may be cut by, and why not more.
"""
