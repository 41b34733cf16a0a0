"""Whatever is wrong in params is said at once, by place, path, value, bound and remedy."""

import pytest
from stand import BASE, BASE_FILE, CAC, CHURN, SCENARIO, SCENARIO_FILE, line_of, replaced

from model.params import catalog
from model.params.assumptions import load
from model.params.yaml_file import value_of
from model.problems import MOST, InputError, Problem

# What is typed over what, the line that is blamed, and what the sentence must say.
WRONG_ENTRIES = {
    "unknown key": ("label: Churn", "lable: x\n      label: Churn", "lable:",
                    ["guests.churn", "'lable'", "did you mean label?"]),
    "missing key": ("      label: Churn\n", "", "churn:", ["churn has no 'label'", "add it"]),
    "text": (CHURN, "value: a lot", "a lot", ["guests.churn", "'a lot'", "write digits"]),
    "percent": (CHURN, "value: 5%", "5%", ["guests.churn", "'5%'", "5% as 0.05"]),
    "quoted number": (CHURN, 'value: "0.05"', '"0.05"', ["'0.05'", "without quotes"]),
    "thousands": ("value: 1000", "value: 1,000", "1,000", ["'1,000'", "thousands separators"]),
    "yes": (CHURN, "value: yes", "value: yes", ["'yes'", "not a number"]),
    "boolean": (CHURN, "value: true", "value: true", ["'True'", "not a number"]),
    "nothing": (CHURN, "value:", "value:\n", ["nothing", "not a number"]),
    "octal": ("value: 1000", "value: 0o17", "0o17", ["'0o17'", "not a number"]),
    "old octal": ("value: 1000", "value: 017", "017", ["'017'", "not a number"]),
    "hexadecimal": ("value: 1000", "value: 0x1F", "0x1F", ["'0x1F'", "not a number"]),
    "sexagesimal": ("value: 1000", "value: 1:30", "1:30", ["'1:30'", "not a number"]),
    "underscores": ("value: 1000", "value: 1_000", "1_000", ["'1_000'", "not a number"]),
    "foreign digits": ("value: 1000", "value: 1٢", "1٢", ["'1٢'", "not a number"]),
    "date": ("value: 1000", "value: 2026-01-31", "01-31", ["'2026-01-31'", "not a number"]),
    "nan": (CHURN, "value: .nan", ".nan", ["guests.churn", "nan", "type a finite one"]),
    "infinity": (CHURN, "value: -.inf", "-.inf", ["guests.churn", "-inf", "type a finite one"]),
    "huge": ("value: 1000", "value: 1e999", "1e999", ["opening_cash", "inf", "finite"]),
    "tiny": ("value: 1000", "value: 1e-320", "1e-320", ["opening_cash", "e-320", "type 0"]),
    "list": (CHURN, "value: [0.05]", "[0.05]", ["guests.churn", "'[0.05]'", "not a number"]),
    "no times": (CHURN, "value: {}", "value: {}", ["'{}'", "numbers by year"]),
    "mixed times": (CAC, "{2026: 130, 9: 120}", "9: 120", ["guests.cac", "9", "not a mixture"]),
    "no such month": ("2026-03", "2026-13", "2026-13", ["capex.stand", "2026-13", "or month"]),
    "year outside": (CAC, "{2026: 1, 2031: 2, 2032: 3}", "2031",
                     ["guests.cac names 2031 and 2032", "2026 to 2030"]),
    "month outside": ("2027-01: 500", "2031-01: 500", "2031-01",
                      ["capex.stand names 2031-01", "2026-01 to 2030-12"]),
    "bad values by year": (CAC, "{2026: 5%, 2027: x, 2028: 3}", "5%",
                           ["2026: '5%'", "2027: 'x'", "not a number"]),
    "below domain": (CAC, "{2026: 130, 2028: 0}", "2028: 0", ["guests.cac = 0 USD/customer in 2028",
                                                              "at least 0.01", "type a value"]),
    "above domain": (CHURN, "value: 1.5", "value: 1.5",
                     ["guests.churn = 1.5 fraction/month", "at most 1",
                      "type a value within, 1.5% as 0.015."]),
    "level from a later month": (CAC, "{2026-02: 130, 2026-03: 120}", "2026-02: 130", [
        "guests.cac says nothing of the months before 2026-02", "guests.cac.2026-02: 130"]),
    "level twice in a month": (CAC, "{2026: 130, 2026-01: 120}", "2026-01: 120", [
        "guests.cac names 2026 and 2026-01, which begin with the same month; keep one."]),
    "dated flag": ("value: 3\n", "value: {2026-03: 3}\n", "2026-03: 3", [
        "rules.streak is one number for the whole plan", "no values by year or month"]),
    "percent as it is": (CHURN, "value: 5", "value: 5\n", [
        "guests.churn = 5 fraction/month", "at most 1", "type a value within, 5% as 0.05."]),
    "thousands with a point": ("value: 1000\n", "value: 1.000\n", "value: 1.000", [
        "opening_cash is written 1.000, with three digits behind its point, and so read as 1 USD",
        "where 1,000 is meant, type 1000, and otherwise 1.0000."]),
    "thousands with a point by year": ("{2026: 120, 2030: 200}", "{2026: 120, 2030: 2.000}",
                                       "2.000", ["is written 2.000 in 2030", "type 2000"]),
    "not whole": ("value: 3\n", "value: 2.5\n", "value: 2.5",
                  ["rules.streak = 2.5 months", "a whole number, at least 1 and at most 120"]),
    "one number by year": ("value: 3\n", "value: {2026: 1, 2030: 4}\n", "2030: 4}",
                           ["rules.streak is one number for the whole plan", "type one number"]),
    "geometric from 0": ("{2026: 100, 2028: 121}", "{2026: 0, 2028: 121}", "2026: 0,",
                         ["guests.fare holds 0 USD/order", "above 0", "geometric"]),
    "unknown unit": ("unit: fraction/month", "unit: fraction/months", "fraction/months",
                     ["guests.churn: unit 'fraction/months'", "did you mean fraction/month?"]),
    "unit list": ("unit: fraction/month", "unit: [USD]", "[USD]", ["guests.churn", "not a unit"]),
    "source": ("decision: to try", "because: to try", "because", ["'because: to try'", "published",
                                                                 "estimate"]),
    "source without reason": ("decision: to try", "decision:", '"decision:"', ["say which or why"]),
    "confidence": ("confidence: medium", "confidence: certain", "certain",
                   ["guests.churn: confidence is 'certain'", "'high', 'medium' or 'low'"]),
    "between": ("between: geometric", "between: cubic", "cubic", ["guests.fare", "'cubic'",
                                                                "'linear', 'step' or 'geometric'"]),
    "range reversed": ("[0.03, 0.08]", "[0.08, 0.03]", "[0.08",
                       ["guests.churn: range runs from 0.08 down to 0.03", "low end first"]),
    "range of one": ("[0.03, 0.08]", "[0.03]", "[0.03]", ["guests.churn", "[0.03]", "[low, high]"]),
    "range text": ("[0.03, 0.08]", "[3%, 8%]", "[3%", ["guests.churn: range '3%'", "0.05"]),
    "range nan": ("[0.03, 0.08]", "[.nan, 0.08]", ".nan", ["guests.churn: range nan", "finite"]),
    "factors without 1": ("[0.8, 1.25]", "[1.1, 1.25]", "[1.1", ["guests.cac", "[1.1, 1.25]",
                                                                 "must contain 1"]),
    "range out of domain": ("[0.03, 0.08]", "[0.03, 1.2]", "1.2]",
                            ["guests.churn", "reaches 1.2 fraction/month", "at most 1", "narrow"]),
    "factors out of domain": ("[0.9, 1.1]\n        source", "[0.9, 3]\n        source", "[0.9, 3]",
                              ["guests.mix.cake", "reaches 1.2 fraction", "at most 1"]),
    "label too long": ("label: Churn", f"label: {'x' * 81}", "label: xxx", ["guests.churn: label",
                                                                    "80 characters", "shorten"]),
    "label number": ("label: Churn", "label: 2026", "label: 2026", ["'2026'", "put it in quotes"]),
    "label empty": ("label: Churn", 'label: " "', 'label: " "', ["guests.churn: label is empty"]),
    "label control": ("label: Churn", r'label: "a\x07b"', "x07", ["U+0007", "retype"]),
    "label reversed": ("label: Churn", r'label: "a\u202eb"', "u202e", ["U+202E", "retype"]),
    "label hidden": ("label: Churn", "label: a\u200bb", "\u200b", ["U+200B", "retype"]),
    "label in two lines": ("label: Churn", r'label: "a\nb"', r"a\nb", ["U+000A", "on one line"]),
    "printed decimals": ("label: Churn", "printed: 1.50\n      label: Churn", "1.50",
                         ["guests.churn: printed needs quotes"]),
    "printed for words": ("label: Churn", "printed_for: soon\n      label: Churn", "soon",
                          ["guests.churn: printed_for is 'soon'", "[2026, 2030]"]),
    "printed for a year before the plan": (
        "label: CAC", "printed_for: 2019\n      label: CAC", "printed_for: 2019",
        ["guests.cac: printed_for names 2019, before the plan begins in 20"]),
    "printed for twice": ("label: Churn", "printed_for: [2030, 2026]\n      label: Churn", "2030,",
                          ["guests.churn", "each year once, the earliest first"]),
    "printed for nothing printed": (
        "label: Churn", "printed_for: 2026\n      label: Churn", "printed_for: 2026",
        ["guests.churn: printed_for names years", "source is decision", "published or derived"]),
    "printed for a year without value": (
        "label: CAC", "printed_for: [2026, 2030]\n      label: CAC", "printed_for: [2026",
        ["guests.cac: printed_for names 2030, of which the value says nothing"]),
    "upper case": ("    churn:", "    Churn:", "Churn:", ["guests.Churn", "'Churn'", "lower-case"]),
    "cell": ("    churn:", "    ab12:", "ab12:", ["guests.ab12", "cell of a spreadsheet"]),
    "function": ("    churn:", "    rate:", "rate:", ["guests.rate", "spreadsheet function"]),
    "keyword": ("    churn:", "    lambda:", "lambda:", ["guests.lambda", "reserved word"]),
    "reserved": ("  guests:", "  timeline:", "timeline:", ["timeline", "reserved word"]),
    "method": ("    churn:", "    setdefault:", "setdefault:", ["guests.setdefault", "reserved"]),
    "device": ("    churn:", "    nul:", "nul:", ["guests.nul", "reserved word"]),
    "long name": ("    churn:", f"    {'a' * 61}:", "{}:".format("a" * 61),
                  ["at most 60"]),
    "number as name": ("    churn:", "    2026:", "    2026:", ["guests.2026", "plain name"]),
    "not an entry": ("  capex:", "  tax: 0.2\n  capex:", "tax: 0.2", ["tax is neither", "remove"]),
    "empty section": ("  capex:", "  tax: {}\n  capex:", "tax: {}", ["tax is neither", "complete"]),
    "negative remainder": ("value: 0.5\n", "value: 0.75\n", "tea:",
                           ["guests.mix", "sum to 105% in 2028-01", "tea 75%", "cake 30%",
                            "leave -5%", "must be 0 or more", "lower one"]),
    "currency": ("currency: USD", "currency: euro", "euro", [
        "currency is 'euro'", "three capital letters", "such as USD"]),
    "numerals": ("currency: USD", "currency: USD\nnumerals: 1.000,00", "numerals", [
        "numerals is '1.000,00'", "in quotes",
        '"1,234.5" or "1.234,5" or "1 234,5" or "1\'234.5"']),
    "numerals as a number": ("currency: USD", "currency: USD\nnumerals: 1.234", "numerals", [
        "numerals is '1.234'", "in quotes", '"1.234,5"']),
    "numerals as yes": ("currency: USD", "currency: USD\nnumerals: [yes]", "numerals", [
        "numerals is", '"1.234,5"']),
    "start": ("start: 2026-01", "start: 2026", "start: 2026\n", ["'2026'", "such as 2026-01"]),
    "a thirteenth month": ("start: 2026-01", "start: 2026-13", "2026-13", ["'2026-13'", "2026-01"]),
    "start after a purchase": ("start: 2026-01", "start: 2026-04", "value: {2026-03: 45000",
                               ["names 2026-03, outside 2026-04 to 2031-03"]),
    "half a year": ("months: 60", "months: 6", "months: 6", ["months is '6'", "12 to 120 months"]),
    "months quoted": ("months: 60", 'months: "60"', '"60"', ["'60'", "whole number"]),
    "no such day": ("as_of: 2026-01-01", "as_of: 2026-02-30", "02-30", ["'2026-02-30'", "a date"]),
    "no title": ("title: Lemonade stand\n", "", "currency:", ["header has no 'title'", "add"]),
    "unknown header": ("currency: USD", "currency: USD\nowner: me", "owner:", ["'owner'", "known"]),
}


