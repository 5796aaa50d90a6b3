"""Small SIP4D-ZIP packages, made as JSON values by file name."""

from __future__ import annotations

import copy
import io
import json
import warnings
import zipfile
from typing import Any

META = "sip4d_zip_meta.json"
GEO, COLUMNS, STYLE = "shelters.geojson", "shelters_columns.json", "shelters_style.json"
Files = dict[str, Any]

_META: dict[str, Any] = {
    "version": "1.1", "title": "避難所", "ttid": "0c4f8f6e-5b1a-4b0e-9a51-2f1f6f3f9d10",
    "code": "01-001-01", "category": "避難", "tags": ["避難所"], "format": "SIP4D-ZIP",
    "payload_type": "VECTOR", "updated": "2026-01-02T03:04:05",
    "information_date": "2026-01-02T03:00:00",
    "author": {"name": "のろし県"}, "maintainer": {"name": "のろし県", "e-mail": "a@example.jp"},
    "disaster": {"name": "令和8年の訓練", "report": 3}, "openflg": "一般公開可能",
    "testflg": "訓練", "character": "UTF-8", "license_id": "cc-by", "note": "試験用",
    "lgcode": ["17000"], "entry_num": 1,
    "entry": [{"type": "GeoJSON", "title": "避難所", "file": GEO,
               "updated": "2026-01-02T03:04:05"}],
}  # fmt: skip


def column(name: str, jname: str, type: str, **more: Any) -> dict[str, Any]:
    """The definition of a column that stands for the attribute of its name."""
    return {"name": name, "jname": jname, "connid": name, "show": True, "type": type, **more}


_COLUMNS: dict[str, Any] = {
    "version": "1", "code": "01-001-01", "num_column": 7,
    "columns": [
        column("id", "ID", "String"),
        column("eststts", "避難所区分", "List", num_key=2, key_list=["1", "2"],
                value_list=["未開設", "開設"], conn_attr_list=["notopen", "open"]),
        column("name", "施設名称", "String"),
        column("cityname", "市区町村名", "String"),
        column("citycode", "市区町村コード", "String"),
        column("evacueeno", "避難者数", "Integer"),
        column("starttime", "開設日時", "Datetime"),
    ],
}  # fmt: skip
_STYLE: dict[str, Any] = {
    "num_class": 2, "type": "point", "column": "eststts",
    "classes": [
        {"title": "未開設", "value": "1", "point_type": "circle", "color": "000000", "stroke": 1,
         "fill": "FFFFFF", "size": 10},
        {"title": "開設", "value": "2", "point_type": "icon", "icon": "open.png", "size": 24},
    ],
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def feature(number: int, longitude: float = 136.9, latitude: float = 37.39) -> dict[str, Any]:
    """A shelter in 輪島市, open, with `number` people."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude + number / 1000, latitude]},
        "properties": {
            "id": f"S{number}", "eststts": "2", "name": f"第{number}小学校", "cityname": "輪島市",
            "citycode": "17204", "evacueeno": number, "starttime": "2026-01-02T01:00:00",
        },
    }  # fmt: skip


def base() -> Files:
    """A valid package of three shelters, as JSON values by file name."""
    return {
        META: copy.deepcopy(_META),
        GEO: {"type": "FeatureCollection", "features": [feature(n) for n in (1, 2, 3)]},
        COLUMNS: copy.deepcopy(_COLUMNS),
        STYLE: copy.deepcopy(_STYLE),
        "open.png": PNG,
    }


def universal(geometry: dict[str, Any], *more: dict[str, Any]) -> Files:
    """A valid package of the universal model with these geometries (if they are valid)."""
    files = base()
    files[META] |= {"code": "99-999-99", "category": "その他", "title": "報告"}
    files[META]["entry"][0]["title"] = "報告"
    files[COLUMNS] = {
        "version": "1", "code": "99-999-99", "num_column": 2,
        "columns": [
            {"name": "name", "jname": "名称", "show": True, "type": "String"},
            {"name": "depth", "jname": "深さ", "show": True, "type": "Double"},
        ],
    }  # fmt: skip
    files[GEO]["features"] = [
        {
            "type": "Feature",
            "geometry": copy.deepcopy(one),
            "properties": {"name": f"地点{n}", "depth": 0.5},
        }
        for n, one in enumerate((geometry, *more))
    ]
    family = "line" if "Line" in geometry["type"] else "polygon"
    drawn = {"title": "報告", "color": "0041FF", "stroke": 1, "fill": "0041FF"}
    files[STYLE] = {"num_class": 1, "type": family, "classes": [drawn]}
    del files["open.png"]
    return files


def line(*coordinates: Any) -> dict[str, Any]:
    """A LineString."""
    return {"type": "LineString", "coordinates": list(coordinates)}


def polygon(*ring: Any) -> dict[str, Any]:
    """A Polygon of one ring."""
    return {"type": "Polygon", "coordinates": [list(ring)]}


A, B, C, D = [136.5, 37.1], [136.6, 37.1], [136.6, 37.2], [136.5, 37.2]


def dump(value: Any) -> bytes:
    """A JSON value, or bytes as they are."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, ensure_ascii=False).encode()


def pack(files: Files) -> bytes:
    """The archive of `files`; a name may be a ZipInfo."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, value in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 4))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, dump(value))
    return buffer.getvalue()


def add(data: bytes, info: zipfile.ZipInfo, content: bytes) -> bytes:
    """The archive with one more member, whatever its name."""
    buffer = io.BytesIO(data)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(info, content)
    return buffer.getvalue()
