"""What params/ holds: subjects, their scenarios, the files of each, and the names they may have."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from model.files import exists, listing
from model.folders import params
from model.params import yaml_file
from model.problems import InputError, nearest

# The subject that is no company: the plan of a programme's budget by week.
BUDGET = "budget"
# A company's file of what was observed.
ACTUALS = "actuals.csv"
# The budget's files of what a running programme exported, and of its log; and the example that
# stands in for an export. Those of a scenario have its name: events_small_pilot.csv.
EVENTS, LEDGER, EXAMPLE = "events.csv", "ledger.jsonl", "invented_quarter.csv"
# How the export beside a plan is written, where it is a file of another program.
EVENTS_MAP = "events.yaml"
# The quarter of the example, whatever a plan says: first day, weeks, and total in cents.
EXAMPLE_OF = (date(2026, 1, 5), 13, 12_000_000)


def subjects() -> tuple[str, ...]:
    """The subjects that have a base.yaml, in alphabetical order."""
    return tuple(path.name for path in listing(params()) if exists(path / "base.yaml"))


def companies() -> tuple[str, ...]:
    """The subjects but for the budget, in alphabetical order."""
    return tuple(name for name in subjects() if name != BUDGET)


def model_of(company: str) -> tuple[object, str]:
    """The company whose texts a company says that it uses, the `model` of its base.yaml, and where;
    None where it names none, and no place where it has no file."""
    path = params() / company / "base.yaml"
    file = yaml_file.read(path) if exists(path) else None
    return (file.content.get("model"), file.where("model")) if file else (None, "")


def scenarios(subject: str) -> tuple[str, ...]:
    """A subject's scenarios, base first. Raises InputError for an unknown subject."""
    check_subject(subject)
    return ("base", *(path.stem for path in listing(params() / subject / "scenarios")
                      if path.suffix == ".yaml" and path.stem != "base"))


def check_subject(subject: str) -> None:
    """Raise InputError for an unknown subject."""
    _check("subject", subject, subjects())


def check_company(company: str, others: Iterable[str] = ()) -> None:
    """Raise InputError for an unknown company, which is none of some `others`."""
    if company == BUDGET and company in subjects():
        raise InputError.of("company", "budget is no company: it is the plan of a programme's "
                                       f"budget by week; {nearest('', companies())}")
    _check("company", company, (*companies(), *others))


def _check(kind: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise InputError.of(kind, f"{name!r} has no assumptions; {nearest(name, names)}")


def scenario_path(subject: str, scenario: str) -> Path:
    """The file of a scenario. Raises InputError for an unknown subject or scenario."""
    if scenario not in scenarios(subject):
        raise InputError.of("scenario", f"{scenario!r} is not a scenario of {subject}; "
                                        f"{nearest(scenario, scenarios(subject))}")
    return params() / subject / "base.yaml" if scenario == "base" else path_of(subject, scenario)


def path_of(subject: str, scenario: str) -> Path:
    """The file of a scenario other than base, which need not exist yet."""
    return params() / subject / "scenarios" / f"{scenario}.yaml"


def scenario_files(subject: str, scenario: str) -> tuple[Path, ...]:
    """Every params file that a scenario reads: base, the scenarios that it extends, its own. The
    chain ends at a scenario that extends none, an unknown one, or one of the chain. Raises
    InputError for an unknown subject or scenario."""
    chain: list[Path] = []
    path = scenario_path(subject, scenario)
    names = scenarios(subject)
    while path.parent.name == "scenarios" and path not in chain:
        chain.append(path)
        extends = yaml_file.read(path).content.get("extends")
        if extends not in names:
            break
        path = scenario_path(subject, extends)
    return (scenario_path(subject, "base"), *reversed(chain))


def extending(subject: str, scenario: str) -> tuple[str, ...]:
    """The other scenarios that extend one, or one that extends it. Raises InputError for an unknown
    subject."""
    return tuple(other for other in scenarios(subject) if other != scenario and scenario in {
        file.stem for file in scenario_files(subject, other)})


def unread_files(subject: str) -> tuple[Path, ...]:
    """Files among a subject's scenarios that look like one, but that no command reads."""
    return tuple(path for path in listing(params() / subject / "scenarios")
                 if path.suffix.lower() in (".yaml", ".yml")
                 and (path.stem == "base" or path.suffix != ".yaml"))


def actuals_file(company: str, scenario: str) -> Path | None:
    """The file of actuals that a scenario, or one that it extends, names, there or not; otherwise
    actuals.csv, if it is there. Raises InputError for an unknown company or scenario."""
    folder = params() / company
    for path in reversed(scenario_files(company, scenario)[1:]):
        if is_csv_beside(name := yaml_file.read(path).content.get("actuals")):
            return folder / name
    default = folder / ACTUALS
    return default if exists(default) else None


def unread_actuals(company: str) -> tuple[Path, ...]:
    """Files in a company's folder that are called like actuals, but that no command reads."""
    files = {actuals_file(company, scenario) for scenario in scenarios(company)}
    return tuple(path for path in listing(params() / company)
                 if path.stem.lower() in ("actual", "actuals", "actuals.csv")
                 and path.suffix.lower() in (".csv", ".tsv", ".txt")
                 and path not in files)


def own_name(name: str, scenario: str) -> str:
    """What the budget's file of a name, such as `events.csv`, is called where it belongs to a
    plan: base's has the name itself, another's `events_<scenario>.csv`."""
    stem, _, ending = name.partition(".")
    return name if scenario == "base" else f"{stem}_{scenario}.{ending}"


def own_file(name: str, scenario: str) -> Path | None:
    """The budget's file of a name that belongs to one plan; None where it is not there."""
    path = params() / BUDGET / own_name(name, scenario)
    return path if exists(path) else None


def example_file() -> Path | None:
    """The invented example of the sample quarter; None where it is not there."""
    path = params() / BUDGET / "examples" / EXAMPLE
    return path if exists(path) else None


# Names become attributes in formulas, sheets and defined names in a workbook, and folders.

PLAIN = re.compile(r"[a-z][a-z0-9_]{0,59}")
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


def name_fault(name: object, in_formulas: bool = True) -> str | None:
    """Why an assumption, a section or a scenario cannot have a name, as the end of a sentence. A
    scenario's name stands in no formula, so it may read as a cell or a function."""
    if not isinstance(name, str) or not PLAIN.fullmatch(name):
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


def within(path: str, section: str) -> bool:
    """Whether a dotted path is that of a section, or leads into it."""
    return path == section or path.startswith(f"{section}.")


def mix_of(path: str) -> str | None:
    """The mix of shares to which a path belongs, if any."""
    section = path.rpartition(".")[0]
    return section if section.split(".")[-1] == "mix" else None


def is_csv_beside(name: object) -> bool:
    """Whether a name leads to a CSV file in a company's folder or below."""
    return isinstance(name, str) and bool(_BESIDE.fullmatch(name))
