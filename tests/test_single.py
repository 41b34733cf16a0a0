"""One scenario by itself is read as plain Python: the same bits as among many."""

from dataclasses import replace

import numpy as np
import pytest
from seasonal import seasonal
from wild import values

from model import load, project
from model.companies import company_module
from model.engine import single
from model.engine.numbers import batch
from model.params import catalog

COMPANIES = catalog.companies()


def bits(block):
    """The 64 bits of each number; a zero has one sign, and what is undefined one look."""
    return np.where(np.isnan(block), np.nan, block + 0.0).view(np.int64)


def whole(plan):
    return single.block(company_module(plan.company), plan)


def twice(assumptions):
    """The plan as the first of two equal scenarios, which NumPy reads."""
    path = next(path for path, each in assumptions.series.items() if each.grain == "constant")
    value = float(assumptions.series[path].values[0, 0])
    return batch(assumptions, {path: np.array([value, value])})


@pytest.mark.parametrize("plan", [
    *(load(company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)),
    *map(seasonal, COMPANIES)], ids=lambda plan: f"{plan.company}-{plan.scenario}")
def test_every_scenario_has_the_same_bits_as_among_many(plan):
    lines, block = whole(plan)
    among = twice(plan)
    assert lines == among.lines
    assert np.array_equal(bits(block), bits(among.block[:, :, :1]))
    # The first projection of a shape is checked and read by NumPy, later ones are not.
    for again in (project(plan), project(plan)):
        assert again.unread == among.unread and np.array_equal(bits(again.block), bits(block))


@pytest.mark.parametrize("company", COMPANIES)
def test_random_plans_have_the_same_bits(company):
    base = load(company)
    wild = values(base, 60, 5)
    among = batch(base, wild)
    for place in range(60):
        plan = base.with_values({path: np.asarray(each)[place:place + 1]
                                 for path, each in wild.items()})
        _, block = whole(plan)
        assert np.array_equal(bits(block), bits(among.block[:, :, place:place + 1]))
        assert np.array_equal(bits(project(plan).block), bits(block))


def test_a_plan_that_divides_by_nothing_is_left_to_numpy():
    # No file may hold such a plan: the domain of a CAC begins at a cent.
    plan = load("influencer").with_values({"opening_cash": 1.0})
    plan.held["customers.cac"] = replace(plan.held["customers.cac"], values=np.zeros((5, 1)))
    assert whole(plan) is None
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isinf(project(plan)["new_customers"]).any()


def test_kept_lines_are_those_of_the_whole():
    plan = load("mentorship")
    some = project(plan, keep=("ebitda", "revenue", "ebitda"))
    assert some.lines == ("ebitda", "revenue")
    assert np.array_equal(some["ebitda"], project(plan)["ebitda"])


def test_least_and_most_are_those_of_numpy():
    numbers = (-1.0, 0.0, 2.5, np.inf, -np.inf, np.nan)
    for a in numbers:
        for b in numbers:
            assert np.array_equal(single._least(a, b), np.minimum(a, b), equal_nan=True)
            assert np.array_equal(single._most(a, b), np.maximum(a, b), equal_nan=True)
