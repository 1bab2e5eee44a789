"""The pure halves of the channels: bytes or text in, `HeardMessage` items and `Problem` items out.

No Django, no database and no clock in here: whoever needs "now" is given it by the caller. Each module reads one
kind of source; `types` holds the one small interface that all of them speak.
"""
