"""Echowall 回音壁: running a street office through an emergency."""

__version__ = "0.1.0"
