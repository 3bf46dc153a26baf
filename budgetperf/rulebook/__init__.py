"""The law as data: dated, sourced, frozen editions in strict YAML, and the one door to them.

::

    <jurisdiction>/<kind>/<valid_from>.yaml     an edition with its worked examples
    editions.lock                               id -> SHA-256 of the file
    loader.py    strict YAML with line numbers
    edition.py   Edition: header, typed rules, examples and their running
    reading.py   a file becomes an edition, or every defect is told
    checking.py  whether an edition may be published: it reads, and its examples hold
    models.py    rules that only actions read (calendars, deadlines, discount rate)
    kinds.py     kind -> rules model and how its examples run
    cases.py, *_cases.py
                 the worked examples of each kind
    lock.py      run the examples, write the digests
    library.py   Rulebook: the edition that holds on a day

    outline.py, figures.py
                 an edition as text; each figure with its source and status
    schema.py    the JSON schema of each kind
    skeletons.py commented blanks for a city, from skeleton/
    facts_file.py, judging.py
                 facts of many evaluands; the same facts under two editions

Reads files, decides nothing: what the rules mean is computed by ``scoring`` and ``budget``.
"""
