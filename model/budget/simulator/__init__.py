"""A simulated quarter of a programme: its chances, its world, and what strategies do in it."""
