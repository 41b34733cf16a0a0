"""Questions asked of a projection: pure functions, numbers in, numbers out."""
