"""How words become ids."""
