"""Pictures of residents: made anew from their pixels alone, so that nothing else goes with them.

What a camera writes beside the pixels (EXIF, XMP, thumbnails, comments) says where and when a
picture was taken and by which telephone. None of it is kept; the position is read only where the
person agreed. EXIF 3.0 (CIPA DC-008-2023) §4.6.6: GPS attributes.
"""

from __future__ import annotations

import io
from typing import Any

import msgspec

from noroshi.core.errors import UnreadableMessage

#: The most that is looked at: bytes, and pixels of the whole picture.
BYTES, PIXELS = 12 * 2**20, 50_000_000
#: Length of the longer side as it is kept [pixels], and the most bytes of that.
SIDE, KEPT = 1_280, 200_000
_GPS, _LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 0x8825, 1, 2, 3, 4


class Picture(msgspec.Struct, frozen=True):
    """A picture as it is kept (JPEG), and where it was taken (longitude, latitude) where that is in
    it and was asked for."""

    data: bytes
    position: tuple[float, float] | None = None


def clean(data: bytes, *, place: bool = False) -> Picture:
    """The pixels of a JPEG or PNG, upright, at most `SIDE` long, and nothing else of it. `place`:
    the person agreed that its position is used. Raises UnreadableMessage."""
    from PIL import Image, ImageOps

    if len(data) > BYTES:
        raise UnreadableMessage(
            f"the picture has {len(data):,} bytes", remedy=f"at most {BYTES:,}: send a smaller one"
        )
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            wide, high = opened.size
            if wide * high > PIXELS:
                raise UnreadableMessage(
                    f"the picture has {wide} × {high} pixels", remedy="send a smaller one"
                )
            position = _position(opened) if place else None
            # A JPEG is read at the scale that is wanted: a large one costs no memory.
            opened.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((SIDE, SIDE))
            plain = _pixels(upright)
    except UnreadableMessage:
        raise
    except Exception as error:  # Pillow's readers raise whatever a damaged file leads them to
        raise UnreadableMessage(
            f"the picture cannot be read: {type(error).__name__}", remedy="send a JPEG or PNG"
        ) from None
    return Picture(_written(plain), position)


def _pixels(picture: Any) -> Any:
    """The same pixels in a picture that was never anything else; what is transparent is white."""
    from PIL import Image

    plain = Image.new("RGB", picture.size, "white")
    if "A" in picture.getbands() or "transparency" in picture.info:
        see_through = picture.convert("RGBA")
        plain.paste(see_through, mask=see_through.getchannel("A"))
    else:
        plain.paste(picture.convert("RGB"))
    return plain


def _written(plain: Any) -> bytes:
    found = b""
    for quality in (80, 65, 50, 35, 20):
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=quality, optimize=True)
        found = out.getvalue()
        if len(found) <= KEPT:
            break
    return found


def _position(picture: Any) -> tuple[float, float] | None:
    """Degrees from degrees, minutes and seconds; None where they are no position."""
    try:
        gps = picture.getexif().get_ifd(_GPS)
        latitude = _degrees(gps[_LATITUDE]) * (-1 if gps.get(_LATITUDE_REF) == "S" else 1)
        longitude = _degrees(gps[_LONGITUDE]) * (-1 if gps.get(_LONGITUDE_REF) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, ArithmeticError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
        return None
    return round(longitude, 6), round(latitude, 6)


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(one) for one in parts)
    return degrees + minutes / 60 + seconds / 3600
