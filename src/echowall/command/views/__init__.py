"""Pages of the one picture."""
