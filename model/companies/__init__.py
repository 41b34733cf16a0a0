"""The companies: their texts, and what lines, KPIs and claims mean."""

from __future__ import annotations

import importlib
from types import ModuleType

from model.problems import InputError, nearest

COMPANIES = ("influencer", "mentorship")


def company_module(company: str) -> ModuleType:
    """The module with the texts of a company. Raises InputError on an unknown name."""
    if company not in COMPANIES:
        raise InputError.of("company", f"{company!r} is not a company of this model; "
                                       f"{nearest(company, COMPANIES)}")
    return importlib.import_module(f"model.companies.{company}")
