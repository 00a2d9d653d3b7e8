"""The HTTP API: a FastAPI app with the page mounted on it."""
