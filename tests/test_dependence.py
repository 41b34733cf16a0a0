"""Assumptions that go together: what files may say of them, the draws, and what pages say."""

import json
from dataclasses import replace

import numpy as np
import pytest
from javascript import PARTS, plan_of
from scipy import special, stats
from stand import BASE, BASE_FILE, SCENARIO, SCENARIO_FILE, line_of, replaced

from model import load, processes
from model.analysis.uncertainty import dependence, draws, normal, sampling, sensitivity, simulation
from model.analysis.uncertainty.chances import chances, compared
from model.engine.parity import engine
from model.pages import live
from model.pages import sensitivity as page
from model.pages.view import View
from model.params import scenario_file
from model.params.dependence import groups, normal_correlation
from model.params.entry import Correlation
from model.params.values import SOURCE_KINDS

CAC, MENTORS, CHURN = "mentees.cac", "mentors.cac", "mentees.young_pros.churn"
CASH, TAX, MATCH = "opening_cash", "tax.tax_rate", "mentees.match_rate"
MORE = """
correlations:
  - between: [guests.cac, guests.churn]
    rank: 0.5
    source: "estimate: dear guests stay as short as cheap ones"
"""


def tied(one, other, rank):
    return Correlation(between=[one, other], rank=rank, source="estimate: made up for a test")


@pytest.fixture(scope="module")
def plan():
    """A plan with two groups: one of three paths, and a pair that always goes together."""
    return replace(load("mentorship"), correlations=(
        tied(CAC, MENTORS, 0.6), tied(CHURN, CAC, 0.4), tied(CASH, TAX, -1.0)))


def first(values):
    return values if values.ndim == 1 else values[:, 0]


# What files may say


def test_a_correlation_is_read_and_a_scenario_replaces_or_ends_it(project):
    project.base(BASE + MORE)
    assert [(each.between, each.rank) for each in project.load().correlations] == [
        (("guests.cac", "guests.churn"), 0.5)]
    project.scenario("other", SCENARIO + replaced("rank: 0.5", "rank: -0.2", replaced(
        "[guests.cac, guests.churn]", "[guests.churn, guests.cac]", MORE)))
    project.scenario("none", SCENARIO + "extends: other\n" + replaced("rank: 0.5", "rank: 0", MORE))
    assert [each.rank for each in project.load("other").correlations] == [-0.2]
    assert project.load("none").correlations == ()
    assert [each.rank for each in project.load("none").base().correlations] == [0.5]


def test_every_fault_is_named_with_its_line_at_once(project):
    text = BASE + """
correlations:
  - between: [guests.cac, guests.chrun]
    rank: 0.5
    source: "estimate: a"
  - between: [guests.cac, guests.marketing]
    rank: 1.4
    source: "estimate: b"
  - between: [guests.cac, guests.fare]
    rank: 0.1
    source: by feel
  - between: [guests.churn, guests.cac]
    rank: 0.2
    source: "estimate: c"
  - between: [guests.cac, guests.churn]
    rank: 0.3
    source: "estimate: d"
  - between: [guests.cac, rules.streak]
    rank: 0.3
  - between: guests.cac
    rank: 0.3
    source: "estimate: e"
  - nothing
"""
    project.base(text)
    found = {(problem.where, problem.what) for problem in project.problems()}

    def at(part):
        return f"{BASE_FILE}:{line_of(text, part)}"
    twice = line_of(text, 'source: "estimate: c"') + 1
    assert found == {
        (at("guests.chrun"), "correlation 1: 'guests.chrun' is not an assumption; did you mean "
                             "guests.churn?"),
        (at("rank: 1.4"), "correlation 2: rank is 1.4, but a rank correlation lies from -1 to 1; "
                          "type one within."),
        (at("source: by feel"), "correlation 3: source is 'by feel', but must begin with one of "
         f"{', '.join(SOURCE_KINDS)}, a colon, and say which or why."),
        (f"{BASE_FILE}:{twice}", "correlation 5: guests.cac and guests.churn stand together "
         f"already ({at('[guests.churn, guests.cac]')}); keep one of the two."),
        (at("rules.streak]"), "correlation 6 has no 'source'; add it."),
        (at("rules.streak]"), "correlation 6: rules.streak is never drawn at random, as it has no "
         "range with a width or is a rule; widen its range, or take the pair out."),
        (at("between: guests.cac"), "correlation 7: between is 'guests.cac', but needs two "
         "assumptions, [mentees.cac, mentors.cac]."),
        (at("  - nothing"), "correlation 8 must be a mapping of keys to values.")}
    project.base(f"{BASE}\ncorrelations: 3\n")
    assert "correlations is '3', but it must be a list." in project.problem().what


