"""The command `simulate`: what it prints, that no split changes it, and what it refuses."""

import numpy as np
import pytest

from model import cli, load, processes, project
from model.analysis.uncertainty import chances, sampling, sensitivity, simulation
from model.engine import kernel
from model.engine.headlines import Headline
from model.engine.numbers import batch


@pytest.fixture
def run(capfd):
    """A command in this process: exit code, lines on stdout, lines on stderr."""
    def command(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        out, err = capfd.readouterr()
        return code, out.splitlines(), err.splitlines()
    return command


@pytest.fixture
def small(monkeypatch):
    """Parts of a few draws, so that there are several."""
    monkeypatch.setattr(simulation, "PLAIN", 64)
    monkeypatch.setattr(simulation, "COMPILED", 150)


def test_quantiles_and_chances_are_printed_and_the_speed_apart(run):
    code, out, err = run("simulate", "mentorship", "--draws", "400", "--seed", "5",
                         "--workers", "1")
    assert code == 0
    assert out[0] == ("Career mentorship marketplace, Base: 400 random draws of 79 assumptions, "
                      "seed 5")
    assert out[2].split() == ["headline", "unit", "plan", "5%", "25%", "50%", "75%", "95%"]
    table = {line[:24].strip(): line[24:].split("  ") for line in out[3:20]}
    assert {"EBITDA 2026", "EBITDA 2030", "Revenue 2026", "Lowest cash", "Unrestricted cash",
            "First break-even", "Losses earned back", "Lasting break-even"} <= table.keys()
    assert any("Oct 2027" in cell for cell in table["First break-even"])
    assert "never" in " ".join(table["Cash first below zero"])
    assert out[21].split() == ["chance", "share", "standard", "error"]
    assert any(line.startswith("EBITDA 2028 at or above the plan's") for line in out[22:])
    assert out[-1] == ("Draws lie within ranges that are chosen here: these shares are no measured "
                       "odds.")
    (told,) = err
    assert told.startswith("400 draws in ") and told.endswith(" a second, by NumPy")


@pytest.mark.long
def test_every_number_of_workers_and_every_split_prints_the_same(run, small, monkeypatch):
    plan = ("simulate", "influencer", "-s", "upside", "--set", "opening_cash=400000",
            "--draws", "301")
    _, whole, _ = run(*plan, "--workers", "1")
    assert run(*plan, "--workers", "2")[1] == run(*plan, "--workers", "3")[1] == whole
    monkeypatch.setattr(simulation, "PLAIN", 7)
    assert run(*plan, "--workers", "2")[1] == whole
    monkeypatch.setattr(simulation, "MANY", 100)
    code, out, err = run(*plan, "--workers", "2")
    assert (code, out) == (0, whole)
    assert err[0].endswith("compiled by Numba" if kernel.available() else "by NumPy")


def test_dask_prints_the_same(run, small):
    pytest.importorskip("dask", reason="Dask is not installed; it is the extra `dask`")
    plan = "simulate", "influencer", "--draws", "150", "--workers", "2"
    assert run(*plan, "--engine", "dask")[1] == run(*plan)[1]


def test_a_cluster_of_dask_prints_the_same(run, small):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed; it is the "
                                                            "extra `dask`")
    import dask

    plan = "simulate", "influencer", "--draws", "150"
    with (distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
          dask.config.set({"scheduler-address": cluster.scheduler_address})):
        code, out, _ = run(*plan, "--engine", "dask")
    assert (code, out) == (0, run(*plan)[1])


def test_without_dask_the_engine_is_refused_in_a_sentence(run, monkeypatch):
    from model.commands import simulate

    monkeypatch.setattr(simulate.importlib.util, "find_spec", lambda name: None)
    code, out, err = run("simulate", "influencer", "--engine", "dask")
    assert (code, out) == (2, [])
    assert err[0].startswith("--engine: dask is not installed")


