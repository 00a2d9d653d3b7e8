"""Human review: answers rated blind, and how far the raters agree."""
