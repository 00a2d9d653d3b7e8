"""What is asked: names, facets, shape, and the parts that an answer to it should have."""
