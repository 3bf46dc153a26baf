"""One frozen dataclass per page, its fields with help text; ``page.render`` turns it into HTML.

::

    page     the frame every page stands in, and ``Screen``, the base of all screens
    words    gettext catalogues: Chinese is the source, English the translation
    filters  how money, rates, dates and terms are spelled
    fields   a form and what was typed into it -> what the form page shows, and back
    life     the year of one project on one line

Nothing here queries, decides or writes.
"""
