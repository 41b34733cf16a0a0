"""What one customer costs where a market has had its fill: a part of the month of all companies.

CAC is that of the plan up to a marketing budget, and rises beyond it by a share for each further
such budget. So those who are won come near to a limit, however much is spent, which is how response
curves of marketing are drawn (Michaelis-Menten, or Hill with an exponent of 1: Jin and others,
Bayesian Methods for Media Mix Modeling, Google 2017). A power of the budget would have no limit,
and its last bit would depend on how many plans run at once. A plan that names no rise has none, and
its formulas know nothing of it.
"""

from __future__ import annotations

import numpy as np


def price(section, spent, planned):
    """The cost of one where `spent` a year goes into winning them, and the plan has `planned`;
    `section` holds the assumptions of who is won."""
    further = section.saturation
    beyond = np.maximum(spent / np.where(further.budget > 0, further.budget, 1) - 1, 0)
    return planned + planned * further.rise * beyond
