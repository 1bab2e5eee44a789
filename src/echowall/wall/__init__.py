"""The wall (回音壁): answered matters in public, redacted by default, moderated, cacheable.

Depends on ``matters`` and ``voices``; reacts to ``matters.matter.closed``.
"""
