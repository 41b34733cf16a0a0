"""Amounts, dates and totals are read by the form that is stated, and by no other; figures are
written into a file that otherwise stays as it is."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.intake.accounts import Figure
from model.intake.amounts import GROUPS, AmountForm, currency, plain
from model.intake.dates import DateForm
from model.intake.draft import draft
from model.intake.totals import Line, check_rows, is_called_total
from model.params.actuals_file import parse_actuals
from model.params.numerals import plain_number, thousands

FORMS = [AmountForm(decimal, word) for decimal in ".," for word in GROUPS if word != decimal]
SIGNS = ("-{}", "{}-", "({})", "-${}", "$-{}", "$({})", "(${})", "- {} EUR", "{}- €", "\u2212{}")


def written(amount, form, places):
    """An amount without sign as a program with this form would write it."""
    text = f"{amount:,.{places}f}"
    return text.replace(",", "T").replace(".", form.decimal).replace(
        "T", GROUPS[form.thousands][:1])


@given(cents=st.integers(0, 10**12), places=st.sampled_from((0, 2, 3)), form=st.sampled_from(FORMS),
       sign=st.sampled_from(SIGNS))
def test_what_a_form_writes_it_reads_back(cents, places, form, sign):
    amount = Decimal(cents).scaleb(-places)
    text = written(amount, form, places)
    assert form.amount(text) == form.amount(f"  {text} ") == form.amount(f"${text}") == amount
    assert form.amount(sign.format(text)) == -amount


@given(amount=st.decimals(-10**9, 10**9, places=3, allow_nan=False))
def test_what_is_written_for_the_model_reads_back_and_groups_no_thousands(amount):
    assert Decimal(str(plain_number(plain(amount)))) == amount
    assert thousands(plain(amount)) is None


@pytest.mark.parametrize(("form", "text"), [
    (AmountForm(".", ","), "1.200,50"), (AmountForm(",", "."), "1,200.50"),
    (AmountForm("."), "1,200"), (AmountForm(".", ","), "1,20"), (AmountForm(".", ","), "12,00"),
    (AmountForm(".", ","), "1200,300"), (AmountForm(".", ","), "1,200,30.5"),
    (AmountForm(",", "."), "2.68"), (AmountForm("."), "1e5"), (AmountForm("."), "5%"),
    (AmountForm("."), "--5"), (AmountForm("."), "(-5)"), (AmountForm("."), "(5"),
    (AmountForm("."), "5)"), (AmountForm("."), "-(5)-"), (AmountForm("."), "n/a"),
    (AmountForm("."), "1 200"), (AmountForm(".", "space"), "1 20"), (AmountForm("."), "$"),
    (AmountForm("."), "1.2.3"), (AmountForm("."), "0x1F"), (AmountForm("."), "١٢"),
    (AmountForm("."), True), (AmountForm("."), date(2026, 1, 1)), (AmountForm("."), 1e300)])
def test_what_is_not_of_the_form_is_refused(form, text):
    with pytest.raises(ValueError, match=r"no amount|two signs|more than any company has"):
        form.amount(text)


@pytest.mark.parametrize(("text", "amount"), [
    ("", None), ("  \u00a0", None), ("-", 0), ("–", 0), (".5", Decimal("0.5")), (7, 7),
    (-1552.9899999999998, Decimal("-1552.99")), (0.1 + 0.2, Decimal("0.3")), ("007", 7)])
def test_cells_that_are_no_plain_number(text, amount):
    assert AmountForm(".", ",").amount(text) == amount


@pytest.mark.parametrize("text", ["-" + " " * 10**5 + "x", "(" * 10**5, "$" * 10**5,
                                  "1" + ",1" * 10**5 + "x", "a" + " ," * 10**5])
def test_no_cell_is_read_without_end(text):
    with pytest.raises(ValueError, match="no amount"):
        AmountForm(".", ",").amount(text)
    with pytest.raises(ValueError, match="no date"):
        DateForm("MMM YYYY").day(text)
    assert currency(text) is None and not is_called_total(text)


@pytest.mark.parametrize(("text", "amount"), [
    ("$   1,200.00", 1200), ("- 5", -5), ("5   -", -5), ("( 5 )", -5), ("$ ( 5 )", -5)])
def test_spaces_that_fill_a_column_mean_nothing(text, amount):
    assert AmountForm(".", ",").amount(text) == amount
    assert AmountForm(".", ",").amount("1,200") == 1200
    with pytest.raises(ValueError, match="no amount"):
        AmountForm(".", "space").amount("1  200")


@pytest.mark.parametrize(("text", "code"), [
    ("$5", "USD"), ("5 €", "EUR"), ("CHF 5", "CHF"), ("(GBP 5)", "GBP"), ("5", None), (5, None),
    ("n/a", None)])
def test_the_currency_beside_an_amount(text, code):
    assert currency(text) == code


@pytest.mark.parametrize(("form", "text", "month", "day"), [
    ("DD.MM.YYYY", "31.01.2026", "2026-01", 31), ("MM/DD/YYYY", "01/31/2026", "2026-01", 31),
    ("D/M/YY", "1/2/26", "2026-02", 1), ("YYYY-MM", "2026-11", "2026-11", None),
    ("MMM YYYY", "Jan  2026", "2026-01", None), ("MMM YYYY", "März 2026", "2026-03", None),
    ("MMM YYYY", "september 2026", "2026-09", None), ("MMM-YY", "Okt-26", "2026-10", None),
    ("YYYYMM", "202612", "2026-12", None), ("YYYYMM", 202612, "2026-12", None),
    ("YYYYMM", 202612.0, "2026-12", None), ("DD.MM.YYYY", date(2026, 5, 2), "2026-05", 2),
    ("D MMM YYYY hh:mm", "5 Mai 2026 7:30", "2026-05", 5)])
def test_dates_of_a_form(form, text, month, day):
    assert DateForm(form).day(text) == (month, day)


@given(day=st.dates(date(1990, 1, 1), date(2069, 12, 31)),
       form=st.sampled_from(("DD.MM.YYYY", "MM/DD/YYYY", "YYYY-MM-DD", "YYYYMMDD", "DD-MM-YYYY")))
def test_every_day_is_read_back(day, form):
    text = (form.replace("YYYY", f"{day.year}").replace("MM", f"{day.month:02d}")
            .replace("DD", f"{day.day:02d}"))
    assert DateForm(form).day(text) == (f"{day:%Y-%m}", day.day)


@pytest.mark.parametrize(("form", "text"), [
    ("DD.MM.YYYY", "1.1.2026"), ("DD.MM.YYYY", "01/31/2026"), ("DD.MM.YYYY", "31.02.2026"),
    ("MM/DD/YYYY", "31/01/2026"), ("YYYY-MM", "2026-13"), ("MMM YYYY", "Q1 2026"),
    ("MMM YYYY", "Jan 26"), ("YYYY-MM", ""), ("YYYY-MM", 46053), ("DD.MM.YYYY", "31x01x2026"),
    ("YYYY-MM", "٢٠٢٦-٠١")])
def test_a_date_of_another_form_is_refused(form, text):
    with pytest.raises(ValueError, match=f"is no date of the form {form}"):
        DateForm(form).day(text)


@pytest.mark.parametrize("form", ["DD.MM", "YYYY", "MM MMM YYYY", "YYYY-MM YY", "DD DD MM YY", ""])
def test_a_form_names_a_year_and_a_month_once(form):
    with pytest.raises(ValueError, match="must name a year and a month"):
        DateForm(form)


# Totals -------------------------------------------------------------------------------------------

MAP = SimpleNamespace(totals={}, accounts={}, left_out=())


def lines(*rows):
    return [Line(at, name.strip(), len(name) - len(name.lstrip()),
                 tuple(None if each is None else Decimal(each) for each in amounts))
            for at, (name, *amounts) in enumerate(rows, 1)]


def faults(rows, found=MAP):
    said = []
    agreeing = check_rows(rows, found, lambda row, what: said.append((row, what)))
    return agreeing, said


def test_totals_are_of_their_section_of_what_is_since_the_last_or_of_all():
    good = lines(("Income", None), ("Sales", 100), ("Fees", 20), ("Total Income", 120),
                 ("Rent", 40), ("Subtotal", 40), ("Grand total", 160))
    assert faults(good) == (["Total Income", "Subtotal", "Grand total"], [])
    for place, name in ((3, "Total Income"), (5, "Subtotal"), (6, "Grand total")):
        wrong = [*good]
        wrong[place] = replace(good[place], amounts=(good[place].amounts[0] + 1,))
        (row, said), = faults(wrong)[1]
        assert row == place + 1 and f"{name!r} is " in said and "+1 of difference" in said


def test_a_heading_further_in_belongs_to_the_one_it_stands_under():
    rule = SimpleNamespace(plus=("Income",), minus=("Costs",))
    found = SimpleNamespace(totals={"Result": rule}, accounts={}, left_out=())
    rows = lines(("Income", None), ("  Online", None), ("    Sales", 100), ("  Shops", None),
                 ("    Counter", 50), ("Costs", None), ("  Rent", 30), ("Result", 120))
    assert faults(rows, found) == (["Result"], [])


def test_an_account_without_amounts_this_time_is_no_heading():
    rule = SimpleNamespace(plus=("Income",), minus=())
    found = SimpleNamespace(totals={"Result": rule}, accounts={"Fees": "revenue"}, left_out=())
    rows = lines(("Income", None), ("Fees", None), ("Sales", 100), ("Result", 100))
    assert faults(rows, found) == (["Result"], [])
    assert faults(rows, SimpleNamespace(totals={"Result": rule}, accounts={}, left_out=()))[1]


def test_what_the_map_uses_otherwise_is_no_total():
    found = SimpleNamespace(totals={}, accounts={"Total Care Ltd": "revenue"}, left_out=())
    assert faults(lines(("Sales", 1), ("Total Care Ltd", 5)), found) == ([], [])


# The file of actuals ------------------------------------------------------------------------------

BOM = b"\xef\xbb\xbf"
NAMES = ("revenue", "marketing", "payroll", "cash")
MONTHS = ("2026-01", "2026-02", "2026-03")
VALUES = st.decimals(-10**6, 10**6, places=2, allow_nan=False)
KEYS = st.tuples(st.sampled_from(MONTHS), st.sampled_from(NAMES))


@st.composite
def files(draw):
    """A file of actuals as people and spreadsheets leave them, or none."""
    width, end = draw(st.sampled_from((3, 4, 6))), draw(st.sampled_from(("\n", "\r\n", "\r")))
    lines = [",".join(["period", "name", "value", "note", "", ""][:width])]
    for (month, name), value in draw(st.dictionaries(KEYS, VALUES)).items():
        row = [month, f" {name}" if draw(st.booleans()) else name,
               draw(st.sampled_from((f"{value}", f"{float(value)!r}", f'"{value}"')))]
        row += [draw(st.sampled_from(("", '"so it is, final"'))), "", ""][:width - 3]
        lines.append(",".join(row))
    for at in sorted(draw(st.lists(st.integers(0, len(lines)), max_size=4)), reverse=True):
        lines.insert(at, draw(st.sampled_from(("# a comment", "", "  ", '"# of a sheet",,'))))
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), "# closed to 2026-01")
    text = end.join(lines) + draw(st.sampled_from(("", end, 2 * end)))
    return None if draw(st.integers(0, 9)) == 0 else \
        (BOM if draw(st.booleans()) else b"") + text.encode()


def lines_of(content):
    """The lines of a file with their ends, the last one with any."""
    end = next(iter(re.findall(b"\r\n|\r|\n", content)), b"\n")
    *lines, last = content.removeprefix(BOM).split(end)
    return [line + end for line in (*lines, *[last] * bool(last))]


@settings(max_examples=50)
@given(before=files(), new=st.dictionaries(KEYS, VALUES),
       close=st.sampled_from((None, *MONTHS)))
def test_figures_are_written_and_all_else_stays_byte_for_byte(before, new, close):
    figures = [Figure(month, name, value, ("Account",), (2,))
               for (month, name), value in new.items()]
    made = draft("actuals.csv", before, figures, close)
    was = parse_actuals("actuals.csv", before) if before is not None else None
    now = parse_actuals("actuals.csv", made.content)
    assert not now.problems
    rows = {(row.period, row.name): (row.value, row.note) for row in was.rows} if was else {}
    expected = {key: value for key, (value, _) in rows.items()} | {
        key: float(value) for key, value in new.items()}
    assert {(row.period, row.name): row.value for row in now.rows} == expected
    assert {key: note for key, (_, note) in rows.items()}.items() <= {
        (row.period, row.name): row.note for row in now.rows}.items()
    closed = close or (was and was.closed and was.closed[0]) or None
    assert (now.closed and now.closed[0]) == closed == made.closed[1]
    # Of what was there, line ends among it, nothing is missing and nothing has moved.
    changed = {(change.figure.month, change.figure.name) for change in made.changes
               if change.kind == "changed"}
    touched = {row.line for row in was.rows if (row.period, row.name) in changed} if was else ()
    kept = [line for at, line in enumerate(lines_of(before or b""), 1) if at not in touched
            and not (close and was.closed and was.closed[1] == at)]
    after = iter(lines_of(made.content))
    assert all(line in after for line in kept)
    assert made.content.startswith(BOM) == (before or b"").startswith(BOM)
    again = draft("actuals.csv", made.content, figures, close)
    assert again.is_same and all(change.kind == "unchanged" for change in again.changes)
    # What is checked says the same, by the lines of what was there.
    assert [(row.period, row.name, row.text) for row in made.file.rows] == [
        (row.period, row.name, row.text) for row in now.rows]
    assert (made.file.closed and made.file.closed[0]) == closed
    for line, figure in made.lines.items():
        row = next(row for row in made.file.rows if row.line == line)
        assert (row.period, row.name, row.value) == (figure.month, figure.name,
                                                     float(figure.value))