@pytest.mark.parametrize("name", WRONG_ENTRIES)
def test_a_wrong_entry_is_named_by_line_path_value_bound_and_remedy(project, name):
    old, new, blamed, says = WRONG_ENTRIES[name]
    text = replaced(old, new)
    project.base(text)
    found = project.problem()
    assert found.where == f"{BASE_FILE}:{line_of(text, blamed)}"
    assert [part for part in says if part not in found.what] == [], found.what


def test_every_problem_of_base_and_of_the_scenario_is_said_at_once(project):
    text = replaced("label: Churn", "lable: Churn")
    text = replaced(CHURN, "value: 5%", text)
    text = replaced("currency: USD", "currency: euro", text)
    text = replaced("2027-01: 500", "2031-01: 500", text)
    text = replaced("confidence: medium", "confidence: sure", text)
    text = replaced("value: 0.5\n", "value: 0.9\n", text)
    project.base(text)
    project.scenario("s", "title: x\nchanges:\n  guests.cacc: 5\n  guests.cac: -1\n"
                          "  guests.fare: a\n  rules.streak: 2\n  rules.streak: 3\n"
                          "delay:\n  guests.cac: 200\n  guests.faree: 3\nextends: other\n")
    found = {str(problem) for problem in project.problems("s")}
    expected = [
        (BASE_FILE, "currency is 'euro'"),
        (BASE_FILE, "unknown key 'lable'"),
        (BASE_FILE, "guests.churn has no 'label'"),
        (BASE_FILE, "guests.churn: value '5%'"),
        (BASE_FILE, "confidence is 'sure'"),
        (BASE_FILE, "capex.stand names 2031-01"),
        (BASE_FILE, "guests.mix: the shares sum to 110%"),
        ("s.yaml", "the scenario has no 'why'"),
        ("s.yaml", "guests.cacc is not an assumption; did you mean guests.cac?"),
        ("s.yaml", "guests.cac = -1 USD/customer"),
        ("s.yaml", "changes.guests.fare 'a'"),
        ("s.yaml", "'rules.streak' stands twice (first on line 6)"),
        ("s.yaml", "delay.guests.cac '200' is not a number of months"),
        ("s.yaml", "'guests.faree' is not an assumption; did you mean guests.fare?"),
        ("s.yaml", "extends 'other', which is not a scenario of stand"),
    ]
    missing = [pair for pair in expected
               if not any(pair[0] in text and pair[1] in text for text in found)]
    assert missing == []
    assert len(found) == len(expected), found


