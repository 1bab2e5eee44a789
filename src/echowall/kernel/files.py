"""Files that came with messages or show what was done: kept once by their content, encrypted, in the state directory."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings

from .keys import key_by_id
from .personal import Sealed, seal_bytes, unseal_bytes


def _path(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def _is_readable(path: Path) -> bool:
    """Whether the key still exists that the file was sealed with: what was kept under a destroyed one is gone."""
    with path.open("rb") as file:
        head = file.read(17)
    return len(head) == 17 and key_by_id(UUID(bytes=head[1:17])) is not None


def keep(content: bytes) -> str:
    """Store ``content`` durably (flushed before this returns) and return its SHA-256; the same content is kept once.

    A copy whose key was destroyed can never be read again, so it is replaced.
    """
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if path.exists() and _is_readable(path):
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    with part.open("wb") as file:
        file.write(seal_bytes("file", content).token)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return digest


def read(digest: str) -> bytes:
    """Return the content kept under ``digest``.

    Raises:
        FileNotFoundError: nothing is kept under it.
        Refusal: the key is destroyed or the file was damaged.
    """
    return unseal_bytes("file", Sealed(_path(digest).read_bytes()))


def destroy(digest: str) -> bool:
    """Remove the content kept under ``digest``; tells whether there was any. The caller knows that nobody needs it."""
    path = _path(digest)
    if not path.exists():
        return False
    path.unlink()
    return True
