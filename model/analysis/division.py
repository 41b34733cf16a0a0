"""Division that says where there is nothing to divide by."""

from model.engine.projection import ratio as ratio
