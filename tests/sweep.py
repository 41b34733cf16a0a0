"""Plans through which tests go one by one. Base of each company is tried by `make test`, its other
scenarios by `make test-long`."""

import pytest

from model.params import catalog


def plans(*more: object) -> list:
    """(company, scenario, *more) of every scenario of every company."""
    return [pytest.param(company, scenario, *more, id=f"{company}-{scenario}",
                         marks=() if scenario == "base" else pytest.mark.long)
            for company in catalog.companies() for scenario in catalog.scenarios(company)]
