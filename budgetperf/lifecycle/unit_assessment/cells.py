"""Which cell of which unit is brought by whom: the facts a supplier reports, the marks a rater gives.

Reads scheme, campaign rules and the units; computes nothing and knows no storage.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.scoring.assessment import AssessmentRules, Component, Slot, Track
from budgetperf.scoring.raters import RaterGroup

LEFT = "left"
"""The exemption of every scheme: a unit that was abolished or merged, a person who moved away."""


@dataclass(frozen=True, slots=True)
class Member:
    """A unit or person of the campaign.

    Parameters
    ----------
    code, name, group : str
    owner : str
        Code of the member whose fact its result becomes; empty for none.
    person : str
        Id of the person assessed; empty for a unit.
    exempt : str
        The exemption under which it is not assessed: nothing is asked of it.
    """

    code: str
    name: str
    group: str
    owner: str = ""
    person: str = ""
    exempt: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell to be brought; ``rater_group`` empty where no rater gives it."""

    member: Member
    part: Component
    slot: Slot
    period: str
    rater_group: str = ""


def periods_of(part: Component) -> tuple[str, ...]:
    """Return the period keys of a component; one empty key for what is judged once a year."""
    return tuple(period.key for period in part.periods.periods) if part.periods else ("",)


def all_periods(rules: AssessmentRules) -> tuple[str, ...]:
    """Return every period key of the scheme, each once, in printed order."""
    parts = (part for track in rules.tracks for part in track.components)
    return tuple(dict.fromkeys(period for part in parts for period in periods_of(part)))


def reported_cells(
    scheme: AssessmentRules, rules: CampaignRules, members: Iterable[Member], *, supplier: str, period: str
) -> Iterator[Asked]:
    """Yield what a supplier brings for a period, unit by unit.

    Items that raters give are reported only by a supplier named for them (an entrusted survey).
    What another member's result becomes is reported by nobody.
    """
    carried = {one.item for one in rules.carried}
    for member in members:
        track = None if member.exempt else scheme.track_of(member.group)
        for part in track.components if track else ():
            if period not in periods_of(part):
                continue
            for slot in part.slots:
                brings = rules.supplier_of(slot.item)
                named = brings is not None and slot.item in brings.items
                if brings is None or brings.key != supplier or slot.item in carried:
                    continue
                if part.raters is None:
                    yield Asked(member, part, slot, period)
                elif named:
                    yield from (Asked(member, part, slot, period, g.key) for g in part.raters.groups)


def answered(scheme: AssessmentRules, track: Track) -> dict[str, str]:
    """Return the labels of the vetoes and statements of ``track`` by key: each is a yes or a no."""
    return {one.key: one.label for one in track.vetoes} | {one.key: one.label for one in scheme.statements}


def stated_items(
    scheme: AssessmentRules, rules: CampaignRules, supplier: str, track: Track
) -> dict[str, str]:
    """Return the vetoes and statements a supplier may report of a unit of ``track``, each with its label."""
    labels = answered(scheme, track)
    found = ((key, rules.supplier_of(key)) for key in labels)
    return {key: labels[key] for key, brings in found if brings is not None and brings.key == supplier}


def rated_cells(
    scheme: AssessmentRules, members: Iterable[Member], *, rater_group: str, period: str
) -> Iterator[Asked]:
    """Yield the marks a rater of a group gives in a period."""
    for member in members:
        track = None if member.exempt else scheme.track_of(member.group)
        for part in track.components if track else ():
            groups = {group.key for group in part.raters.groups} if part.raters else set()
            if rater_group in groups and period in periods_of(part):
                yield from (Asked(member, part, slot, period, rater_group) for slot in part.slots)


def rated_periods(scheme: AssessmentRules, members: Iterable[Member], rater_group: str) -> tuple[str, ...]:
    """Return the periods in which a rater of a group has something to rate."""
    known = list(members)
    return tuple(
        period
        for period in all_periods(scheme)
        if next(rated_cells(scheme, known, rater_group=rater_group, period=period), None) is not None
    )


def period_labels(scheme: AssessmentRules) -> dict[str, str]:
    """Return the label of every period of a scheme."""
    parts = (part for track in scheme.tracks for part in track.components if part.periods)
    return {one.key: one.label for part in parts if part.periods for one in part.periods.periods}


def rater_groups(scheme: AssessmentRules) -> dict[str, str]:
    """Return the groups of raters the scheme knows, with their labels."""
    return {group.key: group.label for group in _groups(scheme)}


def leaf_groups(scheme: AssessmentRules) -> dict[str, str]:
    """Return the groups that hold units, with their labels."""
    return {leaf.key: leaf.label for track in scheme.tracks for leaf in track.leaves()}


def exemption_labels(scheme: AssessmentRules) -> dict[str, str]:
    """Return why somebody may not be assessed: the states of the scheme, and who is gone."""
    return {one.key: one.label for one in scheme.exemptions} | {LEFT: "撤并或调出"}


def code_of(known: Mapping[str, str], said: str) -> str:
    """Return the code that a code or its label stands for; what is neither, or not one alone, as it is said.

    Examples
    --------
    >>> code_of({"township": "乡镇"}, "乡镇")
    'township'
    """
    keys = [key for key, label in known.items() if label == said]
    return said if said in known or len(keys) != 1 else keys[0]


def rating_oneself(scheme: AssessmentRules) -> frozenset[str]:
    """Return the groups in which everybody rates themselves."""
    return frozenset(group.key for group in _groups(scheme) if group.own)


def _groups(scheme: AssessmentRules) -> Iterator[RaterGroup]:
    for track in scheme.tracks:
        for part in track.components:
            yield from part.raters.groups if part.raters else ()


def own_groups(scheme: AssessmentRules, member: Member) -> tuple[str, ...]:
    """Return the groups in which a person rates themselves."""
    track = None if member.exempt else scheme.track_of(member.group)
    parts = [part for part in (track.components if track else ()) if part.raters]
    keys = (group.key for part in parts if part.raters for group in part.raters.groups if group.own)
    return tuple(dict.fromkeys(keys)) if member.person else ()
