"""Rounds: which places the teams look at tonight, in which order, so that little can be foreseen."""
