"""The plan of a programme's budget: what its files hold, and what must hold in them."""
