"""What is typed about the published claims, and the arithmetic that stands beside it."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.companies import COMPANIES
from model.companies.arithmetic import Expression, ExpressionError, Reference
from model.companies.claims import KINDS, claims, printed_figures


@pytest.mark.parametrize(("text", "expected"), [
    ("$7,200", [(7200, 1, "USD")]),
    ("$187.50", [(187.5, 0.01, "USD")]),
    ("175%", [(1.75, 0.01, "fraction")]),
    ("65.0% example", [(0.65, 0.001, "fraction")]),
    ("negative 75%", [(-0.75, 0.01, "fraction")]),
    ("$210k", [(210_000, 1000, "USD")]),
    ("$15 million", [(15e6, 1e6, "USD")]),
    ("3:1", [(3, 1, "ratio")]),
    ("1:10", [(10, 1, "ratio")]),
    ("4.28:1", [(4.28, 0.01, "ratio")]),
    ("14+ days", [(14, 1, "")]),
    ("two years", [(2, 1, "")]),
    ("$1,800/hr", [(1800, 1, "USD")]),
    ("22 months (October 2027)", [(22, 1, ""), (2027 * 12 + 9, 1, "month")]),
    ("$500 / $350", [(500, 1, "USD"), (350, 1, "USD")]),
    ("above 75% / above 70% / 65.0% example",
     [(0.75, 0.01, "fraction"), (0.7, 0.01, "fraction"), (0.65, 0.001, "fraction")]),
    ("none", []),
])
def test_a_printed_text_gives_its_numbers(text, expected):
    found = printed_figures(text)
    assert [figure.unit for figure in found] == [unit for _, _, unit in expected]
    for figure, (value, step, _) in zip(found, expected, strict=True):
        assert (figure.value, figure.step) == pytest.approx((value, step))


@pytest.mark.parametrize("text", [
    "__import__('os').system('true')", "open('x')", "a if b else c", "[a]", "lambda: a", "a ** b",
    "a // b", "3.5 * a", "7", "'a'", "ceil(a, b)", "f(a)", "a[b]", "a['2026']", "a(b).c", "", "a b",
    "a < b", "a and b", "True", "-a",
])
def test_what_is_no_plain_arithmetic_is_refused(text):
    with pytest.raises(ExpressionError):
        Expression(text)


def test_a_formula_knows_its_names():
    formula = Expression("line.revenue[2026] / 12 - ceil(mix.executive + x)")
    assert formula.references == (Reference("line.revenue", 2026), Reference("mix.executive"),
                                  Reference("x"))
    assert formula.single is None
    assert Expression("line.revenue[2026]").single == Reference("line.revenue", 2026)


def test_dividing_by_nothing_is_undefined_and_dust_is_not_rounded_up():
    assert math.isnan(Expression("a / b").value(lambda name: {"a": 1.0, "b": 0.0}[name.name]))
    assert math.isnan(Expression("ceil(a)").value(lambda name: math.nan))
    assert Expression("ceil(a)").value(lambda name: 39 + 1e-12) == 39
    assert Expression("ceil(a)").value(lambda name: 39.001) == 40


ATOMS = st.sampled_from(["a", "b", "c", "1", "12"])
TREES = st.recursive(ATOMS, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
    lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"), max_leaves=8)


@given(TREES)
def test_a_formula_written_out_means_the_same(text):
    names = {"a": 3.0, "b": 7.0, "c": 0.4}
    formula = Expression(text)
    written = formula.in_words(lambda reference: reference.name)
    again = Expression(written.translate(str.maketrans("×÷\u2212", "*/-")))
    first, second = (each.value(lambda reference: names[reference.name])
                     for each in (formula, again))
    assert second == pytest.approx(first, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(("text", "said"), [
    ("a / ((0 - b) / 12)", "7 ÷ (5 ÷ 12)"), ("a - b", "7 + 5"), ("a + b", "7 − 5"),
    ("a * b", "7 × (−5)"), ("a - b * a", "7 + 5 × 7"), ("a - (b + a)", "7 − (−5 + 7)"),
    ("a * (0 - (b - a))", "7 × (0 − (−5 − 7))"), ("b - a", "−5 − 7"),
    ("a * (a - b)", "7 × (7 + 5)"), ("0 - a", "0 − 7")])
def test_no_two_signs_stand_side_by_side(text, said):
    assert Expression(text).in_words(lambda name: {"a": "7", "b": "−5"}[name.name]) == said


def test_kinds_stand_in_the_order_of_the_file():
    for company in COMPANIES:
        kinds = [list(KINDS).index(claim.kind) for claim in claims(company).claims.values()]
        assert all(before <= after for before, after in pairwise(kinds))
