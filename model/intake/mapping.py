"""What a map says of a company's exports: how they are written, and what their accounts are.

`params/mentorship/examples/invented_export.yaml` explains every key.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator

from model.intake.amounts import AmountForm
from model.intake.dates import DateForm
from model.params import catalog, yaml_file
from model.params.entry import Closed, validate
from model.params.values import Text
from model.params.yaml_file import ParamsFile
from model.problems import InputError, Problem, fail_if, quoted

# What a proposed map holds in the place of an answer.
UNKNOWN = "?"
SEPARATORS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
REVERSED = "reversed"


Written = TypeVar("Written", bound="Writing")


def words_of(cell: object) -> str:
    """The text of a cell as names are compared: a whole number without a point, single spaces."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _name(value: Any) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise ValueError(f"holds {quoted(str(value))}, which is no name; put it in quotes")
    if not words_of(value):
        raise ValueError("holds an empty name; write one")
    return words_of(value)


def _names(value: Any) -> tuple[str, ...]:
    """One name, or several in order."""
    return tuple(map(_name, value if isinstance(value, list) else [value]))


def _column(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and words_of(value) not in ("", UNKNOWN):
        return words_of(value)
    raise ValueError(f"is {quoted(value)}, but must be the name of a column, or its number from 1")


def _header(value: Any) -> tuple[int, ...]:
    """The line with the names of columns, or two: that of groups of columns above it."""
    lines = value if isinstance(value, list) else [value]
    if len(lines) not in (1, 2) or not all(type(line) is int and line >= 1 for line in lines) or \
            sorted(set(lines)) != lines:
        raise ValueError(f"is {quoted(value)}, but must be the number of a line from 1, or those "
                         "of two, groups above names, as [3, 4]")
    return tuple(lines)


def _date_form(value: Any) -> str:
    try:
        return DateForm(str(value)).form
    except ValueError as error:
        raise ValueError(f"{error}{_ASKED if value == UNKNOWN else ''}") from None


_ASKED = "; the map asks for it beside its key"
Column = Annotated[str | int, BeforeValidator(_column)]
Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Header = Annotated[tuple[int, ...], BeforeValidator(_header)]
Form = Annotated[str, BeforeValidator(_date_form)]


class Columns(Closed):
    """The columns of a file by their names in its header, or by number. A wide one has a column of
    accounts; a long one that of a date or month as well, unless all of it is one month, and of an
    amount, or of debit and credit, whose difference it is."""

    account: Column
    period: Column | None = None
    amount: Column | None = None
    debit: Column | None = None
    credit: Column | None = None


class Total(Closed):
    """What a total adds up and takes off: headings of the file, accounts, or other totals."""

    plus: Names
    minus: Names = ()


class Writing(Closed):
    """How a file is written, whatever it holds; `totals` without a rule are those of what stands
    above them or left of them."""

    decimal: Literal[".", ","]
    thousands: Literal["none", ".", ",", "'", "space"] = "none"
    dates: Form | None = None
    separator: Literal[",", ";", "tab", "|"] = ","
    encoding: Literal["utf-8", "utf-16", "cp1252", "cp850"] = "utf-8"
    sheet: Text | None = None
    header: Header = (1,)
    signs: dict[str, Literal["as booked", "reversed"]] = {}
    totals: dict[str, Total | None] = {}
    left_out: Names = ()

    @property
    def amount_form(self) -> AmountForm:
        return AmountForm(self.decimal, self.thousands)


class Map(Writing):
    """A map of exports."""

    company: Text
    layout: Literal["long", "wide"]
    columns: Columns
    accounts: dict[str, Name]

    def is_reversed(self, account: str) -> bool:
        """Whether the sign of an account's amounts is turned: as it says, or as its line does."""
        return self.signs.get(account, self.signs.get(self.accounts[account])) == REVERSED


def read_map(path: Path) -> tuple[Map, ParamsFile]:
    """A map of exports, and its file. Raises InputError with every problem."""
    found, file = content_of(path, Map, Columns, ("accounts", "signs", "totals"))
    fail_if(_contradictions(found, file))
    check_company(found.company, file)
    return found, file


def content_of(path: Path, kind: type[Written], columns: type[Closed],
               names: Sequence[str]) -> tuple[Written, ParamsFile]:
    """A map of some kind, and its file; `names` are its keys that hold names of the mapped file.
    Raises InputError with every problem."""
    file = yaml_file.read(path)
    fail_if(list(file.problems))
    content = dict(file.content)
    problems: list[Problem] = []
    # Parts are checked by themselves, so that a sentence names the keys of the part.
    for key, part_kind, name in _parts(content, columns):
        part = content[key[0]] if len(key) == 1 else content[key[0]][key[1]]
        problems += validate(part_kind, part, file, key, name=name)[1]
    fail_if(problems)
    found, problems = validate(kind, content, file, name="the map")
    fail_if(problems)
    return found.model_copy(update={
        key: {words_of(name): value for name, value in getattr(found, key).items()}
        for key in names}), file


def check_company(company: str, file: ParamsFile) -> None:
    """Raise InputError where a map names a company that there is not."""
    try:
        catalog.check_company(company)
    except InputError as error:
        raise InputError.of(file.where("company"), error.problems[0].what) from None


def _parts(content: dict,
           columns: type[Closed]) -> list[tuple[tuple[str, ...], type[Closed], str]]:
    parts = [(("columns",), columns, "columns")] if isinstance(content.get("columns"), dict) else []
    totals = content.get("totals")
    if isinstance(totals, dict):
        parts += [(("totals", name), Total, f"the total {quoted(name)}")
                  for name, rule in totals.items() if rule is not None]
    return parts


def same_signs(found: Writing) -> list[tuple[tuple[str, ...], str]]:
    """The key and a sentence where the sign before decimals stands between thousands as well."""
    if found.thousands != found.decimal:
        return []
    return [(("thousands",), f"thousands is {quoted(found.thousands)}, as the decimal sign is; "
                             "write what the file has between thousands, or none.")]


def _contradictions(found: Map, file: ParamsFile) -> list[Problem]:
    """What the keys of a map cannot say together."""
    said = same_signs(found)
    columns = found.columns
    if len(found.header) > 1 and found.layout == "long":
        said.append((("header",), "a long file has one line with the names of columns; name that "
                                  "one."))
    sides = (columns.debit is not None, columns.credit is not None)
    if found.layout == "wide":
        said += [(("columns", key), f"a wide file has no column {key}, as its months are columns; "
                                    "remove the key.")
                 for key in ("period", "amount", "debit", "credit")
                 if getattr(columns, key) is not None]
    elif (columns.amount is not None) == any(sides) or any(sides) != all(sides):
        said.append((("columns",), "a long file has its amounts in one column, amount, or in two, "
                                   "debit and credit; name one or those two."))
    if found.dates is None and (found.layout == "wide" or columns.period is not None):
        said.append((("columns",), "the map does not say how the file writes months; add dates: "
                                   "DD.MM.YYYY, MM/DD/YYYY, YYYY-MM, MMM YYYY or as it is."))
    for account, line in found.accounts.items():
        if line == UNKNOWN:
            said.append((("accounts", account), f"the line of {quoted(account)} is still ?; name "
                                                "a line, or put the account under left_out."))
        if account in found.left_out or account in found.totals:
            said.append((("accounts", account), f"{quoted(account)} is both an account and left "
                                                "out or a total; keep one."))
    known = {*found.accounts, *found.accounts.values()}
    said += [(("signs", name), f"{quoted(name)} has a sign, but is neither an account of the map "
                               "nor a line of one; correct or remove it.")
             for name in found.signs if name not in known]
    return [Problem(file.where(*keys), what) for keys, what in said]
