"""A simulated quarter of a programme: chance, the world, its days, its weeks."""
