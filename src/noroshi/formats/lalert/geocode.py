"""Official areas as the envelope has them (EDXL-DE 1.0 §3.2.2: ISO 3166-2 for subdivisions)."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.core.place import check_digit
from noroshi.formats.cap.message import Ring
from noroshi.formats.lalert.message import Area


def area(official: Iterable[str], rings: tuple[Ring, ...] = ()) -> Area:
    """The area of `city:` and `pref:` areas; what is of another code system is not in it. ISO
    3166-2:JP numbers prefectures as JIS X 0401 does. `locCodeUN` is not used: UN/LOCODE has no
    municipalities of Japan."""
    prefectures: dict[str, None] = {}
    municipalities: dict[str, None] = {}
    for one in official:
        scheme, _, code = one.partition(":")
        if not (code.isascii() and code.isdigit()) or not "01" <= code[:2] <= "47":
            continue
        if scheme == "city" and len(code) == 7:
            municipalities[f"{code[:5]}{check_digit(code[:5])}"] = None
        elif scheme != "pref" or len(code) != 2:
            continue
        prefectures[f"JP-{code[:2]}"] = None
    return Area(tuple(prefectures), tuple(municipalities), rings)
