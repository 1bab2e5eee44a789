"""Interfaces of hearing for programs: JSON intake, the status of what was sent, Open311."""
