"""The command line's contract: what it prints, its exit codes, how it says what is wrong."""

import csv
import io
import json
import re
import shutil

import pytest

from model import cli, load, project
from model.analysis.unit_economics import sides
from model.audit import checks
from model.audit.checks import CODES
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.params import catalog

FLOWS = ("revenue", "cost_of_revenue", "gross_profit", "variable_opex", "contribution", "marketing",
         "payroll", "fixed_opex", "ebitda")
CUSTOMERS = {company: tuple(side.name for side in sides(company)) for company in COMPANIES}


@pytest.fixture
def run(capsys):
    """A command in this process: exit code, lines on stdout, lines on stderr."""
    def command(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()
    return command


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# list, check --------------------------------------------------------------------------------------

def test_list_names_subjects_scenarios_and_notebooks(run):
    code, out, err = run("list")
    assert (code, err) == (0, [])
    for company in COMPANIES:
        names = catalog.scenarios(company)
        assert names[0] == "base"
        assert f"{company}: {', '.join(names)}" in out
    assert any(line.startswith("notebooks: ") and "assumptions" in line and "comparison" in line
               for line in out)


def test_check_prints_every_problem_of_base_and_of_all_scenarios_once(run, folder):
    params = folder / "params"
    base = params / "influencer" / "base.yaml"
    replace(base, "value: 0.35\n", "value: 35%\n")
    replace(base, "value: 150\n", "value: -150\n")
    for name, old, new in (("downside", "tiers.basic.hours: 7", "tiers.basic.hourss: 7"),
                           ("upside", "managed_service: 0.35", "managed_service: 0.6"),
                           ("cac_delay", "customers.cac: 3", "customers.cac: three")):
        replace(params / "influencer" / "scenarios" / f"{name}.yaml", old, new)
    replace(params / "mentorship" / "scenarios" / "flat_marketing.yaml", "title:", "titel:")
    code, out, err = run("check")
    assert (code, out) == (2, [])
    expected = ["influencer/base.yaml:", "tiers.one_off.churn: value '35%'",
                "influencer/base.yaml:", "delivery.hours_per_head = -150 hours/FTE/month",
                "scenarios/cac_delay.yaml:4", "delay.customers.cac 'three'",
                "scenarios/downside.yaml:8", "tiers.basic.hourss is not an assumption; did",
                "scenarios/upside.yaml:7", "customers.mix: the shares sum to 110%",
                "scenarios/flat_marketing.yaml:1", "unknown key 'titel'; did you mean title?",
                "scenarios/flat_marketing.yaml:1", "the scenario has no 'title'"]
    pairs = list(zip(expected[::2], expected[1::2], strict=True))
    for where, what in pairs:
        assert any(where in line and what in line for line in err), (where, what, err)
    assert len(err) == len(pairs)

    assert run("check", "mentorship")[2] == [line for line in err if "mentorship" in line]
    assert run("check", "mentorship", "-s", "upside")[0] == 0
    assert len(run("check", "influencer", "-s", "upside")[2]) == 3


def test_check_finds_what_no_formula_and_no_command_reads(run, folder):
    scenarios = folder / "params" / "mentorship" / "scenarios"
    shutil.copy(scenarios / "upside.yaml", scenarios / "mine.yml")
    shutil.copy(scenarios / "upside.yaml", scenarios / "base.yaml")
    base = folder / "params" / "influencer" / "base.yaml"
    spare = "  spare_part:\n    label: x\n    unit: USD\n    value: 5\n    range: [4, 6]\n" \
            '    source: "estimate: x"\n    confidence: low\n'
    replace(base, "  # Winning customers\n", spare)
    line = base.read_text().split("\n").index("  spare_part:") + 1
    code, out, err = run("check")
    assert (code, out) == (2, [])
    assert [text.split(" ", 1)[0] for text in err] == [
        "params/mentorship/scenarios/base.yaml:1:", "params/mentorship/scenarios/mine.yml:1:",
        f"params/influencer/base.yaml:{line}:"]
    assert "read by no command" in err[0]
    assert "spare_part is read by no formula" in err[2]


def test_check_fails_where_an_error_check_fails(run, monkeypatch):
    monkeypatch.setattr(checks, "tax", lambda projection:
                        "it does not" if projection.assumptions.scenario == "upside" else None)
    code, out, err = run("check", "mentorship")
    told = f"check failed: mentorship upside: E12 {CODES['E12']}: it does not"
    assert (code, err) == (1, [told])
    assert "1 error check failed" in out[-1]


def test_a_year_in_other_digits_is_no_year(run):
    for year in ("\u0662\u0660\u0662\u0666", "\uff12\uff10\uff12\uff16"):
        code, out, err = run("project", "mentorship", "--set", f"mentees.cac.{year}=90", "--set",
                             "mentees.cac.2026=50")
        assert (code, out) == (2, []) and "is not an assumption" in err[0]


# project ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("company", COMPANIES)
def test_the_json_is_what_the_contract_says(run, company):
    scenario = catalog.scenarios(company)[1]
    code, out, err = run("project", company, "-s", scenario, "--format", "json", "--monthly")
    assert (code, err) == (0, [])
    found = json.loads("\n".join(out), parse_constant=pytest.fail)
    years = [str(year) for year in range(2026, 2031)]
    assert list(found) == ["company", "scenario", "currency", "months", "annual", "kpis",
                           "breakeven", "trough", "checks", "monthly"]
    assert (found["company"], found["scenario"], found["currency"]) == (company, scenario, "USD")
    assert found["months"] == [f"{year}-{month:02d}" for year in years for month in range(1, 13)]

    stocks = ["cash"]
    flows = list(FLOWS)
    for customers in CUSTOMERS[company]:
        stocks.append(f"active_{customers}")
        flows += [f"new_{customers}", f"churned_{customers}"]
    assert all(len(values) == 60 and all(isinstance(v, float) for v in values)
               for values in found["monthly"].values())
    assert list(found["annual"]) == years
    for i, year in enumerate(years):
        amounts = found["annual"][year]
        assert amounts.keys() == found["monthly"].keys()
        for line in flows:
            assert amounts[line] == pytest.approx(sum(found["monthly"][line][12 * i:12 * i + 12]))
        for line in stocks:
            assert amounts[line] == found["monthly"][line][12 * i + 11]
    first = {line: values[0] for line, values in found["monthly"].items()}
    opens = load(company).series["opening_cash"].values[0, 0]
    assert first["cash"] == pytest.approx(opens + first["operating_cash_flow"]
                                          - first["capex"])

    for kpi in found["kpis"].values():
        assert list(kpi) == years
        for entry in kpi.values():
            assert list(entry) == ["value", "unit", "target", "status", "reason"]
            assert isinstance(entry["value"], float) or entry["reason"]
    assert list(found["breakeven"]) == ["first", "operating", "cumulative", "earned_back"]
    assert all(month is None or month in found["months"] for month in found["breakeven"].values())
    cash = found["monthly"]["unrestricted_cash"]
    assert found["trough"] == {"month": found["months"][cash.index(min(cash))], "cash": min(cash)}
    assert list(found["checks"]) == ["master", "failed", "alerts"]
    assert (found["checks"]["master"], found["checks"]["failed"]) == ("ok", [])
    assert isinstance(found["checks"]["alerts"], list)


def test_ratios_of_a_year_are_made_again_from_its_amounts(run):
    found = json.loads("\n".join(run("project", "mentorship", "--format", "json")[1]))
    year = found["annual"]["2028"]
    assert found["kpis"]["take_rate"]["2028"]["value"] == pytest.approx(
        year["commission"] / year["gmv"])
    assert found["kpis"]["contribution_margin"]["2028"]["value"] == pytest.approx(
        year["contribution"] / year["revenue"])
    assert year["order_value.young_pros"] == pytest.approx(
        year["gmv.young_pros"] / year["orders.young_pros"])
    assert "monthly" not in found


def test_what_is_undefined_is_null_with_a_reason(run):
    _, out, err = run("project", "mentorship", "--format", "json", "--set", "mentees.marketing=0",
                      "--set", "mentors.marketing=0")
    text = "\n".join(out)
    assert err == []
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["breakeven"] == dict.fromkeys(
        ("first", "operating", "cumulative", "earned_back"))
    for kpi in ("mentee_cac", "take_rate", "ltv_to_cac", "months_to_breakeven"):
        entry = found["kpis"][kpi]["2028"]
        assert entry["value"] is None and entry["status"] == "undefined" and entry["reason"], kpi
    assert found["annual"]["2028"]["order_value.young_pros"] is None
    assert found["annual"]["2028"]["new_mentees"] == 0


@pytest.mark.parametrize("monthly", [False, True])
def test_table_json_and_csv_tell_the_same(run, monthly):
    more = ["--monthly"] if monthly else []
    base = project(load("influencer", "downside"))
    frame = base.monthly if monthly else base.annual
    columns = [str(column) for column in frame.columns]

    rows = list(csv.reader(io.StringIO("\n".join(
        run("project", "influencer", "-s", "downside", "--format", "csv", *more)[1]))))
    assert rows[0] == ["line", "unit", *columns]
    assert {row[0]: [float(v) for v in row[2:]] for row in rows[1:]} == {
        line: pytest.approx(frame.loc[line], abs=6e-7) for line in frame.index}
    assert {row[0]: row[1] for row in rows[1:]} == {
        line: glossary("influencer").term(line).unit for line in frame.index}
    assert all(re.fullmatch(r"0|-?(0|[1-9]\d*)(\.\d{0,5}[1-9])?", text)
               for row in rows[1:] for text in row[2:])

    outcome = run("project", "influencer", "-s", "downside", *more)[1]
    assert outcome[0] == "Micro-influencer marketing service, Downside"
    assert "first reaches zero in Jul 2026" in outcome[1]
    assert outcome[2].startswith("Base: ") and "Jun 2026" in outcome[2]
    table = outcome[4:]
    assert table[0].split() == ["line", "unit", *columns]
    assert [line.split()[0] for line in table[1:]] == list(frame.index)
    assert len({len(line) for line in table}) == 1

    found = json.loads("\n".join(
        run("project", "influencer", "-s", "downside", "--format", "json", *more)[1]))
    if monthly:
        assert found["monthly"] == {line: list(frame.loc[line]) for line in frame.index}
    else:
        assert found["annual"] == {str(year): dict(frame[year]) for year in frame.columns}


def test_a_csv_holds_the_budget_that_was_typed(run):
    _, out, _ = run("project", "mentorship", "--format", "csv")
    assert out[1] == "mentee_marketing,USD,150000,360000,780000,1070000,1270000"


def test_set_changes_what_a_scenario_file_would(run, folder):
    (folder / "params" / "mentorship" / "scenarios" / "mine.yaml").write_text(
        "title: Mine\nwhy: To see\nextends: downside\nchanges:\n"
        "  mentees.cac: {2026: 90, 2030: 50}\n  mentees.match_rate.2028: 0.7\n"
        "  capex.platform.2026-03: 45000\n")
    _, mine, _ = run("project", "mentorship", "-s", "mine", "--format", "csv", "--monthly")
    code, out, _ = run("project", "mentorship", "-s", "downside", "--format", "csv", "--monthly",
                       "--set", "mentees.cac={2026: 90, 2030: 50}",
                       "--set", " mentees.match_rate.2028 = 0.7 ",
                       "--set", "capex.platform.2026-03=45000")
    assert code == 0
    assert out == mine
    assert out != run("project", "mentorship", "-s", "downside", "--format", "csv", "--monthly")[1]


def test_a_failed_error_check_is_told_with_the_projection_and_exit_1(run, monkeypatch):
    monkeypatch.setattr(checks, "tax", lambda projection: "it does not")
    told = [f"E12 {CODES['E12']}: it does not"]
    code, out, err = run("project", "mentorship")
    assert (code, err[0]) == (1, f"check failed: {told[0]}")
    assert out[1].startswith("EBITDA first reaches zero")
    code, out, err = run("project", "mentorship", "--format", "json")
    found = json.loads("\n".join(out))["checks"]
    assert (code, found["master"], found["failed"]) == (1, "failed", told)
    assert err == [f"check failed: {told[0]}"]


def test_alerts_are_told_beside_the_figures(run):
    code, out, err = run("project", "mentorship", "-s", "flat_marketing")
    assert code == 0
    assert any(line.startswith("alert: A1 cash is below zero") for line in err)
    assert not any("alert" in line for line in out)


# What is wrong ------------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "says"), [
    (["project", "mentorshp"], ["'mentorshp' has no assumptions; did you mean mentorship?"]),
    (["project", "mentorship", "-s", "downsid"], ["'downsid'", "did you mean downside?"]),
    (["project", "mentorship", "-s", "../../x"], ["'../../x' is not a scenario of mentorship"]),
    (["project", "mentorship", "--set", "mentees.cacc=90"],
     ["mentees.cacc is not an assumption; did you mean mentees.cac?"]),
    (["project", "mentorship", "--set", "mentees.cac=9%"], ["'9%' is not a number", "0.05"]),
    (["project", "mentorship", "--set", "mentees.cac=.nan"], ["nan is not a number"]),
    (["project", "mentorship", "--set", "mentees.cac=0"],
     ["mentees.cac = 0 USD/mentee is outside", "at least 0.01"]),
    (["project", "mentorship", "--set", "mentees.young_pros.orders={2026: 0, 2030: 1}"],
     ["mentees.young_pros.orders holds 0", "above 0"]),
    (["project", "mentorship", "--set", "mentees.mix.career_changers=0.9"],
     ["mentees.mix: the shares sum to 100.5% in 2027-01", "lower one"]),
    (["project", "mentorship", "--set", "mentees.cac"], ["mentees.cac is not path=value, as in"]),
    (["project", "mentorship", "--set", "=5"], ["=5 is not path=value"]),
    (["project", "mentorship", "--set=--"], ["--set needs a value, and -- is none"]),
    (["project", "mentorship", "--set", "mentees.cac=["], ["cannot be read as YAML"]),
    (["project", "mentorship", "--set", "mentees.cac=90\nfoo: 1"], ["more than one value"]),
    (["project", "mentorship", "--set", "mentees.cac=90", "--set", "mentees.cac=80"],
     ["is given twice; keep one"]),
    (["project", "mentorship", "--format", "xml"], ["invalid choice: 'xml'", "--help"]),
    (["project"], ["required: company", "--help"]),
    (["frobnicate"], ["invalid choice: 'frobnicate'"]),
    ([], ["required: COMMAND"]),
    (["check", "nobody"], ["'nobody' has no assumptions; known: budget, influencer, mentorship"]),
    (["check", "-s", "upsid"], ["'upsid' is not a scenario", "did you mean upside?"]),
    (["check", "influencer", "-s", "flat_marketing"], ["not a scenario of influencer"]),
    (["run", "nobody"], ["'nobody' is unknown"]),
    (["run", "-s", "upsid"], ["'upsid' is unknown; did you mean upside?"]),
    (["run", "-n", "breakevn"], ["'breakevn' is unknown; did you mean breakeven?"]),
])
def test_bad_input_is_one_sentence_on_stderr_exit_2_and_nothing_written(run, folder, arguments,
                                                                        says):
    before = files(folder)
    code, out, err = run(*arguments)
    assert (code, out) == (2, [])
    assert len(err) == 1
    assert [part for part in says if part not in err[0]] == [], err[0]
    assert err[0].endswith((".", "?"))
    assert files(folder) == before


