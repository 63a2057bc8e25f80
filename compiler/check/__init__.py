"""One kind of declaration a file: what it may say, and what it becomes."""
