"""The rooms of the package: what may import what, and that each name has one meaning."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import model

PACKAGE = Path(model.__file__).parent
# From the bottom up; a room imports those before it. Modules beside the rooms serve all of them,
# but for the command line, which stands on top.
ROOMS = ("", "params", "companies", "engine", "views", "analysis", "audit", "workbook", "intake",
         "budget", "packs", "pages", "commands", "reporting", "cli", "__main__")
# What the package itself offers, from rooms above, once it is asked for.
OFFERED = {"model"}


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    return {".".join(("model", *path.relative_to(PACKAGE).with_suffix("").parts))
            .removesuffix(".__init__"): path for path in sorted(PACKAGE.rglob("*.py"))}


def room(name: str) -> str:
    first = name.split(".")[1] if "." in name else ""
    return first if first in ROOMS else ""


@cache
def imports(name: str, path: Path) -> set[str]:
    """Modules of the package that a module imports, in whatever function."""
    every, found = modules(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "model":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in every else node.module)
    return found - {name, "model"}


def test_imports_go_one_way_between_the_rooms():
    for name, path in modules().items():
        above = {other for other in imports(name, path)
                 if ROOMS.index(room(other)) > ROOMS.index(room(name))}
        assert not above or name in OFFERED, f"{name} imports {sorted(above)}, which stand above it"


def test_views_know_nothing_of_the_model():
    for name, path in modules().items():
        if room(name) == "views":
            assert {room(other) for other in imports(name, path)} <= {"", "views"}, name


def test_what_is_simulated_stays_apart_from_a_running_programme():
    """The simulator serves the strategies and their page; those serve nothing else but commands,
    of which `check` reads their tuned settings."""
    apart = ("model.budget.simulator", "model.budget.strategies")
    own = (*apart, "model.pages.budget_strategies", "model.commands.budget", "model.cli")
    for name, path in modules().items():
        found = {other for other in imports(name, path) if other.startswith(apart)}
        assert not found or name.startswith(own), f"{name} imports {sorted(found)}"


def test_no_imports_run_in_a_circle():
    arrows = {name: imports(name, path) for name, path in modules().items() if name != "model"}
    while arrows:
        ends = {name for name, others in arrows.items() if not others & arrows.keys()}
        assert ends, f"in or behind a circle: {sorted(arrows)}"
        arrows = {name: others for name, others in arrows.items() if name not in ends}


def test_no_function_of_a_room_hides_a_module_of_it():
    for name in modules():
        if name != "model.__main__":
            import_module(name)
    for name in modules():
        above, _, last = name.rpartition(".")
        if above and last != "__main__":
            assert isinstance(getattr(import_module(above), last), ModuleType), name


def test_no_module_has_more_than_400_lines():
    for name, path in modules().items():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, name