def test_every_bad_set_is_told_at_once(run):
    for texts in (["a", "b=[", "c="], ["a=1", "mentees.cac=-1", "mentees.mix.senior_experts=1"]):
        code, out, err = run("project", "mentorship", *(f"--set={text}" for text in texts))
        assert (code, out, len(err)) == (2, [], 3)


def test_broken_params_stop_every_command_before_it_writes(run, folder):
    replace(folder / "params" / "mentorship" / "base.yaml", "value: 0.18\n", "value: 18%\n")
    before = files(folder)
    for arguments in (["project", "mentorship"], ["project", "mentorship", "-s", "downside"],
                      ["check"]):
        code, out, err = run(*arguments)
        assert (code, out, len(err)) == (2, [], 1)
        assert "base.yaml" in err[0] and "commission.share: value '18%'" in err[0]
    assert files(folder) == before


def test_sections_and_assumptions_that_trade_places_are_named(run, folder):
    base = folder / "params" / "influencer" / "base.yaml"
    replace(base, "    hours_per_head:\n", "    hours_per_head:\n      a_b:\n")
    text = base.read_text()
    at = text.index("      a_b:\n") + len("      a_b:\n")
    end = text.index("\n\n", at)
    inner = "\n".join(f"  {line}" for line in text[at:end].split("\n"))
    base.write_text(text[:at] + inner + text[end:])
    code, out, err = run("project", "influencer")
    assert (code, out) == (2, [])
    assert "delivery.hours_per_head is read by the model" in err[0]


