"""What a running programme exports, and what it reaches: weeks, KPIs, forecast."""
