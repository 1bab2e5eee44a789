"""Settings of Django, all from the environment (``site.environment``) and read once."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import dj_urls

