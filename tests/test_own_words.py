"""No code outside a company's folder knows its words: they stand in docstrings and examples."""

import ast
import re
from pathlib import Path

import pytest

import model

PACKAGE = Path(model.__file__).parent
# What only a shipped company has. `customer` is the name of a text that all have.
OWN = re.compile(
    r"(?<![a-z])(mentee|mentor|influencer|creator_payout|young_pro|career_changer|senior_expert|"
    r"early_career|mid_career|managed_service|one_off|high_value_|gmv|commission(?!s\b)|fill_rate|"
    r"match_rate|take_rate|teacher|royalt|staff_hours|delivery_hours|digital_ads)",
    re.IGNORECASE)
PROSE = re.compile(r"\bcustomers?\b(?! ?[.:/=\"'{])", re.IGNORECASE)
# Examples in messages, and where it is said to which company a page of its own belongs.
EXAMPLES = ("a segment's line, revenue", "Customer acquisition cost", "Customers in a ",
            "such as", "as in", "for instance", "{\"mentees.cac", "write a change as one dotted")
# The budget is a subject of its own: a programme that has mentors.
BUDGET = ("budget", "pages/budget", "pages/budget_strategies", "commands/budget.py")
# Other meanings of a word, with the file that may use it.
OTHERS = {"match_rate": "pages", "take_rate": "companies"}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(("companies/", *(f"{each}/" for each in BUDGET), *BUDGET)):
            yield name, path


def docstrings(tree):
    return {node.body[0].value for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
            and isinstance(node.body[0], ast.Expr)}


@pytest.mark.parametrize(("name", "path"), [pytest.param(*each, id=each[0])
                                            for each in modules()])
def test_no_module_knows_the_words_of_a_company(name, path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shown = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in shown:
            text = node.value
            if any(example in text for example in EXAMPLES) or "mentees.cac" in text:
                continue
            assert not OWN.search(text), (name, node.lineno, text)
            if " " in text.strip():
                assert not PROSE.search(text), (name, node.lineno, text)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.arg, ast.FunctionDef)):
            word = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(
                node, "arg", None) or getattr(node, "name", "")
            assert not OWN.search(word), (name, node.lineno, word)


def test_a_company_is_there_by_having_a_folder():
    from model.companies import COMPANIES
    folders = {path.parent.name for path in (PACKAGE / "companies").glob("*/__init__.py")}
    assert set(COMPANIES) == folders
    for company in COMPANIES:
        for path in PACKAGE.rglob("*.py"):
            name = path.relative_to(PACKAGE).as_posix()
            if not name.startswith((f"companies/{company}/", *BUDGET)):
                assert f"companies.{company}" not in path.read_text(encoding="utf-8"), name
