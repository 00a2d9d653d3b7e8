"""How well the first word of an answer to a yes-or-no question says what the evidence says."""