def test_a_faulty_header_hides_no_problem_of_entries_and_scenarios(project):
    project.base(replaced("months: 60", "months: 121").replace(CHURN, "value: 7"))
    project.scenario("s", SCENARIO + "changes: {guests.cacc: 5, guests.cac: 0}\n")
    says = "\n".join(map(str, project.problems("s")))
    for part in ("months is '121'", "guests.churn = 7", "guests.cacc is not", "guests.cac = 0"):
        assert part in says
    assert len(project.problems("s")) == 4


def test_what_base_gets_wrong_is_not_blamed_on_the_scenario(project):
    project.scenario("s", SCENARIO + "changes: {guests.churn: 0.1, guests.churn.2027: 0.2, "
                                     "capex.stand: {2026-01: 5}}\n")
    text = replaced("  capex:\n    stand:\n", "  capex: 5\n  other:\n    it:\n")
    project.base(replaced("unit: fraction/month", "unit: x", text))
    found = project.problems("s")
    assert [problem.where.split(":")[0] for problem in found] == [BASE_FILE] * 2


@pytest.mark.parametrize(("changes", "says"), [
    ("guests.cacc: 5", ["guests.cacc is not an assumption", "did you mean guests.cac?"]),
    ("mystery: 5", ["mystery is not an assumption", "known: opening_cash, guests.cac"]),
    ("guests: 5", ["guests is not an assumption"]),
    ("guests.cac: 5%", ["changes.guests.cac '5%'", "5% as 0.05"]),
    ("guests.cac: -1", ["guests.cac = -1 USD/customer", "at least 0.01 and at most 1e+12"]),
    ("guests.cac: {2026: 1, 2027: -1}", ["guests.cac = -1 USD/customer in 2027"]),
    ("guests.cac: {2026-03: 5}", ["guests.cac says nothing of the months before 2026-03"]),
    ("opening_cash: {2026-03: 5}", ["opening_cash is one number for the whole plan", "or month"]),
    ("opening_cash: 1.000", ["opening_cash is written 1.000", "type 1000"]),
    ("guests.marketing.2027: 1.270", ["guests.marketing.2027 is written 1.270", "type 1270"]),
    ("guests.cac.2027: 2.500", ["guests.cac.2027 is written 2.500", "type 2500"]),
    ("guests.churn: 80", ["guests.churn = 80 fraction/month", "within, 80% as 0.8."]),
    ("guests.cac: {2031: 5}", ["names 2031", "2026 to 2030"]),
    ("guests.cac.2031: 5", ["guests.cac.2031 needs a year from 2026 to 2030"]),
    ("guests.cac.2031-01: 5", ["guests.cac.2031-01 needs a year from 2026 to 2030, or a month"]),
    ("guests.cac.2027: {2027: 5}", ["is one moment", "needs one number"]),
    ("guests.cac.2027: 1e13", ["guests.cac.2027 = 1e+13 USD/customer", "at most 1e+12"]),
    ("capex.stand: 5", ["capex.stand happens once", "dated amounts"]),
    ("capex.stand: {2026: 5}", ["capex.stand happens once", "{2026-03: 45000}"]),
    ("capex.stand.2026: 5", ["needs a month from 2026-01 to 2030-12", "capex.stand.2026-03"]),
    ("capex.stand.2031-01: 5", ["needs a month from 2026-01 to 2030-12"]),
    ("guests.fare: {2026: 0, 2028: 5}", ["guests.fare holds 0 USD/order", "above 0"]),
    ("guests.mix.tea: 0.7", ["guests.mix", "sum to 105% in 2029-01", "leave -5%"]),
    ("guests.mix.cake.2027: 0.6", ["guests.mix", "sum to 110% in 2027-01", "cake 60%"]),
    ("rules.streak: 1.5", ["rules.streak = 1.5 months", "a whole number"]),
])
def test_a_wrong_change_is_named_by_line_path_value_and_bound(project, changes, says):
    project.scenario("s", f"{SCENARIO}changes:\n  {changes}\n")
    found = project.problem("s")
    assert found.where == f"{SCENARIO_FILE.format('s')}:4"
    assert [part for part in says if part not in found.what] == [], found.what
    path, _, value = changes.partition(": ")
    direct = project.problem(changes={path: value_of(value)})
    assert direct.where == "changes"
    assert direct.what.split(" ", 1)[1] == found.what.removeprefix(
        "the scenario: changes.").split(" ", 1)[1]


