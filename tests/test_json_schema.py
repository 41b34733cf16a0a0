"""What editors are told of params files: it takes every one that is here, and none with a slip."""

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from model import cli, folders
from model.commands.schema import schemas
from model.params import catalog, yaml_file
from model.params.units import UNITS

EDITOR = Path(__file__).resolve().parent.parent / ".vscode" / "settings.json"
MATCH = """\
    match_rate:
      label: Match rate
      unit: fraction
      value: 0.75
"""
WHOLE = """\
title: Mine
why: To try it.
changes:
  mentees.cac: {2026: 90, 2027-03: 80}
  mentees.marketing.season: {9: 10}
delay:
  mentees.match_rate: 3
"""


@cache
def validator(name):
    schema = json.loads(schemas()[f"{name}.json"])
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def faults(name, text):
    """Where a text does not fit, as an editor would say it."""
    file = yaml_file.parse("typed.yaml", text)
    assert not file.problems
    return [error.json_path for error in validator(name).iter_errors(file.content)]


def base_text(subject="mentorship"):
    return (folders.params() / subject / "base.yaml").read_text(encoding="utf-8")


def files():
    for subject in catalog.subjects():
        budget = subject == catalog.BUDGET
        for scenario in catalog.scenarios(subject):
            kind = ("budget" if budget else "base") if scenario == "base" else (
                "budget_scenario" if budget else "scenario")
            yield pytest.param(kind, catalog.scenario_path(subject, scenario),
                               id=f"{subject}-{scenario}")


@pytest.mark.parametrize(("kind", "path"), list(files()))
def test_every_params_file_is_valid(kind, path):
    assert not faults(kind, path.read_text(encoding="utf-8"))


def test_the_files_are_those_that_the_command_writes(folder, capsys):
    there = folders.params() / "schema"
    assert {path.name: path.read_text(encoding="utf-8") for path in there.iterdir()} == schemas()
    for path in there.iterdir():
        path.write_text("{}", encoding="utf-8")
    assert cli.main(["schema"]) == 0
    assert "Written: params/schema/base.json." in capsys.readouterr().out.splitlines()
    assert {path.name: path.read_text(encoding="utf-8") for path in there.iterdir()} == schemas()


@pytest.mark.parametrize(("old", "new"), [
    ("label: Match rate", "lable: Match rate"),
    ("unit: fraction", "unit: percent"),
    ("unit: fraction", "unit: fractions"),
    ("value: 0.75", "value: 75%"),
    ("value: 0.75", "value: 75"),
    ("value: 0.75", 'value: "0.75"'),
    ("value: 0.75", "value: {2026: 0.7, 2027: 75}"),
    ("value: 0.75", "value: {2026: 0.7, later: 0.8}"),
    ("value: 0.75", "value: {2026-13: 0.7}"),
    ("value: 0.75", "value: [0.7, 0.8]"),
    ("value: 0.75", "value:"),
    ("      unit: fraction\n", ""),
    ("match_rate:", "match rate:"),
    ("match_rate:", "Match:"),
])
def test_a_slip_in_an_entry_is_seen(old, new):
    text = base_text()
    assert text.count(MATCH) == 1 and MATCH.count(old) == 1
    assert faults("base", text.replace(MATCH, MATCH.replace(old, new)))


@pytest.mark.parametrize(("old", "new"), [
    (r"^title: .*$", "title: 5"), (r"^start: .*$", "start: January"),
    (r"^months: .*$", "months: 6"), (r"^currency: .*$", "currency: dollars"),
    (r"^currency: USD$", 'currency: USD\nnumerals: "1.234"'),
    (r"^as_of: .*$", "as_of: today"), (r"^months: ", "month: "),
    (r"range: \[0\.6, 0\.85\]", "range: 0.6 to 0.85"), (r"between: linear", "between: straight"),
    (r"confidence: low", "confidence: some"), (r'source: "estimate: ', 'source: "guess: '),
    (r"printed_for: 2026", "printed_for: soon"), (r"unit: months", "unit: month"),
])
def test_a_slip_in_the_head_or_a_key_is_seen(old, new):
    text, found = re.subn(old, new, base_text(), count=1, flags=re.MULTILINE)
    assert found == 1 and faults("base", text)


