"""Call queue: which number to ring next, so that most people are reached before their deadline."""