@pytest.mark.parametrize(("text", "says"), [
    ("tittle: x", ["'tittle'", "did you mean title?"]),
    ("changes: 5", ["changes is '5'", "mapping of names to values"]),
    ("changes:", ["changes is 'None'", "mapping of names to values"]),
    ("extends: nobody", ["extends 'nobody'", "known: base, s"]),
    ("extends: 5", ["extends is '5'", "a text"]),
    ("extends: [a, b]", ["extends", "a text"]),
    ('extends: " s "', ["extends ' s '", "not a scenario", "known: base, s"]),
    ("extends: s", ["extends 's'", "circle", "start from base"]),
    ("delay: {guests.cax: 3}", ["'guests.cax'", "did you mean guests.cac?"]),
    ("delay: {guests.cac.2027: 3}", ["'guests.cac.2027' is not an assumption"]),
    ("delay: {guests.churn: 3}", ["guests.churn has the same value", "nothing to delay"]),
    ("delay: {guests.cac: 121}", ["'121'", "from 1 to 120"]),
    ("delay: {guests.cac: 0}", ["'0'", "from 1 to 120"]),
    ("delay: {guests.cac: 1.5}", ["'1.5'", "a whole number"]),
    ("delay: {guests.cac: -3}", ["'-3'", "from 1 to 120"]),
    ("delay: {guests.cac: yes}", ["'yes'", "a whole number"]),
    ("delay: 3", ["delay is '3'", "mapping of names"]),
])
def test_a_wrong_scenario_is_named_by_line_and_remedy(project, text, says):
    project.scenario("s", f"{SCENARIO}{text}\n")
    found = project.problem("s")
    assert found.where == f"{SCENARIO_FILE.format('s')}:3"
    assert [part for part in says if part not in found.what] == [], found.what


