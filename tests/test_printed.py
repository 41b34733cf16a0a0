"""What stands under `printed` in params is a figure that the source check can read; `check` says
where it is not."""

import pytest

from model import cli
from model.companies.claims import printed_figures

BASE = "params/mentorship/base.yaml"


@pytest.mark.parametrize(("typed", "said"), [
    ('"hundred dollars"', "holds 0 figures where"),
    ('"-"', "holds 0 figures where"),
    ('"\u0661\u0660\u0660"', "holds 0 figures where"),
])
def test_check_says_where_a_printed_text_holds_no_figure(folder, capsys, typed, said):
    path = folder / BASE
    text = path.read_text()
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("printed:"))
    lines[at] = lines[at].split("printed:")[0] + f"printed: {typed}"
    path.write_text("\n".join(lines))
    assert cli.main(["check", "mentorship"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err and all(line.startswith(f"{BASE}:{at + 1}: ") and said in line for line in err)


def test_check_says_where_a_printed_text_was_taken_out(folder, capsys):
    path = folder / BASE
    lines = path.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("printed:"))
    path.write_text("\n".join([*lines[:at], *lines[at + 1:]]))
    assert cli.main(["check", "mentorship", "-s", "upside"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err and all("has no printed figure" in line for line in err)


@pytest.mark.parametrize(("text", "values"), [
    ("$100, page of 31.12.2025:1", [100, 31.12, 2025]),
    ("1.2.3:4.5.6", [1.2, 3, 6]), ("1,2,:3,,4:", [12, 34]), ("3:1.", [3]), (".5:.5", [5, 5]),
    ("0:0", [0]), ("1,000.50:1", [1000.5])])
def test_any_text_is_read_without_a_fault(text, values):
    assert [figure.value for figure in printed_figures(text)] == values


def test_check_and_the_page_read_what_stands_around_a_figure(folder, capsys):
    path = folder / BASE
    text = path.read_text()
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("printed:"))
    lines[at] = lines[at].rstrip().removesuffix('"') + ', page of 31.12.2025:1"'
    path.write_text("\n".join(lines))
    assert cli.main(["check", "mentorship", "-s", "base"]) == 0
