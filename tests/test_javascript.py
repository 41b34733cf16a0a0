"""The texts read as JavaScript: the same 64 bits as NumPy's in every figure."""

import json

import numpy as np
import pytest
import wild
from javascript import bits, figures_of, from_python, give, names_of, plan_of

from model import batch, load, project
from model.engine import javascript
from model.engine.expressions import JAVASCRIPT, PYTHON, expression
from model.engine.figures import figures
from model.engine.nodes import Formula, Node, Ref
from model.params import catalog

COMPANIES = catalog.companies()
PLANS = 200


@pytest.mark.parametrize("company", COMPANIES)
def test_every_figure_of_every_scenario_has_the_same_bits(company):
    with plan_of(load(company)) as racer:
        for scenario in catalog.scenarios(company):
            plan = load(company, scenario)
            give(racer, plan)
            found = figures(project(plan))
            names = names_of(found.texts)
            assert np.array_equal(bits(figures_of(racer, names)), bits(from_python(found, names)))
            assert len(names) > 1000


@pytest.mark.parametrize("company", COMPANIES)
def test_every_figure_of_random_plans_has_the_same_bits(company):
    base = load(company)
    random = wild.values(base, PLANS, 17)
    among = figures(batch(base, random))
    names = names_of(among.texts)
    with plan_of(base) as racer:
        for at in range(PLANS):
            give(racer, base.with_values({path: np.asarray(each)[at:at + 1]
                                          for path, each in random.items()}))
            assert np.array_equal(bits(figures_of(racer, names)),
                                  bits(from_python(among, names, at)))


@pytest.mark.parametrize("company", COMPANIES)
def test_what_is_set_is_followed_by_every_figure_and_can_be_set_back(company):
    base = load(company)
    names = names_of(figures(project(base)).texts)
    with plan_of(base) as racer:
        first = figures_of(racer, names)
        for factor in (0.9, 1.0):
            for path, series in base.series.items():
                values = json.dumps((factor * series.values[:, 0]).tolist())
                racer.eval(f"plan.set({json.dumps(path)}, {values})")
            same = np.array_equal(bits(figures_of(racer, names)), bits(first))
            assert same == (factor == 1.0)


def test_a_sum_is_added_from_its_first_month_on():
    # Added in another order, 1e16 and its ones would give another year.
    plan = project(load("mentorship"))
    plan.block.flags.writeable = True
    plan.block[:12, plan.lines.index("revenue"), 0] = [1e16, *[1.0] * 11]
    assert plan.by_year("revenue")[0, 0] == 1e16


def test_a_name_that_javascript_keeps_or_that_two_kinds_share_gets_another():
    refs = (Ref("line", "default"), Ref("line", "cash"), Ref("assumption", "cash"),
            Ref("line", "revenue.basic"))
    assert list(javascript._names(refs).values()) == [
        "line$default", "cash", "assumption$cash", "revenue$basic"]


def test_a_number_as_a_condition_is_true_where_it_is_not_nothing():
    # Undefined counts as true in NumPy, and as false in JavaScript.
    flag = Node("ref", (Ref("line", "flag"),))
    node = Node("where", (flag, Node("const", (1.0,)), Node("const", (0.0,))))
    text = javascript._by_month("month", {"x": Formula("x", node, "month")})
    assert "x[at] = flag[at] !== 0 ? 1 : 0;" in text


def test_a_script_can_stand_in_a_page():
    for company in COMPANIES:
        script = javascript.script(load(company))
        assert "</" not in script and "<!--" not in script


def test_the_order_of_sums_and_products_stays():
    a, b, c = (Node("ref", (Ref("line", name),)) for name in "abc")
    for language in (PYTHON, JAVASCRIPT):
        for node, text in ((a - (b - c), "a - (b - c)"), (a - b - c, "a - b - c"),
                           (a * (b / c), "a * (b / c)"), (-(a * (b + c)), "-(a * (b + c))")):
            assert expression(node, lambda ref: ref.name, language) == text
