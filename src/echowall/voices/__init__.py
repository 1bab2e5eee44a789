"""Hearing: every message on every channel, stored as it was said, understood, and handed on (the Echo Wall's ear).

Hearing itself depends on no other programme and publishes ``voices.message.heard`` and ``voices.message.understood``.
Only its public pages and interfaces ask ``matters`` how far a message got, through that programme's queries and
operations: whoever spoke here comes back here for the answer.
"""
