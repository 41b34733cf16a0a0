"""What a notebook file says about itself, read without the Jupyter libraries."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

from model import files, folders
from model.companies.claims import claims
from model.params import catalog
from model.problems import Problem, nearest, quoted

MAX_BYTES = 20_000_000
SCOPES = ("scenario", "company")
PARAMETERS = ("company", "scenario", "changes")
# Of a programme's budget: the export that it reads, the report's own where it is empty.
OF_BUDGET = ("scenario", "changes", "events", "log")
# The notebook from which one begins at the screen, which makes no page.
START = "start"
KEYS = ("subjects", "scope", "order", "label")
# Names in the list of subjects that stand for all companies, and for those with published claims.
COMPANIES, PUBLISHED = "companies", "published"


@dataclass(frozen=True)
class Notebook:
    """One notebook of the folder: its name is the file's, its title its first heading."""

    name: str
    title: str
    subjects: tuple[str, ...]
    scope: str
    order: int
    parameters: frozenset[str]
    content: bytes
    label: str
    changes: str = "{}"


def names() -> tuple[str, ...]:
    """Names of the notebooks in the notebooks folder that make pages, valid or not."""
    return tuple(path.stem for path in files.listing(folders.notebooks())
                 if path.suffix == ".ipynb" and path.stem != START)


def read(name: str) -> tuple[Notebook | None, list[Problem]]:
    """A notebook and what is wrong with it; None where it cannot be run."""
    path = folders.notebooks() / f"{name}.ipynb"
    where = folders.relative(path)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        return None, [Problem(where, "a notebook's name is letters, digits, _ and -; rename it.")]
    try:
        content = files.read(path, MAX_BYTES, "a notebook of this project",
                                     "mend or remove it", "clear its outputs")
        document = json.loads(content)
    except files.UnusableError as error:
        return None, [Problem(where, str(error))]
    except ValueError as error:
        return None, [Problem(where, f"is not JSON: {error}; save it again from JupyterLab.")]
    if not _is_notebook(document):
        return None, [Problem(where, "is not a notebook of format 4; save it from JupyterLab.")]
    about = document.get("metadata", {}).get("model")
    problems = [Problem(where, what) for what in (*_about(about), *_parameters(document, about))]
    if problems:
        return None, problems
    assignments = _assignments(_parameter_cells(document)[0])
    changes = ast.unparse(assignments["changes"]) if "changes" in assignments else "{}"
    return Notebook(name, _title(document, name), _subjects(about["subjects"]), about["scope"],
                    about["order"], frozenset(assignments), content,
                    about.get("label", name.replace("_", " ").capitalize()), changes), []


def _subjects(names: list[str]) -> tuple[str, ...]:
    """The subjects that a list of names stands for."""
    found: dict[str, None] = {}
    for name in names:
        if name == COMPANIES:
            found |= dict.fromkeys(catalog.companies())
        elif name == PUBLISHED:
            found |= dict.fromkeys(company for company in catalog.companies()
                                   if claims(company).claims)
        else:
            found[name] = None
    return tuple(found)


def _is_notebook(document: object) -> bool:
    return (isinstance(document, dict) and document.get("nbformat") == 4
            and isinstance(document.get("metadata", {}), dict)
            and isinstance(document.get("cells"), list)
            and all(isinstance(cell, dict) and isinstance(cell.get("metadata", {}), dict)
                    and cell.get("cell_type") in ("code", "markdown", "raw")
                    and isinstance(cell.get("source"), (str, list)) for cell in document["cells"]))


def _about(about: object) -> list[str]:
    example = '{"subjects": ["companies"], "scope": "scenario", "order": 1}'
    if not isinstance(about, dict):
        return [f'has no "model" entry in its metadata; add {example}, or move it elsewhere.']
    problems = [f"metadata model.{quoted(key)} is unknown; {nearest(key, KEYS)}"
                for key in about if key not in KEYS]
    subjects = about.get("subjects")
    if not isinstance(subjects, list) or not subjects:
        problems.append('metadata model.subjects is not a list of names such as ["companies"].')
    else:
        known = (COMPANIES, PUBLISHED, *catalog.subjects())
        problems += [f"metadata model.subjects: {quoted(subject)} is not a subject; "
                     f"{nearest(subject, known)}" for subject in subjects if subject not in known]
    if about.get("scope") not in SCOPES:
        problems.append(f"metadata model.scope is {quoted(about.get('scope'))}; it must be "
                        "scenario (runs for each) or company (runs once).")
    if not isinstance(about.get("label", ""), str):
        problems.append(f"metadata model.label is {quoted(about['label'])}; it must be a text, the "
                        "page's name in links.")
    if type(about.get("order")) is not int:
        problems.append(f"metadata model.order is {quoted(about.get('order'))}; it must be a "
                        "whole number, the page's place among the others.")
    return problems


def _parameters(document: dict, about: object) -> list[str]:
    cells = _parameter_cells(document)
    if len(cells) != 1:
        return [f'has {len(cells)} cells tagged "parameters"; it must have exactly one.']
    try:
        assignments = _assignments(cells[0])
    except SyntaxError as error:
        return [f"the parameters cell is not Python: {error.msg}, line {error.lineno}."]
    whole = isinstance(about, dict) and about.get("scope") == "company"
    if isinstance(about, dict) and about.get("subjects") == [catalog.BUDGET]:
        names, needs = (*PARAMETERS, "events", "log"), () if whole else OF_BUDGET
    else:
        names, needs = PARAMETERS, ("company",) if whole else PARAMETERS
    missing = [name for name in needs if name not in assignments]
    problems = [f"the parameters cell does not assign {', '.join(missing)}."] if missing else []
    return problems + [f"the parameters cell assigns {quoted(name)}, for which a run has no value; "
                       f"{nearest(name, names)}"
                       for name in sorted(assignments) if name not in names]


def _parameter_cells(document: dict) -> list[dict]:
    return [cell for cell in document["cells"] if cell["cell_type"] == "code"
            and "parameters" in cell.get("metadata", {}).get("tags", [])]


def _source(cell: dict) -> str:
    return "".join(cell["source"])


def _assignments(cell: dict) -> dict[str, ast.expr]:
    """The names that a cell assigns, and what to them."""
    pairs = []
    for statement in ast.parse(_source(cell)).body:
        if isinstance(statement, ast.Assign):
            pairs += [(target, statement.value) for target in statement.targets]
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            pairs.append((statement.target, statement.value))
    return {target.id: value for target, value in pairs if isinstance(target, ast.Name)}


def _title(document: dict, name: str) -> str:
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            heading = re.search(r"^#\s+(.+?)\s*#*\s*$", _source(cell), re.MULTILINE)
            if heading:
                return heading[1]
    return name.replace("_", " ").capitalize()
