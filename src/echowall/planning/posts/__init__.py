"""多门留一: which gates stay open and staffed, and where fences go, so that every compound is shut off from outside."""
