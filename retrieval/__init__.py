"""Answer questions from the published index: triage, understand, search, compose, verify, present."""
