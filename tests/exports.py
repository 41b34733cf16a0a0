"""Exports of other programs for tests, the maps by which they are read, and the command."""

import io
import re

import openpyxl

from model import cli
from model.params.actuals_file import read_actuals

GERMAN = """\ufeffKonto;Bezeichnung;Buchungsdatum;Betrag
8400;Erlöse Abos;31.01.2026;2.680,50
8401;Erlöse Provision;31.01.2026;1.000,00
4600;Werbekosten;31.01.2026;-15.900,00
4120;Gehälter;31.01.2026;-28.333,33
"""
GERMAN_MAP = """\
company: mentorship
layout: long
separator: ";"
decimal: ","
thousands: "."
dates: DD.MM.YYYY
columns: {account: Konto, period: Buchungsdatum, amount: Betrag}
accounts: {8400: revenue, 8401: revenue, 4600: marketing, 4120: payroll}
signs: {marketing: reversed, payroll: reversed}
"""
GERMAN_ROWS = {("2026-01", "revenue"): 3680.5, ("2026-01", "marketing"): 15900,
               ("2026-01", "payroll"): 28333.33}
WIDE = """\
Acme Coaching,,,
Profit and Loss,,,
January - February 2026,,,
,Jan 2026,Feb 2026,Total
Income,,,
   Subscriptions,"1,200.00","1,450.00","2,650.00"
Expenses,,,
   Advertising,"4,715.95","3,002.99","7,718.94"
Net Income,"$(3,515.95)","$(1,552.99)","$(5,068.94)"
,,,
,,,
"""
WIDE_MAP = """\
company: mentorship
layout: wide
header: 4
decimal: "."
thousands: ","
dates: MMM YYYY
columns: {account: 1}
accounts: {Subscriptions: revenue, Advertising: marketing}
totals: {Net Income: {plus: Income, minus: Expenses}}
"""
WIDE_ROWS = {("2026-01", "revenue"): 1200, ("2026-02", "revenue"): 1450,
             ("2026-01", "marketing"): 4715.95, ("2026-02", "marketing"): 3002.99}
LONG_MAP = """\
company: mentorship
layout: long
decimal: "."
columns: {account: account, period: date, amount: amount}
dates: YYYY-MM-DD
accounts: {Sales: revenue, Ads: marketing}
"""


class Import:
    """A file, its map, and the command that takes the one by the other."""

    def __init__(self, folder, capsys):
        self.folder, self._capsys = folder, capsys
        self.actuals = folder / "params" / "mentorship" / "actuals.csv"

    def __call__(self, content, text, *options, yes=True, name="export.csv"):
        """Exit code, what was printed, and what stands on the stream of errors."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes)
                                         else content.encode())
        (self.folder / "map.yaml").write_text(text, encoding="utf-8")
        return self.run("import", name, "--map", "map.yaml", *options, *["--yes"] * yes)

    def run(self, *arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        return code, *self._capsys.readouterr()

    def rows(self):
        """What the actuals hold: values by month and name."""
        file = read_actuals(self.actuals)
        assert not file.problems
        return {(row.period, row.name): row.value for row in file.rows}

    def refused(self, content, text=LONG_MAP, *options, name="export.csv"):
        """The problems of a file that is refused, and leaves everything as it was."""
        before = self.actuals.read_bytes() if self.actuals.exists() else None
        code, out, err = self(content, text, *options, name=name)
        assert (code, out) == (2, ""), out
        assert (self.actuals.read_bytes() if self.actuals.exists() else None) == before
        lines = err.splitlines()
        assert all(line.endswith((".", "?")) and line.isprintable() for line in lines), lines
        return lines


def notices(out):
    return [line.removeprefix("notice: ") for line in out.splitlines()
            if line.startswith("notice: ")]


def workbook(rows, title="Sheet1", others=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for other in others:
        book.create_sheet(other)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def edited(text, **keys):
    """A map with other values of some keys."""
    for key, value in keys.items():
        text, found = re.subn(rf"(?m)^{key}: .*\n", "", text)
        assert found or key in ("encoding", "thousands", "sheet", "header", "left_out", "separator",
                                "signs", "totals")
        text += f"{key}: {value}\n" if value is not None else ""
    return text