def test_scenarios_that_extend_each_other_in_a_circle(project):
    project.scenario("one", SCENARIO + "extends: two\n")
    project.scenario("two", SCENARIO + "extends: three\n")
    project.scenario("three", SCENARIO + "extends: two\n")
    for name in ("one", "two", "three"):
        assert "circle" in project.problem(name).what


def test_a_parent_that_cannot_be_used_is_no_circle(project):
    project.scenario("parent", "title: x\n")
    project.scenario("child", SCENARIO + "extends: parent\n")
    assert project.problem("child") == Problem(
        f"{SCENARIO_FILE.format('parent')}:1", "the scenario has no 'why'; add it.")


@pytest.mark.parametrize("name", ["Bad", "a b", "con", "lpt1", "2026", "x" * 61])
def test_a_scenario_is_a_plain_name(project, name):
    project.scenario(name, SCENARIO)
    found = project.problem(name)
    assert found.where == f"{SCENARIO_FILE.format(name)}:1"
    assert repr(name) in found.what


def test_unknown_companies_and_scenarios_are_named_with_the_nearest(project):
    project.scenario("downside", SCENARIO)
    with pytest.raises(InputError, match="'stend' has no assumptions; did you mean stand"):
        load("stend")
    with pytest.raises(InputError, match="'downsied' is not a scenario of stand; did you mean"):
        load("stand", "downsied")
    for scenario in ("../../base", "", ".", "base.yaml"):
        with pytest.raises(InputError, match="is not a scenario"):
            load("stand", scenario)


