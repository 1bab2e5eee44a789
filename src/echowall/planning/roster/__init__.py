"""Roster: who stands where and when, how many posts the people can hold, and how far that is from the best possible."""
