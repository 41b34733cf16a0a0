"""The files that set up an environment agree with one another and with the READMEs."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from readmes import READMES

ROOT = Path(__file__).resolve().parents[1]
LOCK_LINE = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)( ; (?P<marker>[^#]+))?")
# Extras that no environment gets unasked: no report needs them, and one has no wheel for some Macs.
UNASKED = ("fast", "dask")
CONDA_PIN = re.compile(r"(?P<name>[a-z0-9-]+)=(?P<version>\d+(\.\d+)*)")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject_requirements():
    """Every dependency in pyproject.toml, by name: runtime and all extras that .venv gets."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = [group for name, group in project["optional-dependencies"].items()
              if name not in UNASKED]
    listed = [Requirement(text) for group in (project["dependencies"], *extras) for text in group]
    by_name = {canonicalize_name(requirement.name): requirement for requirement in listed}
    assert len(by_name) == len(listed), "pyproject.toml lists a name twice"
    return by_name


def lock_entries():
    """The lock's lines without comments: (name, version, marker or None)."""
    entries = []
    for line in read("requirements.lock").splitlines():
        text = line.partition("#")[0].strip()
        if text:
            match = LOCK_LINE.fullmatch(text)
            assert match, f"requirements.lock: {line!r} is not `name==version ; marker`"
            marker = match["marker"] and Marker(match["marker"])
            entries.append((match["name"], Version(match["version"]), marker))
    return entries


def locked_everywhere():
    """Versions that the lock gives to every system and every Python, by name."""
    return {name: version for name, version, marker in lock_entries() if marker is None}


def conda_pins():
    """Version prefixes in environment.yml by name, those under `pip:` among them."""
    *conda, last = yaml.safe_load(read("environment.yml"))["dependencies"]
    pins = {}
    for text in (*conda, *last["pip"]):
        match = CONDA_PIN.fullmatch(text.replace("==", "=").removesuffix(".*"))
        if match:
            assert match["name"] not in pins, f"environment.yml lists {match['name']} twice"
            pins[match["name"]] = match["version"]
        else:
            assert text in {"pip", "-e ."}, f"environment.yml: {text!r} is not name=version"
    assert "pip" in conda, "environment.yml has a pip section, so it must list pip"
    assert "-e ." in last["pip"], "environment.yml does not install this folder"
    return pins


def test_environment_yml_names_what_pyproject_names():
    conda = set(conda_pins())
    ours = set(pyproject_requirements()) | {"python"}
    assert conda == ours, f"missing: {sorted(ours - conda)}; extra: {sorted(conda - ours)}"


def test_environment_yml_pins_lie_within_pyproject_and_hold_the_locked_version():
    pins, locked = conda_pins(), locked_everywhere()
    for name, requirement in pyproject_requirements().items():
        pin = pins[name]
        assert requirement.specifier.contains(pin), f"{name}={pin} is outside {requirement}"
        assert SpecifierSet(f"=={pin}.*").contains(locked[name]), (
            f"environment.yml pins {name}={pin}, requirements.lock has {locked[name]}"
        )


def test_environment_yml_python_is_one_that_pyproject_allows():
    requires_python = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    assert SpecifierSet(requires_python).contains(conda_pins()["python"])


def test_lock_holds_every_dependency_within_its_specifier():
    build_system = tomllib.loads(read("pyproject.toml"))["build-system"]
    locked = locked_everywhere()
    for requirement in (
        *pyproject_requirements().values(),
        *map(Requirement, build_system["requires"]),
    ):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"requirements.lock lacks {requirement.name}: run `make lock`"
        assert requirement.specifier.contains(version), f"locked {version} is outside {requirement}"


def test_no_environment_gets_what_is_not_needed():
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    for extra in UNASKED:
        (requirement,) = map(Requirement, extras[extra])
        assert requirement.specifier and f"[{extra}]" in read("model/README.md")
        assert requirement.name not in {name for name, _, _ in lock_entries()} | set(conda_pins())


def test_lock_has_one_version_of_each_package():
    names = [name for name, _, _ in lock_entries()]
    assert sorted(set(names)) == sorted(names)


def test_lock_names_no_address_and_no_path():
    # lock_entries() refuses options and `name @ address`; this also covers the comments.
    assert lock_entries()
    assert not re.search(r"://|[\w.~]/|/\w|\\", read("requirements.lock"))


def documented_targets():
    """Targets that `make` prints."""
    return set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), flags=re.MULTILINE))


def targets_in(readme):
    """The word after `make` in every code block and code span of a README."""
    fence, span = r"^ *```.*?^ *```", r"`[^`\n]+`"
    code = re.findall(f"{fence}|{span}", read(readme), flags=re.MULTILINE | re.DOTALL)
    return {target for text in code for target in re.findall(r"(?:^|[`\s])make ([a-z-]+)", text)}


def test_readmes_and_makefile_name_the_same_targets():
    assert len(documented_targets()) >= 8
    assert {"reports", "lab", "test"} <= targets_in("README.md")
    missing = documented_targets() - targets_in("README.md") - targets_in("model/README.md")
    assert not missing, f"neither README.md nor model/README.md mentions: {sorted(missing)}"
    for readme in READMES:
        unknown = targets_in(readme) - documented_targets()
        assert not unknown, f"{readme}: `make` does not print the targets {sorted(unknown)}"


def test_every_documented_target_is_phony():
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), flags=re.MULTILINE)
    assert documented_targets() <= set(phony[1].split())


def source_notebooks():
    return sorted((ROOT / "notebooks").glob("**/[!.]*.ipynb"))


def test_there_are_source_notebooks():
    assert source_notebooks()


@pytest.mark.parametrize("path", source_notebooks(), ids=lambda path: path.name)
def test_source_notebook_is_stripped_of_what_a_run_leaves(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert not {"widgets", "papermill"} & set(notebook["metadata"])
    for number, cell in enumerate(notebook["cells"]):
        where = f"cell {number} of {path.name}"
        assert not cell.get("outputs"), f"{where} has outputs"
        assert cell.get("execution_count") is None, f"{where} was executed"
        assert not {"papermill", "execution"} & set(cell["metadata"]), f"{where} records a run"
