"""Learning which sentence answers a question, and whether with yes or no."""
