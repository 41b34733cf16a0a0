"""The analysis and the audit take numbers and give numbers: nothing in them touches the disk."""

import ast
import importlib
import inspect
import pkgutil
import sys
from functools import partial

import numpy as np
import pytest
from published import PUBLISHED

from model import analysis, audit, load, project
from model.analysis.goals import goal_of
from model.analysis.solve import breakeven_gap, solve
from model.analysis.statements import INCOME
from model.analysis.uncertainty.sensitivity import fan, outcomes
from model.analysis.unit_economics import sides
from model.analysis.variance import actuals
from model.audit.alternatives import LeftOut
from model.audit.checks import check
from model.audit.source_check import SourceCheck
from model.companies.arithmetic import Expression
from model.companies.claims import Reading
from model.companies.profiles import profile

# Modules that read or write files, and those of this package that know where files are.
DISK = ("os", "io", "pathlib", "shutil", "tempfile", "yaml", "csv", "glob", "model.files",
        "model.folders", "model.params.catalog", "model.params.yaml_file",
        "model.params.assumptions.load", "model.params.actuals_file.read_actuals")
PURE = {"model.params.catalog.mix_of"}
ACTUALS = "period,name,value\n2026-01,revenue,5000\n2026-02,revenue,6000\n2026-02,marketing,900\n"

_watch = {"on": False}


def _guard(event, arguments):
    if _watch["on"] and event in ("open", "os.listdir", "os.scandir", "os.mkdir", "os.remove"):
        raise AssertionError(f"touches the disk: {event} {arguments[0]}")


sys.addaudithook(_guard)


@pytest.fixture
def no_disk():
    """Fail whatever opens a file or lists a folder."""
    def during(call):
        _watch["on"] = True
        try:
            return call()
        finally:
            _watch["on"] = False
    return during


def modules():
    return [importlib.import_module(f"{room.__name__}.{each.name}")
            for room in (analysis, audit) for each in pkgutil.iter_modules(room.__path__)]


def functions():
    """Public functions that read a plan."""
    for module in modules():
        for name, function in vars(module).items():
            if (inspect.isfunction(function) and function.__module__ == module.__name__
                    and not name.startswith("_") and reads_a_plan(function)):
                yield function


def reads_a_plan(function):
    return any(each.annotation in ("Projection", "Assumptions", "SourceCheck")
               for each in inspect.signature(function).parameters.values())


def test_the_analysis_imports_nothing_that_reads_files():
    for module in modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            names = ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                     [f"{node.module}.{alias.name}" for alias in node.names]
                     if isinstance(node, ast.ImportFrom) else [])
            assert not [name for name in names if name not in PURE
                        and any(f"{name}.".startswith(f"{part}.") for part in DISK)], module


@pytest.fixture
def arguments(folder, company):
    """Arguments by the names of parameters, or by their types, of a plan with actuals."""
    (folder / "params" / company / "actuals.csv").write_text(ACTUALS)
    plan, end = load(company), load(company, "downside")
    projection, known = project(plan), profile(company)
    side, (path, other), source = sides(company)[0], known.grid, SourceCheck(projection)
    month, claim = projection.months[12], next(iter(source.claims.claims.values()))
    questions = [(path, breakeven_gap(month))]
    observed, goal = actuals(projection), f"ebitda.{projection.years[1]}=1"
    return {
        "Projection": projection, "Assumptions": plan, "end": end, "SourceCheck": source,
        "Actuals": observed, "Fan": fan(plan, 20), "Side": side, "segment": known.focus,
        "Outcome": outcomes(projection.years)["lowest_cash"],
        "outcomes": [outcomes(projection.years)["lowest_cash"]],
        "LeftOut": LeftOut(claim, "", "", "", ()),
        "Checks": check(projection), "Statement": INCOME, "Row": INCOME.row("ebitda"),
        "Claim": claim, "Reading": Reading("", claim.of, "", ""), "questions": questions,
        "text": goal, "goals": [goal_of(goal, projection)],
        "Finding": next(iter(source.findings.values())), "solutions": solve(plan, questions),
        "rows": [], "year": projection.years[0], "month": month, "printed": month, "at": 0,
        "line": "revenue", "name": "contribution_margin", "path": path, "paths": (path, other),
        "years": projection.years, "places": {path: np.array([0.3, 0.6])},
        "groups": {path: (path,)}, "gap": breakeven_gap(month), "chance": 0.5,
        "row_path": path, "column_path": other, "lines": ("ebitda", "trough_cash"), "size": 20,
        "balance": "receivables", "Months": {"receivables": np.ones(60)}, "seed": 1,
        "Calendar": plan.calendar,
        "values": {}, "factors": [0.9, 1.1], "ahead": 1e6, "roles": ("sales_manager",),
        "names": ("assets_unfunded",), "left": np.zeros((1, 60)), "right": np.zeros((1, 60)),
        "dict[str, object]": {"month": month}, "outlook.name": "revenue", "uses_until.month": 6,
        "explain.month": month, "moves.first": 0, "moves.end": 12,
        "value.formula": Expression("line.revenue"),
        "identified.figures": lambda plans: {"ebitda": plans.by_year("ebitda")[:, -1]},
    }


@pytest.mark.parametrize("company", PUBLISHED)
def test_no_question_to_a_plan_touches_the_disk(arguments, no_disk, company):
    """What companies say is packaged, and read once. A function that is not listed among the
    arguments needs its own there."""
    for function in functions():
        if company == "influencer" and function.__name__ == "match":
            continue
        call = {}
        for name, each in inspect.signature(function).parameters.items():
            keys = [key for key in (f"{function.__name__}.{name}", name, each.annotation)
                    if key in arguments]
            if each.default is each.empty or (keys[:1] and "." in keys[0]):
                assert keys, f"{function.__module__}.{function.__name__}: {name}"
                call[name] = arguments[keys[0]]
        no_disk(partial(function, **call))
