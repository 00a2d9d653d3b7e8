"""Measure: answer quality, retrieval and speed. What the README claims comes from here."""
