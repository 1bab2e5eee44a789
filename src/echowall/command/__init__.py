"""One picture of the office: board, search, bulletins, rankings, suspicious handling.

Owns no facts: it reads the registers and queries of `voices` and `matters`. What it keeps are the bulletins that were
issued, with their figures as they stood, and the findings of its own checks.
"""
