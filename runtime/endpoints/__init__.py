"""Who answers prompts: one kind of server a file."""
