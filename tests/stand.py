"""A small company whose params tests write, break and load."""

import numpy as np
import pytest

from model.params.assumptions import load
from model.params.observations import Actuals
from model.problems import InputError

BASE = """\
title: Lemonade stand
currency: USD
start: 2026-01
months: 60
as_of: 2026-01-01

assumptions:
  opening_cash:
    label: Opening cash
    unit: USD
    value: 1000
    range: [800, 1200]
    source: "estimate: what the owner has"
    confidence: low
  guests:
    cac:
      label: CAC
      unit: USD/customer
      value: {2026: 130, 2027: 120, 2028: 110, 2029: 100}
      range: [0.8, 1.25]
      source: "published: 130 in 2026"
      confidence: high
    churn:
      label: Churn
      unit: fraction/month
      value: 0.05
      range: [0.03, 0.08]
      source: "decision: to try"
      confidence: medium
    marketing:
      label: Marketing
      unit: USD/year
      value: {2026: 120, 2030: 200}
      between: linear
      range: [0.5, 1.5]
      source: "benchmark: a book, 2020"
      confidence: low
    fare:
      label: Fare
      unit: USD/order
      value: {2026: 100, 2028: 121}
      between: geometric
      range: [0.9, 1.1]
      source: "estimate: a tenth more each year"
      confidence: low
    mix:
      tea:
        label: Tea
        unit: fraction
        value: 0.5
        range: [0.4, 0.6]
        source: "estimate: by taste"
        confidence: low
      cake:
        label: Cake
        unit: fraction
        value: {2026: 0.2, 2030: 0.4}
        between: linear
        range: [0.9, 1.1]
        source: "estimate: by taste"
        confidence: low
  capex:
    stand:
      label: Stand
      unit: USD
      value: {2026-03: 45000, 2027-01: 500}
      range: [0.5, 1.5]
      source: "derived: 45,000 and a coat of paint"
      confidence: low
  rules:
    streak:
      label: Months in a row
      unit: months
      value: 3
      range: [1, 12]
      source: "decision: as others do"
      confidence: high
"""
CAC = "{2026: 130, 2027: 120, 2028: 110, 2029: 100}"
CHURN = "value: 0.05"
SCENARIO = "title: A test\nwhy: To test\n"
BASE_FILE, SCENARIO_FILE = "params/stand/base.yaml", "params/stand/scenarios/{}.yaml"


class Project:
    """A folder with params of one company, in which the test runs."""

    def __init__(self, folder):
        self.params = folder / "params" / "stand"
        (self.params / "scenarios").mkdir(parents=True)
        (folder / "notebooks").mkdir()
        self.base(BASE)

    def base(self, content):
        (self.params / "base.yaml").write_bytes(_bytes(content))

    def scenario(self, name, content):
        (self.params / "scenarios" / f"{name}.yaml").write_bytes(_bytes(content))

    def load(self, scenario="base", changes=None):
        return load("stand", scenario, changes)

    def problems(self, scenario="base", changes=None):
        """Every problem that loading reports."""
        with pytest.raises(InputError) as caught:
            self.load(scenario, changes)
        for problem in caught.value.problems:
            assert str(problem).isprintable()
            assert str(problem).endswith((".", "?")), problem
        return caught.value.problems

    def problem(self, scenario="base", changes=None):
        """The only problem that loading reports."""
        problems = self.problems(scenario, changes)
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]


def _bytes(content):
    return content if isinstance(content, bytes) else content.encode()


def line_of(text, part):
    """The number of the line that holds a part of a text, which stands in it once."""
    assert text.count(part) == 1, (part, text.count(part))
    return text.count("\n", 0, text.index(part)) + 1


def replaced(old, new, text=BASE):
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)


def monthly(assumptions, path):
    return assumptions.monthly(path)[:, 0]


def same(left, right):
    """Whether two sets of assumptions hold the same values in every month."""
    return left.series.keys() == right.series.keys() and all(
        np.array_equal(monthly(left, path), monthly(right, path)) for path in left.series)


def seen(projection, **values):
    """Actuals of the first months; a name with a segment is written with two underscores."""
    padded = {name.replace("__", "."): np.append(months, [np.nan] * (len(projection.months)
                                                                  - len(months)))
              for name, months in values.items()}
    return Actuals("actuals.csv", "", projection.assumptions.calendar, padded, {}, {})
