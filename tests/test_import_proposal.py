"""A first map says what the whole file decides, asks what it does not, and writes over nothing."""

import re
from datetime import date

import pytest
from exports import GERMAN, GERMAN_ROWS, WIDE, WIDE_ROWS, workbook

from model.intake.mapping import read_map


@pytest.fixture
def proposed(take):
    """The map that is proposed for a file, as a text."""
    def of(content, name="export.csv"):
        (take.folder / name).write_bytes(content if isinstance(content, bytes)
                                         else content.encode())
        code, out, err = take.run("import", name, "--company", "mentorship")
        assert (code, err) == (0, "Printed only; --propose MAP.yaml writes it.\n"), err
        return out
    return of


def answered(text, **lines):
    """A proposed map with lines for its accounts."""
    for account, line in lines.items():
        text, found = re.subn(rf'(?m)^(  "?{account}"?: ).*$', rf"\g<1>{line}", text)
        assert found == 1, account
    return text


def test_a_german_export_needs_its_lines_and_signs_alone(take, proposed):
    text = proposed(GERMAN)
    for line in ("layout: long", 'separator: ";"', "header: 1", 'decimal: ","', 'thousands: "."',
                 "dates: DD.MM.YYYY", "  account: Konto", "  period: Buchungsdatum",
                 "  amount: Betrag",
                 '  "4600": "?"  # Werbekosten: 1 amount, -15,900.00 together'):
        assert line in text.splitlines(), line
    assert "the line of '8400' is still ?" in take.refused(GERMAN, text)[0]
    text = answered(text, **{"8400": "revenue", "8401": "revenue", "4600": "marketing",
                             "4120": "payroll"})
    text = re.sub("signs: {}.*", "signs: {marketing: reversed, payroll: reversed}", text)
    assert take(GERMAN, text)[0] == 0 and take.rows() == GERMAN_ROWS


def test_a_profit_and_loss_needs_its_lines_alone(take, proposed):
    text = proposed(WIDE)
    for line in ("layout: wide", "header: 4", 'thousands: ","', "dates: MMM YYYY", "  account: 1",
                 "  Net Income: {plus: [Income], minus: [Expenses]}", "left_out: []"):
        assert line in text.splitlines(), line
    text = answered(text, Subscriptions="revenue", Advertising="marketing")
    assert take(WIDE, text)[0] == 0 and take.rows() == WIDE_ROWS


def test_names_near_a_label_are_given_its_line_and_what_is_negative_its_sign(take, proposed):
    content = ("Account;Date;Amount\nrevenue;2026-01-31;3000.00\nMarketing;2026-01-31;-16000\n"
               "Pay roll;2026-01-31;-28000\nPorto;2026-01-31;-5\nTotal;;-41005\n")
    text = proposed(content)
    assert "  revenue: revenue  #" in text and '  Porto: "?"' in text
    assert "  Marketing: marketing  #" in text and "  Pay roll: payroll  #" in text
    assert "signs:\n  marketing: reversed\n  payroll: reversed\n" in text
    assert "Total" not in text
    assert take(content, answered(text, Porto="fixed_opex"))[0] == 0


@pytest.mark.parametrize(("content", "key", "asked"), [
    ("Account,Date,Amount\nSales,01/02/2026,5.00\nSales,03/02/2026,5.00\n", "dates",
     "which form do dates have, DD/MM/YYYY or MM/DD/YYYY?"),
    ("Account;Date;Amount\nSales;2026-01-31;2.680\nSales;2026-02-28;5.490\n", "decimal",
     "is 2.680 2.680 (with the decimal sign '.' and no thousands sign) or 2,680 (with the decimal "
     "sign ',' and '.' between thousands)?"),
    ("Account;Date;Amount\nSales;2026-01-31;3000\n", "decimal",
     "no amount has decimals; which sign would stand before them?"),
    ("Account;Date;Amount\nSales;03/03/2026;5.00\n", "dates",
     "which form do dates have, DD/MM/YYYY or MM/DD/YYYY?"),
    ("Account;Date;Amount\nSales;31 of January;5.00\nSales;5 of May;5.00\n", "dates",
     "which form do dates have, such as DD.MM.YYYY?"),
    ("Account;Made;Due;Amount\nSales;2026-01-31;2026-02-28;5.00\n", "  period",
     "which of Account, Made, Due, Amount?"),
])
def test_what_a_file_leaves_open_is_asked_and_refused_until_it_is_answered(take, proposed, content,
                                                                           key, asked):
    text = proposed(content)
    assert f'{key}: "?"  # {asked}' in text.splitlines()
    problems = take.refused(content, answered(text, Sales="revenue"))
    assert any("'?'" in problem for problem in problems)


def test_a_day_beyond_twelve_or_a_group_that_is_none_decides(proposed):
    text = proposed("Account,Date,Amount\nSales,01/02/2026,2.680\nSales,13/02/2026,2.68\n")
    assert "dates: DD/MM/YYYY\n" in text and 'decimal: "."\nthousands: none\n' in text


