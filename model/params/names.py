"""Names that an assumption, a section, a scenario or a file of actuals may have.

They become attributes in formulas, sheet names and defined names in a workbook, and folders.
"""

from __future__ import annotations

import keyword
import re

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
