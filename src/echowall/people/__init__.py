"""Who works here and what they answer for: accounts, roles, appointments to a place for a purpose."""
