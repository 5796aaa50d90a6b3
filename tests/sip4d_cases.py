"""Packages made for tests, each wrong in one way, and NIED's public checker run on them.

`python tests/sip4d_cases.py` prints the table of docs/sip4d-zip-checks.md; with NIED_CHECKER set
to a checkout of NIED-DIR/SIP4D-ZIP_Checker its verdicts are what it says now.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from noroshi.core.place import city
from noroshi.formats import Hints
from noroshi.formats.sip4d_zip.validate import validate
from sip4d_packages import (
    COLUMNS,
    GEO,
    META,
    STYLE,
    A,
    B,
    C,
    D,
    Files,
    add,
    base,
    column,
    dump,
    feature,
    line,
    pack,
    polygon,
    universal,
)


def municipality(longitude: float, latitude: float) -> str | None:
    """A small geography: 輪島市 and 七尾市 as boxes, the sea around them."""
    if 136.7 <= longitude <= 137.0 and 37.3 <= latitude <= 37.45:
        return city("17204")
    if 136.8 <= longitude <= 137.1 and 36.95 <= latitude <= 37.2:
        return city("17202")
    return None


HINTS = Hints(
    name="case.zip",
    municipality=municipality,
    place_name={city("17204"): "輪島市", city("17202"): "七尾市"}.get,
)

CASES: dict[str, Callable[[], bytes]] = {}


def case(name: str) -> Callable[[Callable[[], Files | bytes]], None]:
    """File a case under what is wrong with it."""

    def keep(make: Callable[[], Files | bytes]) -> None:
        def build() -> bytes:
            made = make()
            return made if isinstance(made, bytes) else pack(made)

        CASES[name] = build

    return keep


def change(name: str, path: str, value: Any) -> None:
    """File a case: the valid package with one value (a path of keys) set, or with `...` removed."""

    def make() -> Files:
        files = base()
        file, *keys = path.split("/")
        at: Any = files[{"meta": META, "geo": GEO, "columns": COLUMNS, "style": STYLE}[file]]
        for key in keys[:-1]:
            at = at[int(key)] if isinstance(at, list) else at[key]
        last: Any = int(keys[-1]) if isinstance(at, list) else keys[-1]
        if value is ...:
            del at[last]
        else:
            at[last] = value
        return files

    case(name)(make)


def without(name: str, file: str) -> None:
    """File a case: the valid package without one file."""
    case(name)(lambda: {key: value for key, value in base().items() if key != file})


def raw(name: str, file: str, content: Callable[[bytes], bytes]) -> None:
    """File a case: the valid package with the bytes of one file changed."""
    case(name)(lambda: base() | {file: content(dump(base()[file]))})


case("nothing: three shelters")(base)
case("nothing: lines in the universal model")(lambda: universal(line(A, B), line(B, C)))
case("nothing: version 1")(
    lambda: base() | {META: {k: v for k, v in base()[META].items() if k != "payload_type"}
                      | {"version": "1"}}
)  # fmt: skip
case("nothing: files in a folder that the entry names")(
    lambda: _set(
        {name if name in (META, "open.png") else f"data/{name}": v for name, v in base().items()},
        META, ("entry", 0, "file"), f"data/{GEO}",
    )
)  # fmt: skip
without("no legend", STYLE)
change("a property that is not defined", "geo/features/0/properties/extra", "x")

# --- both should refuse -------------------------------------------------------------------------
raw("byte-order mark in the metadata", META, lambda text: b"\xef\xbb\xbf" + text)
raw("byte-order mark in the GeoJSON", GEO, lambda text: b"\xef\xbb\xbf" + text)
raw("GeoJSON in Shift_JIS", GEO, lambda text: text.decode().encode("cp932"))
raw("GeoJSON cut off", GEO, lambda text: text[:-9])
without("no metadata file", META)
without("no attribute definition", COLUMNS)
without("no GeoJSON file", GEO)
without("no icon", "open.png")
case("no ZIP archive")(lambda: pack(base())[:400])
case("everything in a folder")(lambda: {f"layer/{name}": value for name, value in base().items()})
change("ttid empty", "meta/ttid", "")
change("ttid no UUID", "meta/ttid", "layer-1")
change("hours of three digits", "meta/information_date", "2026-01-02T003:04:05")
change("time with zone in the metadata", "meta/updated", "2026-01-02T03:04:05+09:00")
change("unknown category", "meta/category", "避難情報")
change("unknown audience", "meta/openflg", "公開")
change("unknown licence", "meta/license_id", "mit")
change("testflg missing", "meta/testflg", ...)
change("tags missing", "meta/tags", ...)
change("maintainer without e-mail", "meta/maintainer/e-mail", ...)
change("report number 10000", "meta/disaster/report", 10000)
change("lgcode of six digits", "meta/lgcode", ["172049"])
change("entry_num does not agree", "meta/entry_num", 2)
change("entry is no GeoJSON", "meta/entry/0/type", "CSV")
change("code of an unknown form", "meta/code", "1-1-1")
change("num_column does not agree", "columns/num_column", 9)
change("code of the definition differs", "columns/code", "99-999-99")


@case("required column missing")
def _() -> Files:
    files = base()
    del files[COLUMNS]["columns"][3]
    files[COLUMNS]["num_column"] = 6
    return files


change("conn_attr_list has an unknown word", "columns/columns/1/conn_attr_list", ["shut", "open"])
change("key_list too short", "columns/columns/1/key_list", ["1"])
change("List without value_list", "columns/columns/1/value_list", ...)
change("show missing", "columns/columns/0/show", ...)
change("value none of the choices", "geo/features/0/properties/eststts", "3")
change("text for a whole number", "geo/features/0/properties/evacueeno", "十")
change("decimal for a whole number", "geo/features/0/properties/evacueeno", 1.5)
change("number for a text", "geo/features/0/properties/name", 5)
change("time with slashes", "geo/features/0/properties/starttime", "2026/01/02 01:00:00")
change("municipality code of six digits", "geo/features/0/properties/citycode", "172049")
change("capital letters in a property", "geo/features/0/properties/Name", "x")
change("list as a value", "geo/features/0/properties/name", ["x"])
change("coordinates without decimal point", "geo/features/0/geometry/coordinates", [137, 37])
change("a third coordinate", "geo/features/0/geometry/coordinates", [136.9, 37.39, 5.0])
change("coordinates as text", "geo/features/0/geometry/coordinates", ["136.9", "37.39"])
change("unknown type of geometry", "geo/features/0/geometry/type", "Circle")
change("not a FeatureCollection", "geo/type", "Features")
change("legend: colour by name", "style/classes/0/color", "black")
change("legend: size missing", "style/classes/0/size", ...)
change("legend: value missing among several", "style/classes/0/value", ...)
change("legend: num_class does not agree", "style/num_class", 1)
case("polygon not closed")(lambda: universal(polygon(A, B, C, D)))
case("polygon of three positions")(lambda: universal(polygon(A, B, A)))
case("line of one position")(lambda: universal(line(A)))
case("multipoint without points")(lambda: universal({"type": "MultiPoint", "coordinates": []}))
case("points and lines mixed")(lambda: universal(line(A, B), {"type": "Point", "coordinates": A}))
case("whole number for a Double")(
    lambda: _set(universal(line(A, B)), GEO, ("features", 0, "properties", "depth"), 1)
)


def _set(files: Files, file: str, path: tuple[Any, ...], value: Any) -> Files:
    at = files[file]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return files


@case("two entries in a typed model")
def _() -> Files:
    files = base()
    files[META]["entry"] *= 2
    files[META]["entry_num"] = 2
    return files


@case("member names in Shift_JIS")
def _() -> bytes:
    files = base()
    files[META]["entry"][0]["file"] = "避難所_.geojson"
    renamed = {name.replace("shelters", "hinanjo"): value for name, value in files.items()}
    return pack(renamed).replace(b"hinanjo", "避難所_".encode("cp932"))


# --- what NIED's checker does not look at -------------------------------------------------------
change("longitude and latitude swapped", "geo/features/0/geometry/coordinates", [37.39, 136.9])
change("latitude of 95 degrees", "geo/features/0/geometry/coordinates", [136.9, 95.0])
change("longitude 0, latitude 0", "geo/features/0/geometry/coordinates", [0.0, 0.0])
raw("NaN for a coordinate", GEO, lambda text: text.replace(b"37.39", b"NaN", 1))
change("required value missing", "geo/features/0/properties/eststts", ...)
change("required value null", "geo/features/0/properties/name", None)
change("required value empty", "geo/features/0/properties/cityname", "")
change("true for a text", "geo/features/0/properties/name", True)
change("true for a whole number", "geo/features/0/properties/evacueeno", True)
change("minus five people", "geo/features/0/properties/evacueeno", -5)
change("no such prefecture", "geo/features/0/properties/citycode", "99204")
change("30 February", "geo/features/0/properties/starttime", "2026-02-30T01:00:00")
change("25 o'clock in the metadata", "meta/information_date", "2026-01-02T25:00:00")
change("full-width digits in a time", "meta/updated", "２０２６-01-02T03:04:05")
change("line feed after a time", "meta/updated", "2026-01-02T03:04:05\n")
change("title empty", "meta/title", "")
change("entry leads out of the package", "meta/entry/0/file", "../../../../../../etc/hostname")
change("legend: opacity of 1.5", "style/classes/0/fill_opacity", 1.5)
change("legend: second circle without colour", "style/classes/1", {
    "title": "開設", "value": "2", "point_type": "circle", "size": 9, "stroke": 1, "fill": "FFFFFF",
})  # fmt: skip
change("a point in another municipality", "geo/features/0/geometry/coordinates", [136.95, 37.05])
change("a point in the sea", "geo/features/0/geometry/coordinates", [136.3, 37.6])
change("the same identifier twice", "geo/features/0/properties/id", "S2")
case("the same feature twice")(
    lambda: _set(base(), GEO, ("features",), [feature(1), feature(1) | {"id": 2}])
)
case("line whose second position is text")(lambda: universal(line(A, ["x", "y"])))
case("line without length")(lambda: universal(line(A, A)))
case("polygon that crosses itself")(lambda: universal(polygon(A, C, B, D, A)))
case("polygon without area")(lambda: universal(polygon(A, B, A, A)))


@case("end before the beginning")
def _() -> Files:
    files = base()
    files[COLUMNS]["columns"].append(column("endtime", "閉鎖日時", "Datetime"))
    files[COLUMNS]["num_column"] = 8
    files[GEO]["features"][0]["properties"]["endtime"] = "2026-01-01T00:00:00"
    return files


@case("second List without choices")
def _() -> Files:
    files = base()
    files[COLUMNS]["columns"].append(column("type", "避難所種別", "List"))
    files[COLUMNS]["num_column"] = 8
    return files


@case("a column defined twice")
def _() -> Files:
    files = base()
    files[COLUMNS]["columns"].append(column("name", "名前", "String"))
    files[COLUMNS]["num_column"] = 8
    return files


@case("two members of one name")
def _() -> bytes:
    data = pack(base())
    return add(data, zipfile.ZipInfo(GEO), dump(base()[GEO]))


@case("member that leads out of the archive")
def _() -> bytes:
    return add(pack(base()), zipfile.ZipInfo("../../evil.sh"), b"#!/bin/sh\n")


@case("member that is a symbolic link")
def _() -> bytes:
    info = zipfile.ZipInfo("link.png")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return add(pack(base()), info, b"/etc/passwd")


@case("zip bomb: 64 MiB of zeros")
def _() -> bytes:
    info = zipfile.ZipInfo("photo.png")
    info.compress_type = zipfile.ZIP_DEFLATED
    return add(pack(base()), info, bytes(64 * 2**20))


# --- what NIED's checker crashes on ---------------------------------------------------------------
change("geometry null", "geo/features/0/geometry", None)
change("geometry missing", "geo/features/0/geometry", ...)
change("geometry collection", "geo/features/0/geometry", {
    "type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": A}, line(A, B)],
})  # fmt: skip
change("coordinates missing", "geo/features/0/geometry/coordinates", ...)
change("coordinates null", "geo/features/0/geometry/coordinates", None)
change("properties missing", "geo/features/0/properties", ...)
change("a feature that is null", "geo/features/0", None)
change("features is an object", "geo/features", {"a": 1})
change("version 2.0", "meta/version", "2.0")
change("raster", "meta/payload_type", "RASTER")
change("version of the definition is a number", "columns/version", 1)
change("an entry that is null", "meta/entry/0", None)
raw("metadata are a list", META, lambda text: b"[" + text + b"]")
raw("GeoJSON nested 100,000 deep", GEO, lambda text: b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


@case("encrypted member")
def _() -> bytes:
    data = bytearray(pack(base()))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        if data[at + 46 : at + 46 + len(GEO)] == GEO.encode():
            data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


# --- NIED's checker -----------------------------------------------------------------------------


def checker() -> Any | None:
    """NIED's checker from the checkout at NIED_CHECKER, or None."""
    root = os.environ.get("NIED_CHECKER")
    if not root or not (Path(root) / "Sip4dzipChecker").is_dir():
        return None
    if root not in sys.path:
        sys.path.insert(0, root)
    from Sip4dzipChecker import Sip4dzipChecker  # type: ignore[import-not-found]

    return Sip4dzipChecker


