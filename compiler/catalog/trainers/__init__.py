"""How models learn."""

SAME_FOR_COMPARED = {
    "pretrain": ("words", "batch", "learning_rate", "schedule", "warmup", "clip", "max_words", "seeds", "softmax", "validation", "checks", "patience", "precision"),
    "federate": ("rounds", "cohort", "local", "server", "dp", "dropout", "stragglers", "report_goal"),
}
"""What two arms of a kind that are compared must share."""
