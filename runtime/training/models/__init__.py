"""One architecture a file; `MODELS` says where each is."""

MODELS = {"lstm": "synthc.runtime.training.models.lstm:Lstm"}
"""The kind of a model and the class that builds it from its settings and the vocabulary's size."""
