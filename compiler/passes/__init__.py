"""One rewrite of the graph a file."""
