"""What leaves for the Hub: only what is public or came out of an accounted mechanism, with its card."""
