"""Learning and measuring the semantic part of triage."""
