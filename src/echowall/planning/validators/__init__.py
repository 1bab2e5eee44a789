"""Independent checks of plans: they know the problem's and the solution's types and not one line of the planners."""
