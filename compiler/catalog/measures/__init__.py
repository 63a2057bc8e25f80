"""What is counted of private text, under a mechanism that adds noise."""
