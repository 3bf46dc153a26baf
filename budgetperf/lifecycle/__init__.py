"""The stages of the project's year, each with ``form.py`` (what is filled in) and ``checks.py``.

The field kit they share is ``budgetperf.forms``: screen, Excel column and PDF row come from the
metadata of the fields.
"""
