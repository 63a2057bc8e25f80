"""One lint a file."""
