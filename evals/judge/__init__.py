"""A chat model as judge, as a second opinion: never without how far it agrees with others."""
