"""What a file of actuals gives by name, and what follows from it without the plan; and what the
plan says of the same name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.analysis.kpis import kpi_months
from model.companies.glossary import glossary
from model.engine.projection import Projection
from model.engine.trace import trace
from model.params.observations import Actuals

# Lines that follow from others in the months in which those are given.
SUBTOTALS = ("gross_profit", "contribution", "ebitda")
# What each line is the sum of, where its parts are lines of their own and not its segments.
SUMS = {
    "subscriptions": ("mentee_subscriptions", "mentor_subscriptions"),
    "revenue": ("commission", "mentee_subscriptions", "mentor_subscriptions"),
    "gmv": ("commission", "mentor_earnings"),
    "marketing": ("mentee_marketing", "mentor_marketing"),
}
# What happened is booked in whole cents, the plan is not. [USD]
CENT = 0.01


def is_line(projection: Projection, name: str) -> bool:
    """Whether a name is a line; otherwise it is a KPI alone."""
    return name in projection


def last_close(projection: Projection, found: Actuals) -> int | None:
    """The place of the last month in which any line is closed, or any KPI where no line is."""
    lines = [name for name in found.values if is_line(projection, name)]
    closes = [last for name in lines or found.values if (last := found.last(name)) is not None]
    return max(closes, default=None)


def is_flow(projection: Projection, name: str) -> bool:
    """Whether a name is a line that adds up over months."""
    return is_line(projection, name) and glossary().kind(name)[0] == "flow"


def planned(projection: Projection, name: str, scenario: int = 0) -> np.ndarray:
    """The plan of a line or KPI by month, (month,); NaN where the plan says nothing of it."""
    months = projection[name] if name in projection else kpi_months(projection, name)
    return months[scenario]


def with_subtotals(projection: Projection, found: Actuals) -> dict[str, np.ndarray]:
    """Observed values by name, and gross profit, contribution and EBITDA in the months in which
    all of their parts are given and they are not."""
    values = dict(found.values)
    for name in SUBTOTALS:
        made = added_up(projection, values, name)
        if made is not None:
            values[name] = filled(values.get(name), made)
    return {name: months for name, months in values.items()
            if name in found.values or np.isfinite(months).any()}


def added_up(projection: Projection, values: Mapping[str, np.ndarray],
             line: str) -> np.ndarray | None:
    """What the parts of a line give, as its formula adds and subtracts them; None where one is
    not there."""
    parts = trace(projection.assumptions).signed(line)
    if not all(part in values for part in parts):
        return None
    return sum(sign * values[part] for part, sign in parts.items())


def filled(given: np.ndarray | None, made: np.ndarray) -> np.ndarray:
    """What is given, and what was made of other lines in the months in which nothing is."""
    return made if given is None else np.where(np.isfinite(given), given, made)
