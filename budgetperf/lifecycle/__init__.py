"""The stages of the project's year, each with ``form.py`` (what is filled in) and ``checks.py``.

``forms.py`` holds the field kit they share: screen, Excel column and PDF row come from the
metadata of the fields.
"""
