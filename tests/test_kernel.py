"""The compiled kernel: headlines of many plans with the bits of NumPy, and NumPy without Numba."""

import gc
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import wild
from seasonal import seasonal

from model import load
from model.analysis.uncertainty import sampling, simulation
from model.analysis.uncertainty.draws import LIMIT
from model.companies import COMPANIES
from model.engine import headlines as reading
from model.engine import kernel
from model.engine.headlines import Headline, headlines
from model.engine.nodes import NotAFormula
from model.engine.trace import trace
from model.params import catalog

compiled = pytest.mark.skipif(not kernel.available(), reason="Numba is not installed; it is the "
                              "extra `fast`")


def bits(figures):
    """The 64 bits of each number; a zero has one sign, and what is undefined one look."""
    return np.where(np.isnan(figures), np.nan, figures + 0.0).view(np.int64)


def alike(plans, wanted):
    """Whether kernel and NumPy give the same bits; NumPy's way is closed to the kernel."""
    with np.errstate(all="ignore"):
        plain = headlines(plans, wanted)
    ends = kernel.ends(plans, tuple((each.line, each.year) for each in wanted))
    return np.array_equal(bits(ends), bits(plain))


@compiled
@pytest.mark.parametrize("plan", [
    *(load(company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)),
    *map(seasonal, COMPANIES)], ids=lambda plan: f"{plan.company}-{plan.scenario}")
def test_draws_of_every_scenario_have_the_bits_of_numpy(plan):
    values = sampling.drawn(plan, sampling.uncertain(plan), 150, 3)
    assert alike(plan.with_values(values), simulation.wanted(plan.calendar))


@compiled
@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)])
def test_compiled_draws_have_the_bits_of_numpy(company, scenario, monkeypatch):
    plan = load(company, scenario)
    paths, last = sampling.uncertain(plan), LIMIT - 150
    rows = sampling.Rows(plan, paths, 150, LIMIT - 1)
    found = rows.fill(last, 150)
    for path, values in sampling.drawn(plan, paths, 150, LIMIT - 1, last).items():
        first = rows.firsts[path]
        drawn = found[first:first + len(plan.series[path].values)].T
        assert np.array_equal(bits(drawn), bits(values.reshape(150, -1))), path
    # Several blocks, of which the last is not full.
    monkeypatch.setattr(simulation, "BLOCK", 64)
    assert np.array_equal(bits(simulation.part(plan, 150, 3, 7, compiled=True)),
                          bits(simulation.part(plan, 150, 3, 7)))


@compiled
def test_a_mix_that_is_drawn_beyond_what_there_is_is_shared_out_alike():
    plan = load("mentorship", changes={"mentors.mix.mid_career": 0.6,
                                       "mentors.mix.executive": 0.35})
    drawn = sampling.Rows(plan, sampling.uncertain(plan), 400, 1)
    found = drawn.fill(0, 400)
    first, other = (found[drawn.firsts[f"mentors.mix.{name}"]:] for name in (
        "mid_career", "executive"))
    assert (first[0] + other[0] > 1 - 1e-12).any()
    assert np.array_equal(bits(simulation.part(plan, 400, 1, compiled=True)),
                          bits(simulation.part(plan, 400, 1)))


@compiled
@pytest.mark.parametrize("company", COMPANIES)
def test_every_line_of_plans_beyond_what_is_plausible_has_the_bits_of_numpy(company):
    plan = load(company)
    every = tuple(map(Headline, trace(plan).formulas))
    # More than run together, and no multiple of them.
    plans = plan.with_values(wild.values(plan, 2 * kernel.WIDTH + 44, 8))
    assert len(every) > 200 and alike(plans, (*simulation.wanted(plan.calendar), *every))


@compiled
def test_what_differs_among_plans_may_be_one_assumption_or_none():
    plan = load("influencer")
    wanted = (Headline("ebitda", 2028), Headline("trough_cash"))
    for values in ({"opening_cash": np.array([1e5, 2e5])}, {"opening_cash": np.array([1e5])}):
        assert alike(plan.with_values(values), wanted)


@compiled
def test_the_compiler_may_change_no_bit():
    plan = load("influencer")
    values = sampling.drawn(plan, sampling.uncertain(plan), 3, 1)
    source = kernel_of(plan.with_values(values)).source
    assert "fastmath" not in source and source.count("njit") == 1
    assert 'error_model="numpy"' in source


def kernel_of(plans):
    found, own = [], kernel.kernel_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "kernel_of", lambda *key: found.append(own(*key)) or found[0])
        kernel.ends(plans, (("ebitda", 2028),))
    return found[0]


@compiled
def test_where_no_file_can_be_written_it_is_compiled_all_the_same(monkeypatch):
    def full(path, content):
        raise OSError("the disk is full")

    monkeypatch.setattr(kernel, "write_whole", full)
    monkeypatch.setattr(kernel.Path, "is_file", lambda path: False)
    kernel.kernel_of.cache_clear()
    plan = load("influencer")
    assert alike(plan.with_values({"opening_cash": np.array([1e5, 2e5, 3e5])}),
                 (Headline("unrestricted_cash"),))
    kernel.kernel_of.cache_clear()


def test_a_year_that_is_no_sum_is_left_to_numpy():
    plan = load("mentorship").with_values({"opening_cash": np.array([1e5, 2e5])})
    with pytest.raises(NotAFormula):
        kernel.ends(plan, (("unrestricted_cash", 2028),))
    (cash,) = headlines(plan, (Headline("unrestricted_cash", 2028),), compiled=True)
    assert cash[1] - cash[0] == pytest.approx(1e5)


def test_without_numba_the_figures_are_the_same(monkeypatch):
    plan = load("influencer")
    values = sampling.drawn(plan, sampling.uncertain(plan), 20, 2)
    plans, wanted = plan.with_values(values), simulation.wanted(plan.calendar)
    with_numba = headlines(plans, wanted, compiled=kernel.available())
    monkeypatch.setattr(reading.kernel, "available", lambda: False)
    assert np.array_equal(bits(headlines(plans, wanted, compiled=True)), bits(with_numba))


def test_lines_that_are_not_kept_are_let_go_of_at_once():
    """And not when Python next looks for what leads back to itself."""
    plan = load("influencer")
    plans = plan.with_values(sampling.drawn(plan, sampling.uncertain(plan), 100, 2))
    headlines(plans, (Headline("trough_cash"),))
    gc.disable()
    tracemalloc.start()
    try:
        headlines(plans, (Headline("trough_cash"),))
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    # All lines of all months are ten times as much.
    assert left < 100 * 8 * 60 * 20


def test_no_figure_of_a_report_is_compiled():
    """What the reports say needs no Numba, and no seconds to compile."""
    script = ("import sys; from model import load; "
              "from model.analysis.uncertainty import sensitivity; "
              "sensitivity.fan(load('influencer'), 20); print('numba' in sys.modules)")
    said = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                          check=True)
    assert said.stdout == "False\n"
