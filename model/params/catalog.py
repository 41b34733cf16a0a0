"""Which subjects and scenarios there are, and the files that each reads.

Names that an assumption, a section, a scenario or a file of actuals may have.

They become attributes in formulas, sheet names and defined names in a workbook, and folders.
"""

from __future__ import annotations

import keyword
import re
from datetime import date
from pathlib import Path

from model.files import entries, is_there
from model.folders import params
from model.params.yaml_file import read
from model.problems import InputError, Problem, nearest

# What a company observed, in the folder of its params.
ACTUALS = "actuals.csv"


# What a running programme exported, in the folder of the budget's params, and the example that
# stands in for it.
EVENTS, EXAMPLE = "events.csv", "invented_quarter.csv"
# The quarter of which the example tells, whatever a plan says: first day, weeks and total in cents.
EXAMPLE_OF = (date(2026, 1, 5), 13, 12_000_000)

# The subject that is no company: the plan of a programme's budget by week.
BUDGET = "budget"


def subjects() -> tuple[str, ...]:
    """Names of the subjects that have a base.yaml, in alphabetical order."""
    return tuple(path.name for path in entries(params()) if is_there(path / "base.yaml"))


def companies() -> tuple[str, ...]:
    """The subjects that are companies, in alphabetical order: all but the budget."""
    return tuple(name for name in subjects() if name != BUDGET)


def scenarios(subject: str) -> tuple[str, ...]:
    """Names of a subject's scenarios, base first. Raises InputError on an unknown subject."""
    known_subject(subject)
    return ("base", *(path.stem for path in entries(params() / subject / "scenarios")
                      if path.suffix == ".yaml" and path.stem != "base"))


def known_subject(subject: str) -> None:
    """Raise InputError where there are no params for a subject of this name."""
    if subject not in subjects():
        raise InputError([Problem("subject", f"{subject!r} has no assumptions; "
                                  f"{nearest(subject, subjects())}")])


def known_company(company: str) -> None:
    """Raise InputError where there are no assumptions for a company of this name."""
    if company == BUDGET and company in subjects():
        raise InputError([Problem("company", "budget is no company: it is the plan of a "
                                  f"programme's budget by week; {nearest('', companies())}")])
    if company not in companies():
        raise InputError([Problem("company", f"{company!r} has no assumptions; "
                                  f"{nearest(company, companies())}")])


def scenario_path(company: str, scenario: str) -> Path:
    """The file of one scenario; base is the file of the assumptions themselves.

    Raises InputError on an unknown company or scenario.
    """
    if scenario not in scenarios(company):
        raise InputError([Problem("scenario", f"{scenario!r} is not a scenario of {company}; "
                                  f"{nearest(scenario, scenarios(company))}")])
    return params() / company / "base.yaml" if scenario == "base" else path_of(company, scenario)


def path_of(subject: str, name: str) -> Path:
    """Where the file of a scenario of this name stands, or would stand; not of base."""
    return params() / subject / "scenarios" / f"{name}.yaml"


def events_file(subject: str = BUDGET) -> Path:
    """The export of a running programme that its report reads: events.csv beside its params, or
    the invented example where there is none."""
    folder = params() / subject
    return folder / EVENTS if is_there(folder / EVENTS) else folder / "examples" / EXAMPLE


def unread_files(company: str) -> tuple[Path, ...]:
    """Files among a company's scenarios that look like one, but that no command reads."""
    return tuple(path for path in entries(params() / company / "scenarios")
                 if path.suffix.lower() in (".yaml", ".yml")
                 and (path.stem == "base" or path.suffix != ".yaml"))


def scenario_files(company: str, scenario: str) -> tuple[Path, ...]:
    """Every params file that a scenario reads: base first, then what it extends, then its own.

    The chain ends where a scenario extends none that is there, or one that is in it already.
    Raises InputError on an unknown company or scenario.
    """
    chain: list[Path] = []
    path = scenario_path(company, scenario)
    known = scenarios(company)
    while path.parent.name == "scenarios" and path not in chain:
        chain.append(path)
        extends = read(path).content.get("extends")
        if extends not in known:
            break
        path = scenario_path(company, extends)
    return (scenario_path(company, "base"), *reversed(chain))


def actuals_file(company: str, scenario: str) -> Path | None:
    """The file of what was observed: the one that a scenario names, or one that it extends;
    otherwise the company's actuals.csv, None where there is none.

    A file that is named need not be there. Raises InputError on an unknown company or scenario.
    """
    folder = params() / company
    for path in reversed(scenario_files(company, scenario)[1:]):
        if is_csv_beside(name := read(path).content.get("actuals")):
            return folder / name
    default = folder / ACTUALS
    return default if is_there(default) else None


def unread_actuals(company: str) -> tuple[Path, ...]:
    """Files in a company's folder that are called like actuals, but that no command reads."""
    known = {actuals_file(company, scenario) for scenario in scenarios(company)}
    return tuple(path for path in entries(params() / company)
                 if path.stem.lower() in ("actual", "actuals", "actuals.csv")
                 and path.suffix.lower() in (".csv", ".tsv", ".txt")
                 and path not in known)


_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PART = r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,59}"
_BESIDE = re.compile(rf"(?:{_PART}/){{0,3}}{_PART}\.csv")
_CELL = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*|c[0-9]*|r[0-9]*c[0-9]*")

# Spreadsheet functions that somebody might plausibly choose as the name of an assumption.
_FUNCTIONS = frozenset("""
    abs address and areas average avg base ceiling cell char choose clean code column columns
    combin concat convert count current date day days db ddb delta disc dollar drop duration
    edate effect error even exact exp expand fact false filter find fixed floor forecast formula
    frequency fv gamma group growth hour hyperlink if image index info int intercept intrate
    ipmt irr iso kurt large left len let linest ln log logest lookup lower map match max median
    mid min minute mirr mod mode month months n na nominal not now nper npv odd offset or
    percentile permut pi pmt power ppmt price prob product proper pv quartile quotient rand rank
    rate received reduce replace rept right round row rows rri scan search second sequence sheet
    sheets sign sin skew sln slope small sort sqrt standardize stdev style substitute sum switch
    syd t take tan text time today translate transpose trend trim true trunc type unicode unique
    upper value var vlookup weekday weeks workday xirr xlookup xnpv year yearfrac years yield
""".split())  # noqa: SIM905

# Windows refuses these as folder names, and reports have a folder per scenario.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt")
                                                   for number in range(1, 10))})
# Sections of assumptions are dicts with attributes, so a dict's own names are taken.
_RESERVED = frozenset({"timeline", *dir(dict)})


def fault(name: object, in_formulas: bool = True) -> str | None:
    """Why a name cannot be used, as the end of a sentence; None where it can.

    A name that stands in no formula, a scenario's, may read as a cell or a function.
    """
    if not isinstance(name, str) or not _PLAIN.fullmatch(name):
        return ("is not a plain name; use lower-case letters, digits and underscores, a letter "
                "first, at most 60")
    if name in _DEVICES:
        return "is a reserved word; use another"
    if not in_formulas:
        return None
    if _CELL.fullmatch(name):
        return "reads as a cell of a spreadsheet; use a longer word"
    if name in _FUNCTIONS:
        return "is the name of a spreadsheet function; add a word that says of what"
    if keyword.iskeyword(name) or name in _RESERVED:
        return "is a reserved word; use another"
    return None


def is_csv_beside(name: object) -> bool:
    """Whether a name is that of a CSV file in a company's folder or below: `examples/made_up.csv`,
    and nothing that leads out of it."""
    return isinstance(name, str) and bool(_BESIDE.fullmatch(name))
