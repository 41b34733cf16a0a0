"""Files as bytes: what is no YAML of ours is named with its line, and nothing else ever happens."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stand import BASE, BASE_FILE, CAC, CHURN, SCENARIO, line_of, monthly, replaced, same

from model.params.yaml_file import read, value_of
from model.problems import InputError, Problem


def test_a_key_that_stands_twice_is_named_with_its_first_line(project):
    text = replaced("label: Churn", "label: Churn\n      label: Other")
    project.base(text)
    first = line_of(text, "label: Churn")
    assert project.problem() == Problem(
        f"{BASE_FILE}:{first + 1}",
        f"'label' stands twice (first on line {first}); keep one of the two.")


def test_a_year_that_stands_twice_is_found_though_it_is_quoted_once(project):
    project.base(replaced(CAC, "{2026: 130, '2026': 120}"))
    assert "'2026' stands twice" in project.problem().what


def test_a_section_that_stands_twice_is_read_once_and_blamed_once(project):
    text = replaced("  rules:", "  capex:\n    x_y: 5\n  rules:")
    project.base(text)
    assert "'capex' stands twice" in project.problem().what


def test_an_alias_is_refused_where_it_is_used(project):
    text = replaced(f"value: {CAC}", f"value: &path {CAC}")
    text = replaced("value: {2026: 120, 2030: 200}", "value: *path", text)
    project.base(text)
    found = project.problems()
    assert found[0].where == f"{BASE_FILE}:{line_of(text, '*path')}"
    assert "alias (*path)" in found[0].what and "write the value out" in found[0].what


def test_an_alias_as_a_name_and_a_tag_are_refused(project):
    project.scenario("s", "title: &t A\nwhy: !!str because\n*t : 5\n")
    assert [(p.where[-2:], p.what.split(";")[0]) for p in project.problems("s")] == [
        (":2", "has a tag ('tag:yaml.org,2002:str')"),
        (":3", "has a list, mapping or alias as a name"),
        (":3", "uses an alias (*t)")]


def test_aliases_of_aliases_do_not_multiply(project):
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    project.base("\n".join(rows))
    assert len(project.problems()) > 100


UNREADABLE = {
    "too large": (BASE + "#" * 1_000_000, 1, "more than 1,000,000 bytes"),
    "not UTF-8": (BASE.encode() + b"# caf\xe9\n", BASE.count("\n") + 1, "not UTF-8 text"),
    "UTF-16": (BASE.encode("utf-16"), 1, "byte 0 is not UTF-8 text; save it as UTF-8"),
    "tab": (replaced("  guests:", "\tguests:"), line_of(BASE, "  guests:"), "a tab"),
    "control": (replaced("label: Churn", "label: \x07"), line_of(BASE, "label: Churn"), "control"),
    "open quote": (BASE + '  x: "abc', BASE.count("\n") + 1, "unclosed quote"),
    "open bracket": (BASE + "  x: [1, 2\n", BASE.count("\n") + 2, "bracket"),
    "list": ("- a\n- b\n", 1, "'name: value' a line"),
    "text": ("hello", 1, "'name: value' a line"),
    "two documents": (BASE + "---\nx: 1\n", BASE.count("\n") + 1, "second document"),
    "deep": ("title: " + "[" * 900_000, 1, "more than 12 levels deep"),
    "deep mapping": ("{a: " * 200_000, 1, "more than 12 levels deep"),
    "deep lines": ("\n".join(" " * i + "a:" for i in range(500)), 13, "more than 12 levels deep"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named_with_the_line(project, name):
    content, line, says = UNREADABLE[name]
    project.base(content)
    found = project.problems()[0]
    assert found.where == f"{BASE_FILE}:{line}"
    assert says in found.what


def test_an_empty_file_lacks_everything(project):
    for content in ("", "# nothing here\n"):
        project.base(content)
        assert [problem.what for problem in project.problems()] == [
            f"the header has no '{key}'; add it."
            for key in ("title", "currency", "start", "months", "as_of", "assumptions")]
        project.scenario("s", content)
        project.base(BASE)
        assert [problem.what for problem in project.problems("s")] == [
            f"the scenario has no '{key}'; add it." for key in ("title", "why")]


def test_a_folder_in_place_of_a_scenario_is_said_to_be_unreadable(project):
    (project.params / "scenarios" / "s.yaml").mkdir()
    assert project.problems("s")[0].what == "is no file; mend or remove it."


def test_windows_files_read_the_same(project):
    expected = project.load()
    for content in (BASE.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + BASE.encode()):
        project.base(content)
        assert same(project.load(), expected)


def test_numbers_are_read_as_they_are_written(project):
    for text, number in (("1e3", 1000), ("+5", 5), ("-0", 0), ("0.50", 0.5), ("2E-2", 0.02),
                         ("12345678901", 12345678901)):
        project.base(replaced("value: 1000", f"value: {text}"))
        assert monthly(project.load(), "opening_cash")[0] == number


@pytest.mark.parametrize("text", ["", "[", "a: 1\nb: 2", "5\nc: 6", "*a", "!!str 5", "\x00",
                                  "\ud800", "- 1", "{2026: 1, 2026: 2}", "[" * 100_000])
def test_a_typed_text_is_one_value_or_a_sentence(text):
    try:
        value_of(text)
    except ValueError as error:
        assert type(error) is ValueError
        assert str(error).endswith(".")
    else:
        assert text in ("", "\ud800")


PIECES = [":", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!str ", "#", "'", '"', "\t", "\r",
          "\n", "\x00", "\ufeff", "\u202e", "%", "5%", ".nan", "1e999", "-1", "1e-320", "017",
          "1_0", "yes", "~", "2026", "2026-13", "? ", "---\n", "...\n", "<<: ", "{2026: 1}", "[]",
          "|", ">", "extends: s\n", "delay: {guests.cac: 3}\n", "geometric", "months", "USD", "x"]


@st.composite
def mutated(draw, text):
    """A text in which a few parts are replaced by others, and a few lines moved."""
    content = text.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 0, 1, 5, 40])))
        piece = draw(st.sampled_from(PIECES).map(str.encode) | st.binary(max_size=3)
                     | st.just(content[start:end] * 2))
        content = content[:start] + piece + content[end:]
    if draw(st.booleans()):
        lines = content.split(b"\n")
        i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[i], lines[j] = lines[j], lines[i]
        content = b"\n".join(lines)
    return content


VALID = SCENARIO + "changes:\n  guests.cac: {2026: 5, 2028: 6}\n  guests.cac.2029: 4\n" \
                   "  capex.stand: {2026-05: 3}\ndelay:\n  guests.cac: 3\n"


@settings(max_examples=300, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=mutated(BASE), scenario=mutated(VALID), both=st.booleans())
def test_any_bytes_load_or_are_refused_with_places(project, base, scenario, both):
    project.base(base if both else BASE)
    project.scenario("s", scenario)
    try:
        project.load("s").outside_range()
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert re.fullmatch(r"params/stand/(base|scenarios/s)\.yaml:[1-9]\d*", problem.where)
            assert str(problem).isprintable() and str(problem).endswith((".", "?"))


def test_a_file_is_read_with_the_line_of_every_value(project):
    file = read(project.params / "base.yaml")
    assert file.problems == ()
    assert file.where("assumptions", "guests", "churn", "value") == (
        f"{BASE_FILE}:{line_of(BASE, CHURN)}")
    assert file.where("assumptions", "guests", "nobody", "value") == (
        f"{BASE_FILE}:{line_of(BASE, '  guests:')}")
