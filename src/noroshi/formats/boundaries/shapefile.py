"""A zipped Shapefile (ESRI 1998) as MLIT publishes N03: its polygons with their attributes."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from pathlib import PurePosixPath

import shapely

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Finding, Limits
from noroshi.formats.boundaries.topojson import Shape
from noroshi.formats.japanese import decode

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MAGIC = (9994).to_bytes(4, "big")  # file code, ESRI Shapefile Technical Description, table 1
_SAME_CRS = {"EPSG:4326", "EPSG:6668", "EPSG:4612", "EPSG:6667", "OGC:CRS84"}


def read_shapefile(data: bytes, limits: Limits, faults: list[Finding]) -> list[Shape]:
    """Every polygon of the one Shapefile in a ZIP; one that is damaged becomes a Finding.

    Raises UnreadableMessage for what is no such archive, for coordinates other than longitude and
    latitude of JGD2000, JGD2011 or WGS 84, and LimitExceeded beyond the limits.
    """
    import pyogrio

    packed, encoding = _repack(data, limits)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            meta, _, geometries, columns = pyogrio.raw.read(packed, encoding=encoding)
    except Exception as error:  # a damaged file makes the library fail in ways of its own
        raise UnreadableMessage(f"not a Shapefile: {error}") from None
    faults += [Finding("warning", "Shapefile", str(one.message)) for one in said]
    crs = meta["crs"]
    if crs is not None and crs not in _SAME_CRS:
        raise UnreadableMessage(
            f"coordinates in {str(crs)[:60]}, not longitude and latitude",
            where=".prj",
            remedy="write it in JGD2011: ogr2ogr -t_srs EPSG:6668 out.shp in.shp",
        )
    if len(geometries) > limits.records:
        raise LimitExceeded(f"more than {limits.records} geometries", where=".shp")
    names = [str(name) for name in meta["fields"]]
    rows = zip(*columns, strict=True) if columns else ((),) * len(geometries)
    shapes: list[Shape] = []
    for number, (row, wkb) in enumerate(zip(rows, geometries, strict=True)):
        if wkb is None:
            continue
        try:
            shape = shapely.from_wkb(wkb)
            west, south, east, north = shape.bounds
            if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
                raise ValueError("a position off the globe")
        except (shapely.errors.GEOSException, ValueError) as error:
            what = f"the feature is left out: {error}"
            faults.append(Finding("error", f"feature {number}", what, "write the file again"))
            continue
        shapes.append((dict(zip(names, row, strict=True)), shape))
    return shapes


def _repack(data: bytes, limits: Limits) -> tuple[bytes, str]:
    """The parts of one Shapefile alone in a new archive, and the encoding of its table.

    The geometry library gets nothing else of the sender's archive to look at: no other layers,
    no paths, nothing beyond the limits.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:
        raise UnreadableMessage(f"not a ZIP archive: {error}") from None
    if len(members) > limits.members:
        raise LimitExceeded(f"more than {limits.members} members")
    stems: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for one in members:
        path = PurePosixPath(one.filename.replace("\\", "/"))
        suffix = path.suffix.lower()
        if suffix in _PARTS:
            stems.setdefault(str(path.with_suffix("")), {})[suffix] = one
    whole = {stem: parts for stem, parts in stems.items() if {".shp", ".shx", ".dbf"} <= {*parts}}
    if len(whole) != 1:
        raise UnreadableMessage(
            f"the archive holds {len(whole)} Shapefiles",
            remedy="one with its .shp, .shx and .dbf is needed",
        )
    [parts] = whole.values()
    contents: dict[str, bytes] = {}
    left = limits.expanded_bytes
    for suffix, member in parts.items():
        contents[suffix] = _inflate(archive, member, left, len(data), limits)
        left -= len(contents[suffix])
    if not contents[".shp"].startswith(_MAGIC):
        raise UnreadableMessage("not a Shapefile", where=parts[".shp"].filename)
    if ".cpg" in contents:
        encoding = contents.pop(".cpg").decode("ascii", "replace").strip()
        encoding = {"932": "CP932", "SJIS": "CP932", "SHIFT_JIS": "CP932"}.get(
            encoding.upper(), encoding
        )
    else:
        encoding = {"cp932": "CP932", "euc_jp": "EUC-JP"}.get(decode(contents[".dbf"])[1], "UTF-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as again:
        for suffix, content in contents.items():
            again.writestr("places" + suffix, content)
    return packed.getvalue(), encoding


def _inflate(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, size: int, limits: Limits
) -> bytes:
    """A member's bytes, never more than the limits allow whatever its header promises."""
    most = min(left, size * limits.expansion_ratio)
    try:
        with archive.open(member) as stream:
            content = stream.read(most + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise UnreadableMessage(f"cannot be unpacked: {error}", where=member.filename) from None
    if len(content) > most:
        raise LimitExceeded(
            f"expands beyond {most} bytes",
            where=member.filename,
            remedy="raise `expanded_bytes` in the settings if you trust the sender",
        )
    return content
