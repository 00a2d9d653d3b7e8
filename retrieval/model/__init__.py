"""A chat model words the answer, and only what the sources support is kept."""
