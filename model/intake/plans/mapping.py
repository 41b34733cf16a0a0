"""What a map says of a spreadsheet with a plan: how it is written, and which assumption each row
is. `params/mentorship/examples/invented_plan.yaml` explains every key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from model.intake.mapping import (
    REVERSED,
    UNKNOWN,
    Column,
    Name,
    Writing,
    check_company,
    content_of,
    same_signs,
)
from model.params.entry import Closed
from model.params.values import SOURCE_KINDS, Text
from model.params.yaml_file import ParamsFile
from model.problems import InputError, Problem, fail_if, quoted


class PlanColumns(Closed):
    """The columns beside those of years and months, by name or number: the names of rows, and where
    there are such, their units, and the one number that holds for the whole plan."""

    name: Column
    unit: Column | None = None
    value: Column | None = None

    @property
    def account(self) -> str | int:
        """What names a row."""
        return self.name


class PlanMap(Writing):
    """A map of a plan. `source` is the kind of source that is written with `--base`."""

    company: Text | None = None
    columns: PlanColumns
    rows: dict[str, Name]
    units: dict[str, Name] = {}
    source: Literal[SOURCE_KINDS] = "estimate"

    @property
    def accounts(self) -> Mapping[str, str]:
        """The rows, as totals ask for them."""
        return self.rows

    def is_reversed(self, row: str) -> bool:
        """Whether the sign of a row's amounts is turned: as it says, or as its assumption does."""
        return self.signs.get(row, self.signs.get(self.rows[row])) == REVERSED


def read_plan_map(path: Path, company: str | None) -> tuple[PlanMap, ParamsFile]:
    """A map of a plan for a company, its own or another, and its file. Raises InputError with every
    problem."""
    found, file = content_of(path, PlanMap, PlanColumns, ("rows", "units", "signs", "totals"))
    fail_if(_contradictions(found, file))
    if found.company is None and company is None:
        raise InputError.of(file.where(), "the map does not say whose plan it is about; add "
                                          "company: NAME, or give --company NAME.")
    if company is None:
        check_company(found.company, file)
    return found.model_copy(update={"company": company or found.company}), file


def _contradictions(found: PlanMap, file: ParamsFile) -> list[Problem]:
    """What the keys of a map cannot say together."""
    said = same_signs(found)
    for name, path in found.rows.items():
        if path == UNKNOWN:
            said.append((("rows", name), f"the assumption of {quoted(name)} is still ?; name one, "
                                         "put the row under left_out, or remove this line."))
        if name in found.left_out or name in found.totals:
            said.append((("rows", name), f"{quoted(name)} is both a row and left out or a total; "
                                         "keep one."))
    said += [(("units", name), f"the unit of {quoted(name)} is still ?; name one, as the comment "
                               "beside it says.")
             for name, unit in found.units.items() if unit == UNKNOWN]
    known = {*found.rows, *found.rows.values()}
    said += [((key, name), f"{quoted(name)} is neither a row of the map nor an assumption of one; "
                           f"correct or remove it under {key}.")
             for key, names in (("signs", found.signs), ("units", found.units))
             for name in names if name not in known]
    return [Problem(file.where(*keys), what) for keys, what in said]
