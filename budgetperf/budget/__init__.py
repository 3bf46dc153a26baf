"""Next year's money: from a request to a limit, every yuan with its reason.

::

    LineFacts ──claims──► waterfall ──ceiling──► LimitRound ──objections──► LimitRound (final)
    (evidence)  (per ground) (no yuan twice) (exact, under the ceiling)      explain, packages

Pure: facts and an edition's ``CutRules`` come in, values go out. It stores nothing, reads no
file and decides no status.
"""
