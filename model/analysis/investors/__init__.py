"""What those who put money in ask: how much, for which share, worth what, and what comes back."""
