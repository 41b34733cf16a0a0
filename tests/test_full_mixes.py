"""A mix that is full leaves nothing for its last member, in every reading; one that holds more is
refused."""

import itertools

import numpy as np
import pytest

from model import load, project
from model.audit.checks import check
from model.engine.figures import figures
from model.problems import InputError

MIXES = [
    ("mentorship", "mentees.mix.career_changers", "mentees.mix.senior_experts",
     "mentee_share.young_pros"),
    ("mentorship", "mentors.mix.mid_career", "mentors.mix.executive",
     "mentor_share.early_career"),
    ("influencer", "customers.mix.pro", "customers.mix.managed_service",
     "customer_share.one_off"),
]
LARGE = {"mentorship": {"mentees.marketing": 20_000_000, "mentors.marketing": 20_000_000},
         "influencer": {"customers.marketing": 20_000_000}}


@pytest.mark.parametrize(("company", "one", "other", "rest"), MIXES)
def test_a_full_mix_leaves_nothing_and_never_less_and_every_check_holds(company, one, other, rest):
    signed = set()
    for cents in (1, 3, 7, 30, 55, 66, 70, 90, 99):
        full = {one: cents / 100, other: 1 - cents / 100}, {one: cents / 100,
                                                           other: round(1 - cents / 100, 2)}
        for changes in full:
            signed.add(np.sign(1 - changes[one] - changes[other]))
            projection = project(load(company, changes=changes | LARGE[company]))
            assert not projection[rest].any() and not np.signbit(projection[rest]).any()
            assert check(projection).failed == ()
    assert {-1, 1} <= signed  # some of them leave more than nothing by arithmetic, and some less


@pytest.mark.parametrize(("share", "wins"), [(0.3, False), (0.299999, True)])
def test_a_segment_that_wins_nobody_has_no_ltv_however_the_shares_are_added(share, wins):
    assert 1 - 0.7 - 0.3 > 0
    plan = project(load("mentorship", changes={"mentees.mix.career_changers": 0.7,
                                               "mentees.mix.senior_experts": share}))
    assert (plan["new_mentees.young_pros"] > 0).all() == wins
    assert np.isfinite(figures(plan).kpi("lifetime_value.young_pros")).all() == wins


@pytest.mark.parametrize(("company", "one", "other", "rest"), MIXES)
def test_a_mix_that_holds_more_than_all_is_refused_with_the_digits_that_show_it(
        company, one, other, rest):
    for more, said in ((0.5000000001, "100.00000001%"), (0.6, "110%"),
                       (0.50000000001, "100.000000001%")):
        with pytest.raises(InputError, match=f"sum to {said} in .*; lower one"):
            load(company, changes={one: 0.5, other: more})
        with pytest.raises(InputError, match=f"sum to {said} in "):
            load(company).with_values({one: np.array([0.1, 0.5]), other: np.array([0.1, more])})


def test_a_mix_by_year_is_full_in_the_years_between():
    company, one, other, rest = MIXES[0]
    changes = {one: {2026: 0.55, 2030: 0.1}, other: {2026: 0.45, 2030: 0.9}}
    for first, last in itertools.product((0.55, 0.3, 0.2), (0.1, 0.7)):
        changes = {f"{path}.{year}": value for path, ends in (
            (one, (first, last)), (other, (1 - first, 1 - last)))
            for year, value in zip((2026, 2030), ends, strict=True)}
        projection = project(load(company, changes=changes | {
            f"{one}.{year}": first for year in (2027, 2028, 2029)} | {
            f"{other}.{year}": 1 - first for year in (2027, 2028, 2029)}))
        assert not projection[rest].any()
        assert check(projection).failed == ()


@pytest.mark.parametrize(("company", "one", "other", "rest"), MIXES)
def test_a_mix_is_the_shares_that_stand_beside_each_other(company, one, other, rest):
    plan = load(company)
    assert plan.mixes[one.rpartition(".")[0]] == [one, other]
    assert {path for members in plan.mixes.values() for path in members} == {
        path for _, *members, _ in MIXES for path in members if path in plan.entries}
