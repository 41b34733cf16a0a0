"""A simulated quarter of a programme: chance, the world, days, weeks, and what strategies may ask."""
