"""Owning: matters through the chain of GB/T 30428, under their clocks, to a checked and called-back end.

Depends on ``voices`` (its messages open matters) and reacts to ``voices.message.understood``.
"""
