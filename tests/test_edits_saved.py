"""Edits that are saved: a scenario's file says all of them, keeps its comments, and is never half
written."""

import pytest
import yaml
from edits_stand import CAC, CAPEX, MARKETING, MATCH, MIX, file_of, same
from hypothesis import given, settings
from hypothesis import strategies as st

from model import load
from model.params import scenario_file
from model.params.edits import Edits
from model.params.yaml_file import parse
from model.problems import InputError


@pytest.mark.parametrize("scenario", ["base", "downside", "cac_delay", "flat_marketing"])
def test_what_is_saved_is_what_was_shown_month_by_month(folder, scenario):
    edits = Edits("mentorship", scenario)
    for cell, text in (((MATCH, ""), "71"), ((CAC, "2027"), "83"), ((CAPEX, "2027-02"), "1234.5"),
                       ((MARKETING, "2026"), "200,000")):
        edits.type(cell, text)
    path = edits.save("mine", "Mine: #1", "=To see.")
    content = yaml.safe_load(path.read_text())
    assert not same(load("mentorship", "mine"), edits.assumptions)
    assert content["changes"] == {MATCH: 0.71, f"{CAC}.2027": 83, f"{CAPEX}.2027-02": 1234.5,
                                  f"{MARKETING}.2026": 200000}
    assert content.get("extends", "base") == scenario
    assert (content["title"], content["why"]) == ("Mine: #1", "=To see.")


@pytest.mark.parametrize("name, title, why, parts", [
    ("No Good", "", "", ["is not a plain name", "title is empty", "why is empty"]),
    ("base", "T", "W", ["'base' is the plan itself"]), ("", "T", "W", ["is not a plain name"]),
    ("../up", "T", "W", ["is not a plain name"]), ("con", "T", "W", ["is a reserved word"])])
def test_what_cannot_be_saved_is_said_all_at_once(folder, name, title, why, parts):
    before = sorted(folder.rglob("*"))
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "80")
    with pytest.raises(InputError) as found:
        edits.save(name, title, why)
    said = str(found.value).lower().replace(": is empty", " is empty")
    assert all(part.lower() in said for part in parts)
    assert sorted(folder.rglob("*")) == before


def test_nothing_and_what_is_refused_are_not_saved(folder):
    edits = Edits("mentorship")
    with pytest.raises(InputError, match="nothing was changed"):
        edits.save("mine", "T", "W")
    edits.type((CAC, "2028"), "95")
    edits.type((MATCH, ""), "120")
    with pytest.raises(InputError, match="match_rate cannot be used as typed"):
        edits.save("mine", "T", "W")
    assert not file_of(folder, "mine").exists()


def test_a_title_that_no_file_may_have_leaves_no_file(folder):
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError, match="title is longer than 80"):
        edits.save("mine", "T" * 81, "W")
    assert not file_of(folder, "mine").exists()


def test_another_scenario_is_replaced_only_when_that_is_confirmed(folder):
    file = file_of(folder, "upside")
    before = file.read_bytes()
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(scenario_file.ThereAlreadyError, match="yaml is there already"):
        edits.save("upside", "T", "W")
    assert file.read_bytes() == before
    edits.save("upside", "T", "W", replace=True)
    assert yaml.safe_load(file.read_text()) == {"title": "T", "why": "W",
                                                "changes": {f"{CAC}.2028": 95}}


def test_a_scenario_that_others_extend_is_not_replaced_by_what_breaks_them(folder):
    """The others raise one share of a mix; with the new values the remainder would be negative."""
    file_of(folder, "upper").write_text(
        f"title: U\nwhy: W\nextends: upside\nchanges:\n  {MIX[0]}.2026: 0.8\n")
    before = file_of(folder, "upside").read_bytes()
    edits = Edits("mentorship")
    edits.type((MIX[1], "2026"), "70")
    with pytest.raises(InputError, match="the shares sum to 1"):
        edits.save("upside", "T", "W", replace=True)
    assert file_of(folder, "upside").read_bytes() == before


COMMENTED = """\
# Kept by the team.
why: Because.   # said in May
title: "Cautious"

changes:
  # From the interviews.
  mentees.match_rate: 0.65  # the serious example
  mentees.cac:
    2026: 110   # agreed
    2030: 70
  opening_cash: 900000

  # Costs
  tax.tax_rate: 0.2
# Late, as asked
delay:
  mentors.cac: 3
"""


def test_a_scenario_is_updated_in_place_with_its_comments_and_order(folder):
    file = file_of(folder, "cautious")
    file.write_text(COMMENTED)
    edits = Edits("mentorship", "cautious")
    edits.type((MATCH, ""), "70")
    edits.type((CAC, "2028"), "95")
    edits.type(("orders.executive_premium", ""), "25")
    edits.save("cautious", "", "")
    assert file.read_text() == COMMENTED.replace("match_rate: 0.65 ", "match_rate: 0.7 ").replace(
        "tax_rate: 0.2\n", "tax_rate: 0.2\n  mentees.cac.2028: 95\n"
                           "  orders.executive_premium: 0.25\n")
    assert not same(load("mentorship", "cautious"), edits.assumptions)
    edits.undo()
    edits.save("cautious", "Careful", "")
    assert "executive_premium" not in file.read_text() and "title: Careful" in file.read_text()
    assert not same(load("mentorship", "cautious"), edits.assumptions)


