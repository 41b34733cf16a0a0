"""The campaign that measures how far the model can be trusted: see README.md."""
