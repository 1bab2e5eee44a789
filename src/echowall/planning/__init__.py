"""Planning: where to draw the line, put the post, send the round, with a proof.

A pure library: no Django, no database, no clock of the day. Every planner takes plain data and an `Effort`, and returns
a `Plan`: the solution, a proven bound or the reason why there is none, figures that a person understands, and, where
nothing can satisfy the demands, the demands that conflict.
"""