def test_a_role_that_formulas_read_is_missed_when_it_is_renamed(run, folder):
    base = folder / "params" / "influencer" / "base.yaml"
    replace(base, "    delivery_team:", "    crew_team:")
    replace(base, "team.delivery_team.hires:", "team.crew_team.hires:")
    code, out, err = run("project", "influencer")
    assert (code, out, len(err)) == (2, [], 1)
    assert "delivery_team is read by the model but is not in the file" in err[0]


def test_an_assumption_that_was_renamed_is_named_with_its_new_name_and_line(run, folder):
    base = folder / "params" / "mentorship" / "base.yaml"
    text = base.read_text(encoding="utf-8").replace("    cac:\n      label: \"CAC, mentee\"",
                                                    "    cacc:\n      label: \"CAC, mentee\"")
    base.write_text(text, encoding="utf-8")
    code, out, err = run("project", "mentorship")
    section = text[:text.index("  mentees:\n")].count("\n") + 1
    assert (code, out) == (2, [])
    assert err == [f"params/mentorship/base.yaml:{section}: mentees.cac is read by the model but "
                   "is not in the file; is mentees.cacc, which nothing reads, meant?"]


def test_changes_are_said_beside_the_scenario(run):
    out = run("project", "mentorship", "--set", "mentees.cac.2026=90")[1]
    assert out[0] == "Career mentorship marketplace, Base with 1 change"
    assert out[2].startswith("Base: EBITDA first reaches zero in Oct 2027")


def test_a_forecast_is_printed_beside_the_plan_and_in_its_place(capsys):
    assert cli.main(["project", "mentorship", "-s", "demo_actuals"]) == 0
    said = capsys.readouterr().out
    assert "\nForecast from Apr 2026: EBITDA first reaches zero in Oct 2027" in said
    assert cli.main(["project", "mentorship", "-s", "demo_actuals", "--forecast",
                     "--format", "csv"]) == 0
    revenue = next(line for line in capsys.readouterr().out.splitlines()
                   if line.startswith("revenue,")).split(",")
    assert cli.main(["project", "mentorship", "-s", "demo_actuals", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["forecast"]
    assert found["annual"]["2026"]["revenue"] == pytest.approx(float(revenue[2]))
    assert (found["close"], found["before"]["close"]) == ("2026-04", "2026-03")
    assert found["checks"]["master"] == "ok" and "revenue" in found["observed"]
    assert found["omitted"] == []


def test_a_plan_without_a_close_has_no_forecast(capsys):
    assert cli.main(["project", "influencer", "--forecast"]) == 2
    assert capsys.readouterr().err.startswith("--forecast: needs a closed month")


def test_the_version_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+( [0-9a-f]{12}( with changes)?)?\n", capsys.readouterr().out)
