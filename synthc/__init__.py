"""A language and compiler for training small on-device language models under privacy."""

__version__ = "0.1.0"
