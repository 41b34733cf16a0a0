"""The readings of a company's month. The first: numbers (`ledger`)."""
