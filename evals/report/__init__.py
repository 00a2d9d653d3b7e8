"""The report of runs: one file that holds all that an evaluator looks at."""