def test_comments_on_what_goes_go_with_it():
    """A quote that stands behind another scenario's figure would be said of the new one."""
    after = {"title": "Cautious", "why": "Because.",
             "changes": {"mentees.match_rate": 0.8, "mentees.cac": {"2026": 110, "2030": 75},
                         "opening_cash": 900000}}
    own = scenario_file.rewrite(COMMENTED, after, "s.yaml")
    assert own == COMMENTED[:COMMENTED.index("  # Costs")].replace("0.65", "0.8").replace(
        "2030: 70", "2030: 75")
    after["changes"]["mentees.cac"] = {"2026": 115, "2030": 70}
    other = scenario_file.rewrite(COMMENTED, after, "s.yaml", own=False)
    assert other == COMMENTED[:COMMENTED.index("  # Costs")].replace(
        "0.65  # the serious example", "0.8").replace("110   # agreed", "115")
    after["changes"] = {"d.e": 1}
    assert read(scenario_file.rewrite(COMMENTED, after, "s.yaml", own=False)) == texts(after)
    after["changes"] = {"mentees.cac": 95}
    assert "agreed" not in scenario_file.rewrite(COMMENTED, after, "s.yaml")


def test_another_scenario_that_is_replaced_loses_the_comments_beside_its_figures(folder):
    file = file_of(folder, "cautious")
    file.write_text(COMMENTED)
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "81")
    edits.save("cautious", "Cautious", "Because.", replace=True)
    assert file.read_text() == (
        '# Kept by the team.\nwhy: Because.   # said in May\ntitle: "Cautious"\n\nchanges:\n'
        "  # From the interviews.\n  mentees.match_rate: 0.81\n\n")


@pytest.mark.parametrize("there", [False, True])
def test_an_interruption_leaves_what_was_there(folder, monkeypatch, there):
    file = file_of(folder, "upside" if there else "mine")
    before = file.read_bytes() if there else None
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")

    def interrupted(company, name):
        assert name == file.stem and file.read_bytes() != before
        raise KeyboardInterrupt

    monkeypatch.setattr(scenario_file, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        edits.save(file.stem, "T", "W", replace=True)
    assert (file.read_bytes() if there else None) == before and file.exists() == there


def test_a_text_that_no_file_can_hold_is_one_problem(folder):
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError) as found:
        edits.save("mine", "T\udc80", "W")
    assert len(found.value.problems) == 1 and not file_of(folder, "mine").exists()


def test_an_own_file_that_is_gone_is_said_to_be(folder):
    edits = Edits("mentorship", "downside")
    edits.type((CAC, "2028"), "95")
    file_of(folder, "downside").unlink()
    with pytest.raises(InputError, match="was changed or removed since"):
        edits.save("downside", "", "")


def test_what_a_delaying_file_cannot_say_is_refused_and_kept(folder):
    edits = Edits("mentorship", "cac_delay")
    before = file_of(folder, "cac_delay").read_bytes()
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError, match="this file cannot say"):
        edits.save("cac_delay", "", "")
    assert file_of(folder, "cac_delay").read_bytes() == before
    edits.save("cac_delay_95", "T", "W")
    assert not same(load("mentorship", "cac_delay_95"), edits.assumptions)


@pytest.mark.parametrize("name", ["base", "downside"])
def test_a_plan_that_somebody_else_changed_meanwhile_is_not_written_over(folder, name):
    edits = Edits("mentorship", "downside")
    edits.type((CAC, "2028"), "95")
    file = file_of(folder, name) if name != "base" else folder / "params/mentorship/base.yaml"
    file.write_text(file.read_text() + "# by a colleague\n")
    for target in ("mine", "downside"):
        with pytest.raises(InputError, match="was changed or removed since this notebook read it"):
            edits.save(target, "T", "W")
    assert not file_of(folder, "mine").exists()


# The text of a file.

AMOUNTS = st.one_of(st.integers(0, 10**9), st.floats(1e-6, 1e9).map(lambda x: float(f"{x:.6g}")))
VALUES = st.one_of(AMOUNTS, st.dictionaries(st.integers(2026, 2030), AMOUNTS, min_size=1))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    str.strip)
CONTENTS = st.fixed_dictionaries(
    {"title": WORDS, "why": WORDS},
    optional={"extends": st.sampled_from(["upside", "a_b"]),
              "changes": st.dictionaries(st.sampled_from(["a.b", "c", "d.e.2027", "f"]), VALUES,
                                         min_size=1),
              "delay": st.dictionaries(st.sampled_from(["a.b", "c"]), st.integers(1, 9),
                                       min_size=1)})


def read(text):
    file = parse("s.yaml", text)
    assert not file.problems
    return file.content


def texts(value):
    return {str(k): texts(v) for k, v in value.items()} if isinstance(value, dict) else value


@settings(max_examples=150, deadline=None)
@given(before=CONTENTS, after=CONTENTS)
def test_any_file_becomes_any_other_and_back_and_keeps_its_comments(before, after):
    text = "# head\n" + scenario_file.text_of(before).replace("\n", "  # beside\n", 1) + "# end"
    assert read(text) == texts(before)
    edited = scenario_file.rewrite(text, after, "s.yaml")
    assert read(edited) == texts(after)
    assert edited.startswith("# head\n") and "# end" in edited
    assert "# beside" in edited or next(iter(before)) not in after
    assert read(scenario_file.rewrite(edited, before, "s.yaml")) == texts(before)
    assert scenario_file.rewrite(text, before, "s.yaml") == text


@pytest.mark.parametrize("text", ["{title: A, why: B}", "", "title: &t A\nwhy: *t\n", "[1]",
                                  "title: A\nwhy: B\n---\ntitle: C\n"])
def test_a_file_that_cannot_be_edited_line_by_line_is_left(text):
    with pytest.raises(InputError, match="save under another name"):
        scenario_file.rewrite(text, {"title": "T", "why": "W"}, "s.yaml")
