"""Money by bucket: balances, moves, and the log that every change is entered in."""
