"""Vocabularies, models and pre-training."""