def test_debit_and_credit_titles_other_columns_and_encodings_are_recognised(take, proposed):
    content = ("Journal 2026\nBelegdatum\tKonto\tText\tSoll\tHaben\n31.01.2026\t0420\tMöbel\t"
               "1.000,50\t\n31.01.2026\t8400\tErlöse\t\t2.000,00\n").encode("cp1252")
    text = proposed(content)
    for line in ("separator: tab", "encoding: cp1252", "header: 2", "  period: Belegdatum",
                 "  debit: Soll", "  credit: Haben",
                 '  "0420": "?"  # Möbel: 1 amount, 1,000.50 together',
                 '  "8400": "?"  # Erlöse: 1 amount, -2,000.00 together'):
        assert line in text.splitlines(), line
    text = answered(text, **{"0420": "capex", "8400": "revenue"}).replace(
        "signs: {}", "signs: {revenue: reversed}")
    assert take(content, text)[0] == 0
    assert take.rows() == {("2026-01", "capex"): 1000.5, ("2026-01", "revenue"): 2000}


def test_a_wide_file_with_codes_quarters_and_sections(take, proposed):
    content = ('Demo,,,,,\nAccount,Code,Jan 2026,Feb 2026,Q1,Total\nTrading Income,,,,,\n'
               'Sales,200,"10,000.00","12,000.00",,"22,000.00"\n'
               'Other Revenue,260,500.00,-,,500.00\n'
               'Total Trading Income,,"10,500.00","12,000.00",,"22,500.00"\nCost of Sales,,,,,\n'
               'Goods,310,"4,000.00","(5,000.00)",,"(1,000.00)"\n'
               'Total Cost of Sales,,"4,000.00","(5,000.00)",,"(1,000.00)"\n'
               'Gross Profit,,"6,500.00","17,000.00",,"23,500.00"\n')
    text = proposed(content)
    assert "  Gross Profit: {plus: [Trading Income], minus: [Cost of Sales]}\n" in text
    assert "left_out: [Code, Q1]\n" in text
    text = answered(text, Sales="revenue", **{"Other Revenue": "revenue",
                                              "Goods": "cost_of_revenue"})
    code, _out, _ = take(content, text)
    assert code == 0 and take.rows()["2026-02", "revenue"] == 12000
    assert take.rows()["2026-02", "cost_of_revenue"] == -5000


def test_a_workbook_is_proposed_for_by_its_largest_sheet(take, proposed):
    rows = [["Account", "Date", "Amount"], ["Revenue", date(2026, 1, 31), 2680.5]]
    content = workbook(rows, "Bookings", others=["Empty"])
    text = proposed(content, "export.xlsx")
    assert "sheet: Bookings\n" in text and "  Revenue: revenue" in text
    assert take(content, text, name="export.xlsx")[0] == 0
    assert take.rows() == {("2026-01", "revenue"): 2680.5}


@pytest.mark.parametrize("name", ["a: b", "#1", "- x", "ja, [nein]", 'so "it" is', "true", "null",
                                  "1.5", "0x10", "{", "*a", "&b", "%", "Müller & Söhne", "'q'",
                                  "back\\slash", "\x07bell", "8400", "a" * 300])
def test_any_name_of_an_account_is_read_back_from_the_map(take, proposed, name):
    quoted = name.replace('"', '""')
    content = f'Account;Date;Amount\n"{quoted}";2026-01-31;5.00\nRevenue;2026-01-31;7.25\n'
    text = proposed(content).replace('"?"  # 1', "fixed_opex  # 1")
    path = take.folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    assert list(read_map(path)[0].accounts) == [name, "Revenue"]
    assert take(content, text)[0] == 0


@pytest.mark.parametrize("content", ["Plans, months, and notebooks\nwords, words, and words\n",
                                     "Account;Date;Amount\n;;\n"])
def test_a_file_without_figures_is_no_export(take, content):
    (take.folder / "notes.md").write_text(content, encoding="utf-8")
    assert take.run("import", "notes.md", "--company", "mentorship") == (
        2, "", "notes.md: has no figures below its first line of names, so it is no export; name "
               "the file that your program exported.\n")


def test_a_map_is_written_once_and_over_nothing(take, proposed):
    proposed(GERMAN)
    words = ("import", "export.csv", "--company", "mentorship", "--propose", "map.yaml")
    code, out, _ = take.run(*words)
    assert (code, out) == (0, "Written: map.yaml. Answer what it asks, then python -m model import "
                              "export.csv --map map.yaml\n")
    before = (take.folder / "map.yaml").read_bytes()
    code, out, err = take.run(*words)
    assert (code, out) == (2, "") and "map.yaml is there already" in err
    assert (take.folder / "map.yaml").read_bytes() == before


@pytest.mark.parametrize(("content", "options", "said"), [
    ("", [], "holds no rows"), ("a\nb\n", [], "has one column only"),
    ("1;2\n3;4\n", [], "has no line with names of columns"),
    (f"Account;Date;Amount\n{'a' * 301};2026-01-31;5\n", [], "an account of 301 characters"),
    (GERMAN, ["--yes"], "--map: is missing: --yes is about an import"),
    (GERMAN, ["--month", "2026-01", "--close", "2026-01", "--to", "x.csv"], "--map")])
def test_what_no_map_can_be_proposed_for_is_refused(take, content, options, said):
    (take.folder / "export.csv").write_text(content, encoding="utf-8")
    code, out, err = take.run("import", "export.csv", "--company", "mentorship", *options)
    assert (code, out) == (2, "") and said in err


@pytest.mark.parametrize(("options", "said"), [
    ([], "--company: is missing: a map is proposed for one company; known: influencer, mentor"),
    (["--company", "budget"], "budget is no company"), (["--company", "acme"], "no assumptions")])
def test_a_map_is_proposed_for_a_company(take, options, said):
    (take.folder / "export.csv").write_text(GERMAN, encoding="utf-8")
    code, out, err = take.run("import", "export.csv", *options)
    assert (code, out) == (2, "") and said in err
