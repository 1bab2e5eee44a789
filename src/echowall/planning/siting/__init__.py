"""Siting: which of the candidate sites to open (sampling points, supply points)."""
