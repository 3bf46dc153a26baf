"""Forms that travel as Excel: the blank one, the filled one, and the one that comes back.

::

    goal_sheet   where each field stands on the sheet (made from the fields of the form)
    blank, fill  GoalForm -> .xlsx                    (XlsxWriter)
    package      bytes -> members that are safe to parse, or a refusal
    cells        members -> values and marks of one sheet       (python-calamine)
    intake       cells -> GoalForm + findings with sheet and cell
    annotated    the author's file with the findings written into it   (openpyxl)
    cost_books   panel, baseline, movement as .xlsx, from the tables of their papers
    books        the other outputs as .xlsx, from the page models of ``reports``

Nothing here stores, asks the clock, or knows a person.
"""
