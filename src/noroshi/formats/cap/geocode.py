"""Official codes of areas as CAP's `geocode` has them: a name of the code system, and a code."""

from __future__ import annotations

from noroshi.core.place import SCHEMES, city
from noroshi.formats.cap.message import Named
from noroshi.formats.japanese import header

#: What the code systems of `noroshi.core.place.SCHEMES` are called here.
_SYSTEMS = {"city": "JMA:area", "pref": "JIS X 0401"}
#: As read: names as `japanese.header` writes them, without blanks and capitals.
_SCHEMES = {header(name): scheme for scheme, name in _SYSTEMS.items()} | {
    header("JMA:" + scheme.removeprefix("jma.")): scheme
    for scheme in SCHEMES
    if scheme.startswith("jma.")
}
_MUNICIPALITIES = {header(name) for name in ("JIS X 0402", "JISX0402", "全国地方公共団体コード")}


def codes(official: str | None) -> tuple[Named, ...]:
    """The codes of an area `scheme:code`; of a municipality also the five digits that others know
    it by."""
    scheme, separator, code = (official or "").partition(":")
    if not separator or not code:
        return ()
    found = [(_SYSTEMS.get(scheme, "JMA:" + scheme.removeprefix("jma.")), code)]
    if scheme == "city" and len(code) == 7:
        found.append(("JIS X 0402", code[:5]))
    return tuple(found)


def area(named: Named) -> str | None:
    """The area `scheme:code` of a code; None for a code system that is not known here."""
    system, code = header(named[0]), named[1].strip()
    try:
        if system in _MUNICIPALITIES:
            return city(code)
        scheme = _SCHEMES.get(system)
        if scheme == "city":
            return city(code)
    except ValueError:
        return None
    fits = code.isascii() and code.isdigit() and len(code) <= 15
    return f"{scheme}:{code}" if scheme is not None and fits else None
