"""Where the shards of a node are worked."""
