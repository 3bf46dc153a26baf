"""Statistics of judgements and indicators: how an indicator system is built (GD-INDEX, BJ-3E1C), how raters agree.

::

    ratings ──> importance ──> membership ─┐
    values ─────────────> correlation ──> discrimination ──> indicators kept
                                                │
              labelled.min_max / oriented       v
        factor_weights, entropy, ahp, equal ──> index: scores, ranks, agreement, findings
                                                │
                     outcome (decimals) ──> draft: an edition for the rules office to judge

    scores by rater ──> agreement: icc, kendall_w, krippendorff_alpha, gwet, severity, outliers

``records`` and ``draft`` import nothing heavy, so the web process may read them; every other
module takes pandas. Floats live inside this package only and leave it through ``outcome``. Never
money, never the points of anybody: what comes out is a proposal, two people publish a rule.
"""
