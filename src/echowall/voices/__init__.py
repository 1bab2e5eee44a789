"""Hearing: every message on every channel, stored as it was said, understood, and handed on (the Echo Wall's ear).

Depends on no other programme. Publishes ``voices.message.heard`` and ``voices.message.understood``.
"""
