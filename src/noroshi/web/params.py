"""Parameters that several operations take."""

from __future__ import annotations

from typing import Any

from noroshi.web.routing import Param

_FOUR: dict[str, Any] = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
BBOX = Param("bbox", "West,south,east,north in degrees (or in bbox-crs)", "範囲（西,南,東,北）",
             _FOUR)  # fmt: skip
AREA = Param("area", "A prefecture (17), a municipality (17202), or scheme:code", "地域コード",
             {"type": "string"}, "17202")  # fmt: skip
FILTER = Param("filter", "CQL2 filter", "CQL2による条件")
FILTER_LANG = Param(
    "filter-lang", "Language of the filter", "条件の記法",
    {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
)  # fmt: skip
MODE = Param(
    "mode", "Real, exercise or test; never mixed", "実・訓練・試験",
    {"type": "string", "enum": ["actual", "exercise", "test"], "default": "actual"},
)  # fmt: skip
DATETIME = Param(
    "datetime", "Valid time: when it is true in the world; an instant or start/end. Default: now",
    "有効時刻（いつの事実か）。時点または 開始/終了。省略時は現在", {"type": "string"},
)  # fmt: skip
AS_OF = Param(
    "as-of", "Recorded time: as known then. Default: now",
    "記録時刻（いつ知っていたか）。省略時は現在",
    {"type": "string"},
)  # fmt: skip
CRS = Param("crs", "Reference system of the answer", "応答の座標参照系", {"type": "string", "format": "uri"})  # fmt: skip  # noqa: E501
BBOX_CRS = Param("bbox-crs", "Reference system of bbox", "bboxの座標参照系", {"type": "string", "format": "uri"})  # fmt: skip  # noqa: E501
FILTER_CRS = Param("filter-crs", "Reference system of the filter's geometries", "条件の座標参照系", {"type": "string", "format": "uri"})  # fmt: skip  # noqa: E501


def limit(default: int, most: int) -> Param:
    """At most so many; more than `most` are not given at once."""
    return Param(
        "limit", "At most so many", "件数の上限",
        {"type": "integer", "minimum": 1, "maximum": most, "default": default},
    )  # fmt: skip
