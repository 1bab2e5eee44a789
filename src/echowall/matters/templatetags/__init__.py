"""Words of matters in templates."""
