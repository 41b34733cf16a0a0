"""A page is made again when the actuals that its scenario reads change, and only then."""

import pytest
from batch_shell import shell
from batch_stand import executed, jobs, project

from model import reporting

pytestmark = pytest.mark.usefixtures("shell")


def again(capsys):
    assert reporting.run() == 0
    return executed(capsys)


def test_the_companys_actuals_belong_to_every_scenario(project, capsys):
    every = {"toy/base/page", "toy/up/page", "toy/later/page"}
    assert again(capsys) == every
    assert again(capsys) == set()
    own = project / "params" / "toy" / "actuals.csv"
    for change in (lambda: own.write_text("period,name,value\n"),
                   lambda: own.write_text("period,name,value\n2026-01,revenue,5\n"), own.unlink):
        change()
        assert again(capsys) == every
        assert again(capsys) == set()


def test_actuals_that_a_scenario_names_belong_to_it_and_to_what_extends_it(project, capsys):
    up = project / "params" / "toy" / "scenarios" / "up.yaml"
    up.write_text(up.read_text() + "actuals: mine.csv\n")
    named = project / "params" / "toy" / "mine.csv"
    named.write_text("period,name,value\n")
    again(capsys)
    assert "params/toy/mine.csv" in jobs(project)["toy/later/page"]["files"]
    assert "params/toy/mine.csv" not in jobs(project)["toy/base/page"]["files"]
    named.write_text("period,name,value\n2026-01,revenue,5\n")
    assert again(capsys) == {"toy/up/page", "toy/later/page"}
    (project / "params" / "toy" / "actuals.csv").write_text("period,name,value\n")
    assert again(capsys) == {"toy/base/page"}