def test_correlations_that_cannot_hold_together_are_refused_with_what_could(project):
    """Two that are both like a third cannot be each other's opposite."""
    project.base(BASE + MORE)
    text = SCENARIO + """
correlations:
  - {between: [guests.cac, guests.fare], rank: 0.9, source: "estimate: a"}
  - {between: [guests.cac, guests.churn], rank: 0.9, source: "estimate: b"}
  - {between: [guests.fare, guests.churn], rank: -0.9, source: "estimate: c"}
"""
    project.scenario("odd", text)
    found = project.problem("odd")
    assert found.where == f"{SCENARIO_FILE.format('odd')}:{line_of(text, 'rank: -0.9')}"
    # The matrix 1, r, r, -r has the least eigenvalue 1 - 2r.
    least = 1 - 2 * normal_correlation(0.9)
    assert found.what == (
        "the rank correlations between guests.cac, guests.churn, guests.fare cannot hold together: "
        f"the least eigenvalue of their matrix is {least:.2g}, and must be 0 or more. Change one "
        "of them; all times 0.53 could hold.")
    assert normal_correlation(0.9 * 0.53) < 0.5 < normal_correlation(0.9 * 0.54)


def test_what_is_wrong_ends_a_command_with_2_and_a_sentence(folder, run):
    _tie(folder, "rank: 5")
    code, out, (line,) = run("project", "mentorship")
    assert (code, out) == (2, "")
    assert "base.yaml" in line and "correlation 1: rank is 5, but a rank correlation" in line


def test_correlations_stay_in_a_scenario_that_is_saved_again(project):
    """As the grid saves it: the file's content with other changes."""
    project.scenario("mine", f"{SCENARIO}changes:\n  guests.churn: 0.06  # seen\n{MORE}")
    content = {"title": "A test", "why": "To test", "changes": {"guests.churn": 0.07},
               "correlations": [{"between": ["guests.cac", "guests.churn"], "rank": 0.5,
                                 "source": "estimate: dear guests stay as short as cheap ones"}]}
    scenario_file.save("stand", "mine", content, own=True)
    assert project.load("mine").correlations[0].rank == 0.5
    content["correlations"][0]["rank"] = 0.25
    scenario_file.save("stand", "mine", content, own=True)
    scenario_file.save("stand", "yours", content)
    assert [project.load(name).correlations[0].rank for name in ("mine", "yours")] == [0.25, 0.25]


# The normal distribution


def test_scores_and_positions_are_those_of_a_library_to_the_last_digits():
    near = np.geomspace(normal.EDGE, 0.1, 500)
    positions = np.concatenate([np.linspace(0.001, 0.999, 4001), near, 1 - near])
    assert normal.scores(positions) == pytest.approx(special.ndtri(positions), rel=1e-14, abs=1e-15)
    scores = np.linspace(-6.9, 6.9, 4001)
    assert normal.positions(scores) == pytest.approx(special.ndtr(scores), rel=0, abs=3e-16)
    assert normal.positions(normal.scores(positions)) == pytest.approx(positions, rel=0, abs=4e-16)
    # Nothing is lost at the ends.
    ends = np.array([0.0, 0.5, 1 - 2**-53])
    assert normal.scores(ends)[1] == 0 and np.isfinite(normal.scores(ends)).all()
    assert 0 < normal.positions(np.array([-40.0]))[0] < normal.positions(np.array([40.0]))[0] < 1


def test_the_script_has_the_same_bits():
    positions = np.concatenate([draws.positions(1, "a", 3000), np.geomspace(1e-17, 0.5, 300),
                                1 - np.geomspace(2**-53, 0.5, 300)])
    scores = normal.scores(positions)
    with engine(live._scripts(live._TOGETHER)) as racer:
        found = racer.eval(f"JSON.stringify({json.dumps(positions.tolist())}.map(score))")
        assert np.array_equal(np.array(json.loads(found)) + 0.0, scores + 0.0)
        found = racer.eval(f"JSON.stringify({json.dumps((1.3 * scores).tolist())}.map(below))")
        assert np.array_equal(json.loads(found), normal.positions(1.3 * scores))


