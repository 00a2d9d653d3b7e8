"""Get records from the places that publish them, by each place's rules, as files that `ingest` reads.

Not for reading those files: that is what the loaders of `ingest` do.
"""