def nied(data: bytes) -> tuple[str, list[str]]:
    """NIED's verdict (pass, fail, or crash with the exception) and its errors and warnings."""
    found = checker()
    assert found is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.zip"
        path.write_bytes(data)
        one = found()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                verdict = "pass" if one.check(str(path)) else "fail"
        except Exception as error:
            verdict = f"crash: {type(error).__name__}"
        lines = [line for line in one.report.splitlines() if line.startswith(("[ERROR]", "[WARN]"))]
        return verdict, lines


def ours(data: bytes, hints: Hints = HINTS) -> str:
    """Our verdict, pass or fail, and with warnings if there are some."""
    found = validate(data, hints)
    if any(one.severity == "error" for one in found):
        return "fail"
    return "pass, with warnings" if found else "pass"


def first(data: bytes) -> str:
    """The first error (or warning) that we find."""
    found = sorted(validate(data, HINTS), key=lambda one: one.severity != "error")
    return found[0].what.replace("\n", " ").replace("|", "\\|") if found else ""


def rows() -> list[str]:
    """The rows of the table in docs/sip4d-zip-checks.md, NIED's verdicts as found now."""
    return [
        f"| {name} | {nied(build())[0]} | {ours(build())} | {first(build())[:100]} |"
        for name, build in CASES.items()
    ]


if __name__ == "__main__":
    print("\n".join(rows()))
