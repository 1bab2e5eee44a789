"""Planners on public instances and on the seeds' sizes, beside best known values and proven bounds."""
