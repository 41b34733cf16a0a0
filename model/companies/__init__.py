"""The companies: their texts, and what lines, KPIs and claims mean.

A company is here by having a folder: its texts, glossary.yaml, profile.yaml and, where something
is published of it, claims.yaml. Its figures stand in a folder of the same name in params.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from model.params import catalog
from model.problems import InputError, nearest, quoted

COMPANIES = tuple(sorted(path.parent.name for path in Path(__file__).parent.glob("*/__init__.py")))


# What a module may leave out: its kind, in a word; lines of advertising within contribution, and
# of commissions on what is sold; roles that deliver, and roles that sell; lines of other costs
# that win those who pay, beside marketing and advertising; what a team can deliver; the lines of
# what is kept of pieces that others are paid for, and of the pieces; the lines that one adds up
# to, where they are no segments of it; what is left of a line once others are taken off; what is a
# share of another line; for whom money is held that is not the company's; alerts on what only it
# has.
OPTIONAL = {"KIND": None, "ADS": (), "COMMISSIONS": (), "DELIVERS": (), "SELLS": (), "WINS": (),
            "CAPACITY": None, "KEPT": (), "PARTS": {}, "RESTS": {}, "SHARE_OF": {},
            "HELD_FOR": "others", "alerts": lambda projection: []}


def has_texts(company: str) -> bool:
    """Whether there are texts for a subject: its own, or those of the company that it names."""
    return company in COMPANIES or catalog.model_of(company)[0] in COMPANIES


def text_name(company: str) -> str:
    """The company whose texts a company uses: its own, or those that its base.yaml names. Raises
    InputError on an unknown name."""
    if company in COMPANIES:
        return company
    named, where = catalog.model_of(company)
    if named in COMPANIES:
        return named
    known = nearest(company if named is None else str(named), COMPANIES)
    if named is not None:
        raise InputError.of(where, f"model is {quoted(named)}, but must be a company that has "
                                   f"formulas of its own; {known}")
    raise InputError.of(where or "company", (
        f"{company!r} is not a company of this model; {known} A company has formulas of its own in "
        "a folder of model/companies, or its base.yaml says whose it uses, as in "
        "model: mentorship."))


def kinds() -> dict[str, str]:
    """The first company of each kind, by the word that its module says."""
    found: dict[str, str] = {}
    for company in COMPANIES:
        if kind := company_module(company).KIND:
            found.setdefault(kind, company)
    return found


def company_module(company: str) -> ModuleType:
    """The module with the texts of a company. Raises InputError on an unknown name."""
    module = importlib.import_module(f"model.companies.{text_name(company)}")
    for name, default in OPTIONAL.items():
        vars(module).setdefault(name, default)
    return module
