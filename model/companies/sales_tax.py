"""Sales tax in cash: a part of the month of a company that takes it from those who pay.

Prices and costs are net of it, so it is neither revenue nor cost. Tax is due on what is received in
the month, and what suppliers charge is deducted in the month in which they are paid, as the schemes
for small companies have it; so balances stay net as well. What a quarter of the calendar leaves is
paid in the month after it, or comes back then. What is owed is in the account and cannot be spent.
"""

from __future__ import annotations

import numpy as np


def sales_tax(a, prev, now):
    """Tax that is taken in, deducted and paid, and what is owed or claimed at month-end."""
    now.taxed_receipts    = (now.revenue - now.invoiced - now.prepaid + now.collected
                             + now.billings - now.refunds)
    now.sales_tax_charged = a.sales_tax.charged * now.taxed_receipts
    now.input_tax         = a.sales_tax.deducted * (now.suppliers_paid + now.capex)
    now.sales_tax_paid    = np.where(a.timeline.quarter_start > 0, prev.sales_tax_balance, 0)
    now.sales_tax_flow    = now.sales_tax_charged - now.input_tax - now.sales_tax_paid
    now.sales_tax_balance = prev.sales_tax_balance + now.sales_tax_flow
    now.sales_tax_payable = np.maximum(now.sales_tax_balance, 0)
    now.sales_tax_claim   = np.maximum(-now.sales_tax_balance, 0)
    now.sales_tax_payable_rise = now.sales_tax_payable - prev.sales_tax_payable
    now.sales_tax_claim_rise   = now.sales_tax_claim - prev.sales_tax_claim


def opening(a, now):
    """Tax of the quarter that runs, or is over and not yet paid, when the first month begins."""
    now.sales_tax_payable = a.opening.sales_tax_payable
    now.sales_tax_balance = a.opening.sales_tax_payable


def checks(prev, now):
    """What is owed less what is claimed changes by what is taken in less what is paid."""
    now.sales_tax_adrift = (now.sales_tax_payable - now.sales_tax_claim
                            - (prev.sales_tax_payable - prev.sales_tax_claim)
                            - (now.sales_tax_charged - now.input_tax - now.sales_tax_paid))
