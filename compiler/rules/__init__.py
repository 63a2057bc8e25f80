"""Lints, one a file. There is none yet: all that is found now is an error of the checks, or stands in them."""
