"""Turn sources into an index on disk: load, chunk, embed, store, publish. Knows no questions."""
