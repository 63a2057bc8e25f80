"""One output format of findings a file."""
