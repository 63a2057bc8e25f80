"""One metric a file; intervals and comparisons."""
