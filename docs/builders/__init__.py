"""What builds the pages of the manual, one part of it a file."""
