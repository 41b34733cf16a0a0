"""A percentage typed without its sign is not read wrongly in silence."""

import openpyxl
from workbooks import Sent, said

from model import cli


def test_a_percent_without_its_sign_is_asked_after(tmp_path, capsys):
    """Excel takes 0.8 in a cell that shows 80% for 0.8%."""
    sent = Sent(tmp_path)
    sent.type(0.008, "mentees.match_rate")
    assert cli.main(["read-workbook", str(sent.back())]) == 0
    out = capsys.readouterr().out
    assert "75 → 0.8 %" in out
    assert "outside its plausible 60% to 85%; was 80% meant? Type a percentage" in out


def test_a_percent_that_is_merely_odd_is_not_asked_after(tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(0.5, "mentees.match_rate")
    assert cli.main(["read-workbook", str(sent.back())]) == 0
    out = capsys.readouterr().out
    assert "outside its plausible" in out and "meant?" not in out


def test_a_percent_of_thousands_is_refused_by_its_cell_and_when_it_comes_back(tmp_path):
    sent = Sent(tmp_path)
    where = sent.type(80, "mentees.match_rate")
    assert f"{where}: mentees.match_rate = 80 fraction is outside" in said(sent.back())
    page = openpyxl.load_workbook(sent.path)[where.partition("!")[0]]
    rule, = (rule for rule in page.data_validations.dataValidation
             if where.partition("!")[2] in rule.sqref)
    assert (rule.type, rule.operator or "between") == ("decimal", "between")
    assert (float(rule.formula1), float(rule.formula2)) == (0, 1)
    assert rule.error.endswith("Type a percentage with its sign, 5%.")
