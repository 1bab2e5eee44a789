"""Jobs of hearing."""
