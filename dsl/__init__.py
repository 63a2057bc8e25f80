"""What the author wrote: text in, syntax out; knows no meaning."""