@pytest.mark.parametrize(("wrong", "said"), [
    (["--draws", "1"], "--draws: 1 draws are not possible; give 2 to 10,000,000."),
    (["--draws", "20000000"], "--draws: 20000000 draws are not possible; give 2 to 10,000,000."),
    (["--seed", "-1"], "--seed: -1 is no seed; give a whole number from 0 to 4,294,967,295."),
    (["--seed", str(2**32)], "--seed: 4294967296 is no seed"),
    (["--workers", "0"], "--workers: 0 workers are not possible; give 1 to 256."),
    (["--set", "opening_cash"], "--set: opening_cash is not path=value"),
    (["-s", "base2"], "is not a scenario"),
    (["--draws", "many"], "invalid int value: 'many'"),
    (["--engine", "ray"], "invalid choice: 'ray'")])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(run, wrong, said):
    code, out, err = run("simulate", "influencer", *wrong)
    assert (code, out) == (2, [])
    assert said in err[-1]


def test_every_wrong_number_is_said_at_once(run):
    code, _, err = run("simulate", "influencer", "--draws", "0", "--seed", "-3", "--workers", "900")
    assert code == 2 and len(err) == 3


def test_a_plan_in_which_nothing_is_uncertain_is_refused(run, monkeypatch):
    monkeypatch.setattr(sampling, "uncertain", lambda assumptions: ())
    code, out, err = run("simulate", "influencer")
    assert (code, out) == (2, [])
    assert "nothing to draw" in err[0]


def test_chances_are_those_of_the_sensitivity_page():
    assumptions = load("mentorship")
    plan, fan = project(assumptions), sensitivity.fan(assumptions, 300, 4)
    wanted = chances.chances(plan, fan, 2028, "2027-10")
    calendar = assumptions.calendar
    draws = simulation.whole(processes.run(simulation.jobs(assumptions, 300, 4), 1), calendar)
    own = simulation.whole([[each.of(plan) for each in simulation.wanted(calendar)]], calendar)
    assert chances.among(draws, own, 2028, 2030, 22) == wanted


def test_headlines_are_read_from_the_lines():
    assumptions = load("influencer")
    values = sampling.drawn(assumptions, sampling.uncertain(assumptions), 30, 4)
    lines = batch(assumptions, values)
    figures = simulation.whole([simulation.part(assumptions, 30, 4)], assumptions.calendar)
    assert np.array_equal(figures[Headline("revenue", 2027)], lines.by_year("revenue")[:, 1])
    assert np.array_equal(figures[Headline("trough_cash")],
                          lines["unrestricted_cash"].min(axis=1))
    below = lines["ebitda"] < 0
    lasting = np.where(below[:, -1], 0, 61 - np.argmax(below[:, ::-1], axis=1))
    lasting[~below.any(axis=1)] = 1
    assert np.array_equal(figures[simulation.LASTING], lasting)


def test_a_month_that_never_comes_is_later_than_any():
    months = Headline("breakeven_first")
    found = simulation.quantiles(months, np.array([0.0, 5.0, 0.0, 7.0, 0.0]))
    assert found.tolist() == [5, 7, 0, 0, 0]
    amounts = simulation.quantiles(Headline("trough_cash"), np.arange(-50.0, 50.0))
    assert amounts.tolist() == [-46, -26, -1, 24, 44]


def test_what_decides_is_printed_with_errors_and_the_same_by_any_number_of_workers(run):
    plan = ("simulate", "influencer", "--decides", "--draws", "100")
    code, out, err = run(*plan, "--workers", "1")
    assert code == 0 and run(*plan, "--workers", "2")[1] == out
    assert out[0].startswith("Micro-influencer marketing service, Base: what decides, from ")
    assert out[0].endswith(" plans of 64 assumptions, seed 2026")
    assert out[2].split("  ")[0] == "headline" and out[2].endswith("fair share")
    shares = {}
    for line in out[3:out.index("", 3)]:
        headline, label, *_ = (part.strip() for part in line.split("  ") if part)
        shares.setdefault(headline, {})[label] = float(line.split()[-3].rstrip("%"))
    assert set(shares) == {"Months to the first break-even", "Lowest month-end cash",
                           "EBITDA 2026", "Cash at the end of 2030"}
    for every in shares.values():
        assert sum(every.values()) == pytest.approx(100, abs=0.5)
        assert len(every) > 4 and list(every)[-1].startswith("all other ")
    assert " plans in " in err[0] and "fair shares add up to 100%" in " ".join(out[-5:])


def test_more_plans_than_can_be_held_are_refused_where_it_is_asked_what_decides(run):
    code, out, err = run("simulate", "influencer", "--decides", "--draws", "2000000")
    assert (code, out) == (2, [])
    assert err == ["--draws: 2000000 draws are not possible; give 2 to 1,000,000."]
