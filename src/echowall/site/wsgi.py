"""The program as a WSGI application, served by Granian; the public wall answers from its own cache in front of it."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echowall.site.settings")


def _edition() -> tuple[int, int]:
    from django.db import close_old_connections

    from echowall.wall.queries import edition

    try:
        return edition()
    finally:
        close_old_connections()


_program = get_wsgi_application()

from echowall.site.shelter import Shelter  # noqa: E402 - after Django is set up
from echowall.wall.cache import WallCache  # noqa: E402

_named = [name for name in settings.ALLOWED_HOSTS if name[:1] not in {"*", "."}]
application = WallCache(
    Shelter(_program), Path(settings.ECHOWALL_STATE) / "wall", _edition, host=(_named or ["localhost"])[0]
)
