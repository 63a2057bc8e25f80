"""Tuning on simulated devices under user-level DP."""
