"""Teams (专班): people with one job and one lead, and the topics and places they answer for."""
