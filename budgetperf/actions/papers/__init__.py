"""Page models of the printed papers, built from stored facts: the same numbers everywhere.

Points and grades are read from their decision packages, never computed again. Nothing here
imports a renderer, so the web process may preview what a worker prints.
"""
