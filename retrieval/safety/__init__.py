"""Help first: danger, what is declined, what is warned of, and the disclaimer."""
