"""One mechanism a file: how users are drawn, updates clipped, and noise added."""
