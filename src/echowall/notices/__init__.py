"""Notices: what the office tells people, on the channel they came by; an outbox with retries, nothing sent twice."""
