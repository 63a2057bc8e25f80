"""One DP mechanism a file."""
