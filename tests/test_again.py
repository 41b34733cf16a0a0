"""What the texts remember from month to month is worked out again from whole rows: E19."""

import numpy as np
import pytest
import wild

from model import batch, load, project
from model.audit import again, lives
from model.companies import COMPANIES
from model.engine.figures import figures
from model.params import catalog


@pytest.mark.parametrize("company", COMPANIES)
def test_it_holds_in_every_scenario_and_in_plans_beyond_what_is_plausible(company):
    for scenario in catalog.scenarios(company):
        assert again.fault(project(load(company, scenario))) is None, scenario
    assert again.fault(batch(load(company), wild.values(load(company), 30, 3))) is None


def test_streaks_and_first_months_by_hand():
    months = np.arange(1.0, 7)[None]
    holds = np.array([[False, True, True, False, True, True]])
    assert again._streak(holds).tolist() == [[0, 1, 2, 0, 1, 2]]
    assert again._since(holds, months).tolist() == [[0, 2, 2, 2, 2, 2]]
    assert again._last(months, 3).tolist() == [[1, 3, 6, 9, 12, 15]]


@pytest.mark.parametrize("name", ["runway", "roe", "lifetime_value.young_pros", "money_needed",
                                  "rule_of_40", "payback.mentees", "burn_multiple"])
def test_a_kpi_that_says_otherwise_is_named(monkeypatch, name):
    plan = project(load("mentorship"))
    model = figures(plan)
    true = type(model).kpi
    monkeypatch.setattr(type(model), "kpi", lambda self, each, months=12: (
        true(self, each, months) * 1.01 if each == name else true(self, each, months)))
    assert again.fault(plan) == f"{name} is not what the statements lead to"


def test_one_who_leaves_by_a_tenth_a_month_has_lived_ten_months_less_the_tail():
    plan = project(load("influencer", changes={"tiers.pro.churn": 0.1}))
    side = lives.sides("influencer")[0]
    (left,) = lives._places(plan, side, "pro")
    assert left.sum(axis=0)[0, 0] == pytest.approx((1 - 0.9 ** 60) / 0.1)
