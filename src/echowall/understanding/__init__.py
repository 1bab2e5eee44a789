"""Reading what residents write: a pure library without Django, database, network or clock."""
