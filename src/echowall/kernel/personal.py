"""Personal data: sealed at rest, found by a blind index, masked on screen, unsealed only with a recorded reason.

Each kind of data has its own random key, wrapped by the master key of the installation and kept in ``DataKey``.
Destroying the wrapped key makes every value of that kind unreadable for ever, copies and backups included.
AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the kind is bound as associated data.
"""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from .errors import refuse

_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value. Printing it shows nothing."""

    token: bytes

    def __repr__(self) -> str:
        return "Sealed(…)"

    def __str__(self) -> str:
        return "••••"

    def __bool__(self) -> bool:
        return bool(self.token)


@lru_cache(maxsize=64)
def _derive(purpose: bytes) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"echowall/" + purpose)
    return key.derive(settings.ECHOWALL_MASTER_KEY)


def new_wrapped_key(key_id: UUID) -> bytes:
    """Return a new random 256-bit key, wrapped by the master key and bound to ``key_id``."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_derive(b"wrap")).encrypt(nonce, os.urandom(32), key_id.bytes)


@lru_cache(maxsize=256)
def _unwrap(key_id: UUID, wrapped: bytes) -> AESGCM:
    return AESGCM(AESGCM(_derive(b"wrap")).decrypt(wrapped[:12], wrapped[12:], key_id.bytes))


class Sealing:
    """Seals and unseals many values within one transaction, looking each key up once.

    Keep it no longer than the transaction: a key made in one that rolls back must not seal anything afterwards.
    """

    def __init__(self) -> None:
        """Start with no key known."""
        self._current: dict[str, tuple[UUID, AESGCM]] = {}
        self._by_id: dict[UUID, AESGCM] = {}

    def seal(self, kind: str, text: str) -> Sealed:
        """Encrypt ``text`` as data of ``kind``."""
        from .keys import current_key

        held = self._current.get(kind)
        if held is None:
            key_id, wrapped = current_key(kind)
            held = self._current[kind] = (key_id, _unwrap(key_id, wrapped))
        nonce = os.urandom(12)
        return Sealed(_VERSION + held[0].bytes + nonce + held[1].encrypt(nonce, text.encode(), kind.encode()))

    def unseal(self, kind: str, sealed: Sealed) -> str:
        """Return the plain text; raises as ``unseal_bytes``."""
        token = _held(kind, sealed)
        key_id = UUID(bytes=token[1:17])
        key = self._by_id.get(key_id)
        if key is None:
            plain = unseal(kind, sealed)
            from .keys import key_by_id

            wrapped = key_by_id(key_id)
            if wrapped is not None:
                self._by_id[key_id] = _unwrap(key_id, wrapped)
            return plain
        try:
            return key.decrypt(token[17:29], token[29:], kind.encode()).decode()
        except InvalidTag as exc:
            raise refuse("sealed_value_damaged", _("加密数据已损坏或被改动"), value=kind) from exc


def _held(kind: str, sealed: Sealed) -> bytes:
    """Return the token; an empty one is what destruction on its day left in a column that must hold something."""
    if not sealed.token:
        raise refuse("key_destroyed", _("该类个人信息已按期销毁，不能再读取"), value=kind)
    return sealed.token


def seal_bytes(kind: str, content: bytes) -> Sealed:
    """Encrypt ``content`` as data of ``kind`` (attachment, phone, name, message …). Needs a database for the key."""
    from .keys import current_key

    key_id, wrapped = current_key(kind)
    nonce = os.urandom(12)
    return Sealed(_VERSION + key_id.bytes + nonce + _unwrap(key_id, wrapped).encrypt(nonce, content, kind.encode()))


def unseal_bytes(kind: str, sealed: Sealed) -> bytes:
    """Return the plain content. Only operations that record who asked and why may call this for a screen.

    Raises:
        Refusal: ``key_destroyed`` when the key or the value itself is gone, ``sealed_value_damaged`` when the value was tampered with.
    """
    from .keys import key_by_id

    token = _held(kind, sealed)
    key_id = UUID(bytes=token[1:17])
    wrapped = key_by_id(key_id)
    if wrapped is None:
        raise refuse("key_destroyed", _("该类个人信息已按期销毁，不能再读取"), value=kind)
    try:
        return _unwrap(key_id, wrapped).decrypt(token[17:29], token[29:], kind.encode())
    except InvalidTag as exc:
        raise refuse("sealed_value_damaged", _("加密数据已损坏或被改动"), value=kind) from exc


def seal(kind: str, text: str) -> Sealed:
    """Encrypt ``text``; see ``seal_bytes``."""
    return seal_bytes(kind, text.encode())


def unseal(kind: str, sealed: Sealed) -> str:
    """Return the plain text; see ``unseal_bytes``."""
    return unseal_bytes(kind, sealed).decode()


def blind_index(kind: str, text: str) -> bytes:
    """Return 16 bytes by which equal values of ``kind`` find each other without being readable (keyed hash)."""
    normal = re.sub(r"[\s\-]", "", text).upper()
    return hmac.new(_derive(b"index/" + kind.encode()), normal.encode(), sha256).digest()[:16]


def mask_phone(text: str) -> str:
    """Return ``138****1234``; shorter numbers keep their last two digits."""
    digits = re.sub(r"\D", "", text)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****" + digits[-2:]


def mask_identity_number(text: str) -> str:
    """Return ``4101**********123X``."""
    return f"{text[:4]}{'*' * max(len(text) - 8, 4)}{text[-4:]}"


def mask_name(text: str) -> str:
    """Return ``王**``: the family name stays."""
    return text[:1] + "*" * (len(text) - 1) if text else ""
