"""Tests of the code see the frozen figures, whatever a plan in `params/` says now."""

from types import SimpleNamespace

import frozen_plan
import pytest
import yaml

from model import folders, load
from model.params import catalog

EDITED = """\
assumptions:
  cash:
    label: Cash
    unit: USD
    value: 5  # counted
    range: [1, 9]
  price:
    label: Price
    unit: USD
    value: {2026: 3, 2030: 4}
    between: linear
    range: [0.5, 1.5]
  new:
    label: New
    unit: USD
    value: 7
    range: [7, 7]
"""
KNOWN = {"cash": {"value": "{2026: 1, 2027: 2}", "between": "step", "range": "[0.9, 1.1]"},
         "price": {"value": "2", "range": "[1, 3]"}, "gone": {"value": "1", "range": "[1, 1]"}}


def test_known_figures_are_frozen_and_new_entries_pass():
    found = yaml.safe_load(frozen_plan.with_frozen(EDITED, KNOWN))["assumptions"]
    assert found == {
        "cash": {"label": "Cash", "unit": "USD", "value": {2026: 1, 2027: 2}, "between": "step",
                 "range": [0.9, 1.1]},
        "price": {"label": "Price", "unit": "USD", "value": 2, "range": [1, 3]},
        "new": {"label": "New", "unit": "USD", "value": 7, "range": [7, 7]}}


@pytest.mark.parametrize("subject", catalog.subjects())
def test_the_folder_of_tests_holds_the_frozen_figures(subject):
    assert folders.root() != frozen_plan.ROOT
    text = (folders.params() / subject / "base.yaml").read_text(encoding="utf-8")
    here = {path: {key: part for key, (_, part) in own.items()}
            for path, own in frozen_plan.figures(text).items()}
    known = frozen_plan.frozen(subject)
    assert known and {path: own for path, own in here.items() if path in known} == known
    assert frozen_plan.with_frozen(text, known) == text
    for path in (frozen_plan.FROZEN / "scenarios" / subject / "scenarios").iterdir():
        assert path.read_bytes() == catalog.path_of(subject, path.stem).read_bytes()


def test_an_edited_plan_moves_no_figure_of_a_test(folder, monkeypatch):
    frozen = load("mentorship").entries["mentees.cac"].value
    path = folder / "params" / "mentorship" / "base.yaml"
    own = path.read_text(encoding="utf-8")
    path.write_text(own.replace("value: {2026: 100, 2030: 60}\n      between: linear", "value: 90"),
                    encoding="utf-8")
    assert load("mentorship").entries["mentees.cac"].value == 90
    monkeypatch.setattr(frozen_plan, "ROOT", folder)
    monkeypatch.chdir(frozen_plan.build(folder / "built"))
    assert load("mentorship").entries["mentees.cac"].value == frozen


@pytest.mark.parametrize(("name", "said"), [("plan/test_x.py", True), ("test_x.py", False)])
def test_only_a_failed_test_of_the_plan_says_that_it_holds_the_plan(request, name, said):
    hook = request.config.pluginmanager.get_plugin(str(frozen_plan.ROOT / "tests" / "conftest.py"))
    report = SimpleNamespace(failed=True, sections=[])
    made = hook.pytest_runtest_makereport(SimpleNamespace(path=frozen_plan.ROOT / "tests" / name))
    next(made)
    with pytest.raises(StopIteration):
        made.send(report)
    assert bool(report.sections) is said
    assert not said or "This test holds the published plan" in report.sections[0][1]
