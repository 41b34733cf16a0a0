"""The texts read as JavaScript: the same 64 bits as NumPy's in every figure."""

import json

import numpy as np
import pytest
import wild
from seasonal import seasonal

from model import batch, load, project
from model.engine import javascript
from model.engine.expressions import JAVASCRIPT, PYTHON, expression
from model.engine.figures import figures
from model.engine.nodes import Formula, Node, Ref
from model.engine.parity import EVERY, bits, compare, engine, names_of, values_of
from model.params import catalog

COMPANIES = catalog.companies()
PLANS = 200


@pytest.mark.parametrize("company", COMPANIES)
def test_every_figure_of_every_scenario_has_the_same_bits(company):
    plans = [*(load(company, scenario) for scenario in catalog.scenarios(company)),
             seasonal(company)]
    engine, compared, different = compare(plans)
    assert different == 0 and compared > 30_000 * len(plans) and engine.startswith("V8 ")


@pytest.mark.long
@pytest.mark.parametrize("company", COMPANIES)
def test_every_figure_of_random_plans_has_the_same_bits(company):
    base = load(company)
    random = wild.values(base, PLANS, 17)
    _, compared, different = compare([
        base.with_values({path: np.asarray(each)[at:at + 1] for path, each in random.items()})
        for at in range(PLANS)], figures(batch(base, random)))
    assert different == 0 and compared > 30_000 * PLANS


@pytest.mark.parametrize("company", COMPANIES)
def test_a_figure_alone_has_the_bits_that_it_has_among_many(company):
    base = load(company)
    random = wild.values(base, 9, 17)
    among = figures(batch(base, random))
    names = names_of(among.texts)
    alone = figures(project(base.with_values(
        {path: np.asarray(each)[4:5] for path, each in random.items()})))
    assert np.array_equal(bits(values_of(alone, names)), bits(values_of(among, names, 4)))


def test_a_script_that_computes_otherwise_is_found(monkeypatch):
    plans, script = [load("influencer")], javascript.script(load("influencer"))
    wrong = script.replace("=> a < b || a !== a ? a : b", "=> a < b || a !== a ? b : a", 1)
    assert wrong != script
    monkeypatch.setattr(javascript, "script", lambda plan: wrong)
    assert compare(plans)[2] > 100


@pytest.mark.parametrize("company", COMPANIES)
def test_what_is_set_is_followed_by_every_figure_and_can_be_set_back(company):
    base = load(company)
    names = json.dumps(names_of(figures(project(base)).texts))
    with engine(javascript.script(base), EVERY,
                f"const plan = new Plan({json.dumps(javascript.data(base))});") as racer:
        first = bytes(racer.eval(f"every({names})"))
        for factor in (0.9, 1.0):
            for path, series in base.series.items():
                values = json.dumps((factor * series.values[:, 0]).tolist())
                racer.eval(f"plan.set({json.dumps(path)}, {values})")
            assert (bytes(racer.eval(f"every({names})")) == first) == (factor == 1.0)


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
    assert "x[t] = flag[t] !== 0 ? 1 : 0;" in text


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
