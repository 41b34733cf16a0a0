"""LibreOffice calculates the workbooks to the model's figures, and the committed record says so."""

import pytest

from model.workbook import equality

pytestmark = pytest.mark.office


def test_the_committed_record_is_what_both_programs_give_today():
    assert equality.main(["--check"]) == 0
