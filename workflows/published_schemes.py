"""The editions of a home: the packaged ones and those published in its service. Holds no verb."""

from pathlib import Path

from budgetperf.actions.rulebooks import rulebook_of, texts_of
from budgetperf.rulebook.reading import LOCAL
from budgetperf.store.session import open_session
from workflows.home import at_home, demand_current, demand_folder
from workflows.schemes import Known


def known_at(folder: Path) -> Known:
    """Return the editions as the service of a home works by them.

    Raises
    ------
    NotFound
        There is no such folder.
    Conflict
        The database of the home is not of this version.
    """
    demand_folder(folder)
    with at_home(folder) as home:
        demand_current(home)
        with home.house() as house, open_session(house.engine) as session:
            rules = rulebook_of(session, house.rules)
            published = [edition for edition in rules.editions if edition.jurisdiction == LOCAL]
            return Known(rules, texts_of(session, published))
