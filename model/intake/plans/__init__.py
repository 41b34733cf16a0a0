"""Plans from spreadsheets: read as a map says, in the model's units, and a template to fill in."""
