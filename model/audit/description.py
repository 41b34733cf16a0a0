"""Whether what a company says of itself fits its texts and its plan: what its profile names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from model.companies import company_module
from model.companies.claims import claims
from model.companies.entries import text_problems
from model.companies.glossary import glossary
from model.companies.profiles import Profile, place, profile
from model.engine.projection import Projection
from model.engine.texts import texts
from model.problems import InputError, Problem, nearest


def read_problems(company: str) -> list[Problem]:
    """What is wrong with the files of a company's folder, by themselves."""
    found: dict[Problem, None] = {}
    for file in (glossary, claims, profile):
        try:
            file(company)
        except InputError as error:
            found |= dict.fromkeys(error.problems)
    return [*found, *text_problems(company_module(company))]


def problems(projection: Projection) -> list[Problem]:
    """What a profile names that the company does not have."""
    company, entries = projection.company, projection.assumptions.entries
    unknown = [Problem(place(company, *at), (
        f"{at[0]} names {name!r}, which is no {what} of {company}; {nearest(name, known)}"))
        for at, name, what, known in _named(projection, profile(company), entries)
        if name not in known]
    return unknown + _unwritten(projection)


def _named(projection: Projection, stated: Profile, entries: Collection[str],
           ) -> Iterator[tuple[tuple, str, str, Collection[str]]]:
    """Each name in a profile: where it stands, the name, of what it is, and what there is."""
    segments = [name for side in company_module(projection.company).SIDES for name in side.segments]
    for key in ("levers", "grid", "solve"):
        for at, path in enumerate(getattr(stated, key) or ()):
            yield (key, at), path, "assumption", entries
    yield ("focus",), stated.focus, "segment", segments
    if stated.volume:
        yield ("volume",), stated.volume, "line", projection.lines
    for line in stated.jumps:
        yield ("jumps", line), line, "line", projection.lines
    if stated.published:
        yield ("published", "met_by"), stated.published.met_by, "assumption", entries
    for name, goal in stated.kpis.items():
        if goal.segment:
            yield ("kpis", name, "segment"), goal.segment, "segment", segments
        if goal.moving:
            yield ("kpis", name, "moving"), goal.moving, "KPI", texts(projection.assumptions).kpis


def _unwritten(projection: Projection) -> list[Problem]:
    """KPIs that say why they may have no value, but that no formula gives."""
    written = texts(projection.assumptions).kpis
    return [Problem(place(projection.company, "kpis", name), (
        f"{name} has no formula in kpis(), but says why it may be undefined; write one, or take "
        f"'undefined' out: it then comes from actuals. {nearest(name, written)}"))
        for name, goal in profile(projection.company).kpis.items()
        if goal.modeled and name not in written]
