"""The language server: one file a feature, each a pure function of what is known of a file and a place in it."""
