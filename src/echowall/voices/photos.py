"""Photos that residents send: recognised by their content, turned upright, stripped of what the camera wrote."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PHOTOS = 9
MAX_BYTES = 5_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MAX_PIXELS = 50_000_000  # a bomb of a few kilobytes unpacks to gigabytes
_LONGEST_SIDE = 2560
_QUALITY = 85
# What Pillow raises for damaged files, in the picture and in what the camera wrote beside it.
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, struct.error,
)  # fmt: skip


class PhotoRefusedError(ValueError):
    """A file that is no photo we take; ``code`` is photo_too_large, photo_unreadable or photo_empty."""

    def __init__(self, code: str) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG: no place, no device, no comment in it."""

    content: bytes
    media_type: str = "image/jpeg"


def clean_photo(content: bytes) -> Photo:
    """Return the photo as a clean JPEG, at most 2,560 pixels long.

    Raises:
        PhotoRefusedError: larger than 5 MB or 50 megapixels, empty, or no JPEG, PNG, WebP or GIF by its content.
    """
    if not content:
        raise PhotoRefusedError("photo_empty")
    if len(content) > MAX_BYTES:
        raise PhotoRefusedError("photo_too_large")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                raise PhotoRefusedError("photo_too_large")
            if opened.format == "JPEG":
                opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except PhotoRefusedError:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoRefusedError("photo_too_large") from error
    except _UNREADABLE as error:
        raise PhotoRefusedError("photo_unreadable") from error
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)  # a fresh file: nothing of the old one's metadata is carried over
    return Photo(out.getvalue())
