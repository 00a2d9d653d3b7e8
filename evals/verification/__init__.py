"""How well verification tells what is supported: data, training, edits, measurement."""
