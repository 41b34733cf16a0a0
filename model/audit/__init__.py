"""What is held against a projection: error checks, alerts and published claims."""
