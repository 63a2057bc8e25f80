"""What the text means: syntax in, graph out; opens no socket and buys nothing."""
