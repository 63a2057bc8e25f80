"""Doing it: graph in; data, models and report out."""
