"""Which statements make the answer, in which order, and what backs and limits each."""
