"""The plans in `params/` as they are shipped: every one can be used, and no error check fails."""

from model import cli
from model.params import catalog


def test_check_passes_the_shipped_params(capsys):
    assert cli.main(["check"]) == 0
    said = capsys.readouterr()
    out = said.out.splitlines()
    assert said.err == ""
    count = sum(len(catalog.scenarios(subject)) for subject in catalog.subjects())
    assert out[-1].startswith(f"{count} scenarios can be used; 0 error checks failed.")
    assert sum(line.startswith("alert: ") for line in out) == len(out) - 1
