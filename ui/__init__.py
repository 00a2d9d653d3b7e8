"""The page and the terminal: what people touch. One call into `retrieval`, and rendering."""