# The draws


def test_without_correlations_every_draw_keeps_its_bits(plan):
    """And with them all draws but those that follow others."""
    free = replace(plan, correlations=())
    paths = sampling.uncertain(plan)
    one, other = (sampling.drawn(each, paths, 40, 5) for each in (free, plan))
    moved = {path for path in paths if not np.array_equal(one[path], other[path])}
    # The first of each group, in alphabetical order, leads.
    assert moved == {CHURN, MENTORS, TAX}
    path, place = CAC, draws.positions(5, CAC, 40)
    low, high = sampling.ends(free, path)
    mode = free.series[path].values[0, 0]
    assert first(one[path])[3] == pytest.approx(stats.triang(
        (mode - low[0]) / (high[0] - low[0]), low[0], high[0] - low[0]).ppf(place[3]))


def test_margins_stay_and_ranks_go_together_as_stated(plan):
    size, paths = 20_000, (CAC, CHURN, MENTORS, CASH, TAX)
    found = dependence.positions(plan.correlations, 3, size)
    assert set(found) == set(paths)
    for path in paths:
        assert found[path].min() >= 0 and found[path].max() < 1
        assert stats.kstest(found[path], "uniform").pvalue > 0.001
    for one, other, rank in ((CAC, MENTORS, 0.6), (CHURN, CAC, 0.4), (CASH, TAX, -1.0),
                             (CAC, CASH, 0.0), (MENTORS, CHURN, 0.0)):
        seen = stats.spearmanr(found[one], found[other])[0]
        assert seen == pytest.approx(rank, abs=4 / np.sqrt(size)), (one, other)
    # Which share of a normal pair has both above the middle (Sheppard, 1899).
    both = np.mean((found[CAC] > 0.5) & (found[MENTORS] > 0.5))
    assert both == pytest.approx(0.25 + np.arcsin(normal_correlation(0.6)) / (2 * np.pi),
                                 abs=4 * 0.5 / np.sqrt(size))


def test_draws_that_go_together_do_not_depend_on_split_order_or_others(plan):
    paths = sampling.uncertain(plan)
    whole = sampling.drawn(plan, paths, 60, 9)
    part = sampling.drawn(plan, paths[::-1], 20, 9, start=30)
    assert all(np.array_equal(part[path], whole[path][30:50]) for path in paths)
    alone = sampling.drawn(plan, (MENTORS,), 60, 9)
    assert np.array_equal(alone[MENTORS], whole[MENTORS])
    again = replace(plan, correlations=plan.correlations[::-1])
    assert np.array_equal(sampling.drawn(again, paths, 60, 9)[MENTORS], whole[MENTORS])


def test_a_path_that_two_others_settle_has_nothing_of_its_own():
    """Its row of the triangle is made of theirs, and no root of a negative number is taken."""
    def rank(angle):
        return float(6 / np.pi * np.arcsin(np.cos(np.radians(angle)) / 2))
    # Three directions in one plane.
    for one, other in ((50, 30), (40, 25), (33, 18), (71, 52)):
        (group,) = dependence.groups_of((tied("a", "b", rank(one)), tied("b", "c", rank(other)),
                                         tied("a", "c", rank(one + other))))
        assert group.shares[2, 2] == 0
    (group,) = dependence.groups_of((tied("a", "b", 1.0),))
    found = group.positions(1, 50)
    assert found["b"] == pytest.approx(found["a"], abs=1e-15)
    assert groups((tied("a", "b", 0.1), tied("c", "d", 0.1), tied("d", "b", 0.1))) == [
        ("a", "b", "c", "d")]


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_rows_for_the_kernel_have_the_same_bits(plan):
    paths = (CAC, CHURN, "mentees.match_rate", MENTORS, TAX)
    rows = sampling.Rows(plan, paths, 12, 4)
    for start, size in ((0, 12), (12, 5)):
        filled = rows.fill(start, size)
        for path, values in sampling.drawn(plan, paths, size, 4, start).items():
            at = rows.firsts[path]
            wanted = values.reshape(size, -1).T
            assert np.array_equal(filled[at:at + len(wanted)], wanted), path


