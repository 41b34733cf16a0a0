"""Edits of the marketplace, for tests: names of what they change, and how plans are compared."""

import numpy as np

CAC, MATCH, MARKETING = "mentees.cac", "mentees.match_rate", "mentees.marketing"
CAPEX, OPENING = "capex.platform", "opening_cash"
MIX = ("mentees.mix.career_changers", "mentees.mix.senior_experts")


def same(one, other):
    one, other = one.opened(), other.opened()
    return [path for path in one.entries
            if not np.array_equal(one.monthly(path), other.monthly(path))]


def file_of(folder, name, company="mentorship"):
    return folder / "params" / company / "scenarios" / f"{name}.yaml"