@pytest.mark.parametrize(("old", "new"), [
    ("title: Mine\n", ""), ("why:", "reason:"), ("delay:", "delays:"),
    ("mentees.match_rate: 3", "mentees.match_rate: half"), ("{2026: 90", "{2026: ninety"),
    ("{9: 10}", "{13: 10}"), ("why: To try it.", "actuals: mine.xlsx\nwhy: To try it."),
])
def test_a_slip_in_a_scenario_is_seen(old, new):
    assert not faults("scenario", WHOLE)
    assert faults("scenario", WHOLE.replace(old, new))


def test_slips_in_the_budget_are_seen():
    text = base_text("budget")
    for old, new in (("unit: USD\n", "unit: dollars\n"), ("  R15:", "  R99:"),
                     ("cadence: week", "cadence: daily"), ("weeks: 13", "weeks: 54")):
        assert faults("budget", text.replace(old, new, 1)), new


@pytest.mark.parametrize("unit", UNITS)
def test_the_end_of_each_unit_is_known_to_the_editor(unit):
    domain = UNITS[unit]
    entry = ("assumptions:\n  a:\n    label: A\n    unit: {}\n    value: {}\n    range: [0, 1]\n"
             '    source: "estimate: to try"\n    confidence: low\n')
    head = "title: T\ncurrency: USD\nstart: 2026-01\nmonths: 60\nas_of: 2026-01-01\n"

    def fits(value):
        return not faults("base", head + entry.format(unit, value))
    assert fits(f"{domain.high:.0f}") and not fits(f"{domain.high * 10:.0f}")
    assert not fits(f"{domain.low - 1:.4f}") and fits(f"{domain.low:.4f}") != domain.above_low


def test_editors_find_the_schema_of_each_file():
    """The settings of the folder, read as editors do: a later pattern with ! takes out."""
    settings = json.loads(EDITOR.read_text(encoding="utf-8"))["yaml.schemas"]
    for kind, path in (each.values for each in files()):
        name = path.relative_to(folders.root())
        found = []
        for schema, patterns in settings.items():
            patterns = [patterns] if isinstance(patterns, str) else patterns
            taken = [pattern for pattern in patterns if name.match(pattern.removeprefix("!"))]
            if taken and not taken[-1].startswith("!"):
                found.append(schema)
        assert found == [f"params/schema/{kind}.json"], name


TIED = """\
title: Mine
why: To try it.
correlations:
  - between: [mentees.cac, mentors.cac]
    rank: 0.5
    source: "estimate: to try"
"""


@pytest.mark.parametrize(("old", "new"), [
    ("rank: 0.5", "rank: 1.5"), ("rank: 0.5", "rank: much"), (", mentors.cac]", "]"),
    ("[mentees.cac, mentors.cac]", "[mentees.cac, mentees.cac]"),
    ('source: "estimate: to try"', "source: by feel"), ('    source: "estimate: to try"\n', ""),
    ("rank: 0.5", "rank: 0.5\n    kind: pearson"),
    ('  - between: [mentees.cac, mentors.cac]\n    rank: 0.5\n    source: "estimate: to try"',
     "  mentees.cac: 0.5")])
def test_a_correlation_is_told_from_one_with_a_slip(old, new):
    base = base_text() + TIED.partition("To try it.\n")[2]
    assert not faults("scenario", TIED) and not faults("base", base)
    assert old in TIED and faults("scenario", TIED.replace(old, new))


@pytest.mark.parametrize(("old", "new"), [
    ("value: closing_cash", "value: joy"), ("cost: 366000", "cost: dear"),
    ("  out_of_cash: 0\n", ""), ("equity.raises: {2027-01: 150000}", "equity.raises: {soon: 1}"),
    ("    - label: Raise nothing\n", "    - name: Raise nothing\n")])
def test_a_decision_is_told_from_one_with_a_slip(old, new):
    text = base_text()
    assert old in text and faults("base", text.replace(old, new))