def test_the_page_draws_them_with_the_same_bits(plan):
    view = View(plan, {})
    data = live.data(view)
    spreads = data["spreads"] | {path: lever[6] for path, lever in data["levers"].items()}
    paths = sampling.uncertain(plan)
    values = sampling.drawn(plan, paths, 25, sensitivity.SEED)
    with plan_of(plan, "draws") as racer:
        racer.eval(live._scripts(live._TOGETHER))
        racer.eval(f"const draws = new Draws(plan, {json.dumps(spreads)}, "
                   f"{json.dumps(data['mixes'])}, {sensitivity.SEED}, "
                   f"{json.dumps(data['groups'])}); 0")
        for number in range(25):
            found = json.loads(racer.eval(f"draws.set({number}); JSON.stringify("
                                          f"{json.dumps(paths)}.map((path) => "
                                          "plan.series[path].values))"))
            for path, drawn in zip(paths, found, strict=True):
                assert np.array_equal(np.broadcast_to(
                    drawn, np.shape(np.atleast_1d(values[path][number]))),
                    np.atleast_1d(values[path][number])), path
    script = live.what_if(view).script
    assert "positionsTogether" in script and "data.groups)" in script
    assert "groups" not in live.data(View(replace(plan, correlations=()), {}))
    assert "position(this.seed" in PARTS["draws"]


# What is said


def test_the_same_chances_are_counted_in_parts(plan):
    fan = sensitivity.fan(plan, 80, 4)
    wanted = chances(View(plan, {}).projection, fan, 2028, None)
    parts = processes.run(simulation.jobs(plan, 80, 4), 1)
    figures = simulation.whole(parts, plan.calendar)
    assert int((figures[simulation.Headline("out_of_cash")] > 0).sum()) == wanted.short.count


def test_the_page_says_what_it_changes_and_shows_each_pair_with_its_source(plan):
    free = View(load("mentorship"), {})
    assert not page.together.effect(free, page.draws(free))
    assert "each independently of the others" in page.fan(free).reading
    # Bad luck that comes together: a high CAC with a low match rate, and little cash.
    view = View(replace(plan, correlations=(
        tied(CAC, MATCH, -0.9), tied(CASH, CAC, -0.8), tied(CASH, MATCH, 0.8))), {})
    said = page.plan_odds(view)[-1]
    short = [page.odds(each).short for each in (free, view)]
    assert short[1].value > short[0].value + 0.02
    assert said.startswith(
        "In these draws 3 pairs of assumptions go together. Were all independent of each other, "
        f"cash would fall below zero in {page.share_of(short[0], '1,000 draws')} and not in "
        f"{page.share_of(short[1])}; EBITDA would first reach zero by Oct 2027, as planned, ")
    block = page.fan(view)
    assert "but that 3 pairs of assumptions go together as stated here" in block.reading
    pairs = block.table[1]
    assert pairs.labels[0] == "CAC, mentee and Match rate"
    assert pairs.columns["Source"] == ["estimate: made up for a test"] * 3


def test_a_difference_that_draws_cannot_tell_is_not_told():
    same = np.array([True, False] * 50)
    assert not compared(same, same).tells and compared(same, same).error == 0
    other = same.copy()
    other[:2] = True
    assert not compared(same, other).tells
    other[:40] = True
    found = compared(same, other)
    # Twenty of a hundred differ, all one way.
    assert found.tells and found.error == pytest.approx(np.sqrt(0.2 * 0.8 / 100))
    assert page.together._differs("it happens", compared(same, same)) == (
        "it happens as often, as far as 100 draws can tell")


def test_simulate_says_how_many_pairs_go_together_and_a_new_company_has_none(folder, run):
    _tie(folder)
    code, out, _ = run("simulate", "mentorship", "--draws", "20", "--workers", "1")
    assert code == 0
    assert "20 random draws of 79 assumptions (1 pair together), seed 2026" in out
    assert run("new", "acme", "--like", "mentorship")[0] == 0
    assert load("acme").correlations == ()


def _tie(folder, rank="rank: 0.5"):
    """Let two assumptions of a company go together."""
    path = folder / "params" / "mentorship" / "base.yaml"
    path.write_text(path.read_text() + replaced("rank: 0.5", rank, replaced(
        "[guests.cac, guests.churn]", f"[{CAC}, {MENTORS}]", MORE)))
