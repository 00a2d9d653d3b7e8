"""Yes, no or mixed: what was asked to be true, and how each source stands to it."""
