"""Carries public nodes out on a sample of their rows, to say what a run will take; it buys nothing."""
