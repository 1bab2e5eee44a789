"""The site: starts the system and is the only place that knows every app.

`environment` and `postgres` are free of Django, so that the command line can start the database before Django is set
up.
"""