def test_files_of_editors_are_no_scenarios(project):
    project.scenario(".#s", "broken: [")
    project.scenario("s", SCENARIO)
    assert catalog.scenarios("stand") == ("base", "s")
    assert project.load("s").scenario_title == "A test"


def test_names_of_any_length_and_kind_stay_on_one_printable_line(project):
    long = "x" * 5000
    project.base(replaced("    churn:", f'    "a\\nb\\e[31m\\u202e{long}":'))
    assert len(str(project.problem())) < 1100
    project.scenario("s", f'{SCENARIO}changes: {{"a\\nb": 5, ? {long} : 6}}\n')
    project.base(BASE)
    assert len(project.problems("s")) == 2


def test_of_very_many_problems_the_first_are_said_in_bounded_time(project, monkeypatch):
    asked = []
    monkeypatch.setattr("difflib.get_close_matches",
                        lambda name, *known, **more: asked.append(name) or [])
    paths = "".join(f"  a.b{number:05d}: 1\n" for number in range(20_000))
    project.scenario("s", f"{SCENARIO}changes:\n{paths}delay:\n{paths}")
    with pytest.raises(InputError) as refused:
        project.load("s")
    said = str(refused.value).split("\n")
    assert len(refused.value.problems) == 40_000 and len(asked) <= 2 * MOST
    assert len(said) == MOST + 1 and said[-1] == "And 39,950 more; mend these first."
