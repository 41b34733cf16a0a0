"""A plan that opens with something of every kind: all readings give the same figures."""

import numpy as np
import pytest
from formulas import differing
from test_openings import every
from workbooks import alone, calculated, differences

from model import batch, load, project
from model.companies import COMPANIES, company_module
from model.engine import kernel, single
from model.engine.figures import figures
from model.engine.headlines import Headline, headlines
from model.engine.parity import bits, compare
from model.engine.trace import trace
from model.params.openings import openable

SCALES = (0.0, 1.0, 2.5)


def running(company, scale=1.0):
    return load(company, changes=every(company, scale))


@pytest.mark.parametrize("company", COMPANIES)
def test_formulas_one_scenario_and_many_have_the_same_bits(company):
    plan = running(company)
    lines, block = single.block(company_module(company), plan)
    paths = openable(tuple(plan.entries))
    among = batch(plan, {path: np.full(3, plan.series[path].values[0, 0]) for path in paths
                         if path in plan.series})
    assert lines == among.lines and project(plan).openings.keys() >= {"debt", "receivables"}
    assert np.array_equal(bits(block), bits(among.block[:, :, 1:2]))
    assert differing(project(plan), trace(plan)) == []


@pytest.mark.parametrize("company", COMPANIES)
def test_the_script_of_pages_has_the_same_bits(company):
    _, compared, different = compare([running(company, scale) for scale in SCALES[1:]])
    assert different == 0 and compared > 30_000


@pytest.mark.skipif(not kernel.available(), reason="Numba is not installed; it is the extra `fast`")
@pytest.mark.parametrize("company", COMPANIES)
def test_the_compiled_kernel_has_the_same_bits(company):
    plan = running(company)
    paths = ("opening.debt", "opening.receivables", "opening.tax_losses")
    plans = plan.with_values({path: plan.series[path].values[0, 0] * np.array(SCALES)
                              for path in paths})
    wanted = tuple(map(Headline, ("cash", "receivables", "debt", "loss_pool", "equity")))
    ends = kernel.ends(plans, tuple((each.line, each.year) for each in wanted))
    assert np.array_equal(bits(ends), bits(headlines(plans, wanted)))


@pytest.mark.long
def test_a_workbook_calculates_it():
    found = alone("mentorship", every("mentorship"))
    assert differences(found, calculated(found).value) == []


@pytest.mark.parametrize("company", COMPANIES)
def test_what_kpis_look_back_to_is_what_the_plan_opens_with(company):
    model = figures(project(running(company)))
    side = company_module(company).SIDES[0].name
    start = model.line(f"{side}_at_start")[0, 0]
    assert start == sum(value for path, value in every(company).items()
                        if path.startswith(f"opening.active_{side}."))
