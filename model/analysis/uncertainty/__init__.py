"""What may come otherwise: assumptions moved and drawn within their ranges, and what follows."""
