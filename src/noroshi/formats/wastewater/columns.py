"""What the columns of a table of wastewater are: by their headings, in Japanese or English."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Limits
from noroshi.formats.csv.table import Line, read_rows
from noroshi.formats.japanese import header
from noroshi.formats.wastewater.units import unit_of

_LINES = 30
_WIDEST = 200

_NAMES = {
    "date": "採水日|採水年月日|採取日|採水日時|調査日|試料採取日|sampling_date|sample_date|"
            "sample_collect_date|sampled|samplingdate|date",
    "plant": "処理場名|処理場|下水処理場|下水処理場名|処理施設|施設名|浄化センター名|採水場所|"
             "採水地点|plant|plant_name|site|wwtp|wwtp_name|treatmentplant",
    "code": "処理場コード|施設コード|plant_code|plant_id|wwtp_id|site_id",
    "target": "対象|対象病原体|病原体|対象ウイルス|ウイルス|ウイルス名|検査項目|測定項目|target|"
              "pathogen|pcr_target|virus",
    "concentration": "濃度|ウイルス濃度|rna濃度|ウイルスrna濃度|遺伝子濃度|測定値|測定結果|"
                     "concentration|value|pcr_target_avg_conc",
    "detected": "検出|検出結果|判定|検出の有無|detected|result|detection",
    "detection_limit": "検出下限値|検出下限|検出限界|検出限界値|detection_limit|lod|lod_sewage",
    "quantification_limit": "定量下限値|定量下限|定量限界|quantification_limit|loq",
    "method": "測定法|測定方法|検査法|検査方法|分析方法|method|pcr_type|concentration_method",
    "sample": "試料|試料種別|検体|採水方法|sample|sample_type|sample_matrix",
    "flow": "流入水量|流入下水量|流入量|日流入水量|流量|flow|flow_rate|inflow",
    "population": "処理人口|処理区域内人口|接続人口|水洗化人口|対象人口|population|"
                  "population_served",
    "normaliser": "pmmov濃度|pmmov|トウガラシ微斑ウイルス濃度",
    "normalised": "正規化値|補正値|補正濃度|規格化値|normalised|normalized",
    "municipality": "市町村|市区町村|市区町村名|市町村名|自治体|自治体名|municipality|city",
    "area": "市区町村コード|全国地方公共団体コード|municipality_code",
    "longitude": "経度|longitude|lon",
    "latitude": "緯度|latitude|lat",
    "remarks": "備考|特記事項|remarks|comment|notes",
}  # fmt: skip
_MEANING = {header(one): field for field, names in _NAMES.items() for one in names.split("|")}

#: Targets by what their names hold, the most particular first.
_TARGETS = (
    ("sars_cov_2", r"sars-?cov-?2|新型コロナ|コロナウイルス|covid|(?<![a-z0-9])n[12](?![a-z0-9])"),
    (
        "influenza_a",
        r"インフルエンザ(?:ウイルス)?[(\[]?a|influenza_?a|flu_?a|a型インフル|infa",
    ),
    (
        "influenza_b",
        r"インフルエンザ(?:ウイルス)?[(\[]?b|influenza_?b|flu_?b|b型インフル|infb",
    ),
    ("influenza", r"インフルエンザ|influenza"),
    ("norovirus_gii", r"(?:ノロ|noro)[a-zウイルス]*_?\(?gii|ノロ.*gⅱ"),
    ("norovirus_gi", r"(?:ノロ|noro)[a-zウイルス]*_?\(?gi"),
    ("norovirus", r"ノロ|noro"),
    ("rsv", r"rsv|rsウイルス|respiratorysyncytial"),
    ("poliovirus", r"ポリオ|polio"),
    ("mpox", r"エムポックス|サル痘|mpox|monkeypox"),
    ("measles", r"麻しん|麻疹|measles"),
    ("hepatitis_a", r"a型肝炎|hepatitis_?a"),
    ("pmmov", r"pmmov|トウガラシ微斑|peppermild"),
)
_TARGET = [(code, re.compile(pattern)) for code, pattern in _TARGETS]
_PLANT = re.compile(r"処理場|センター|浄化|プラント|plant|wwtp|stp")
_UNITS = re.compile(r"[\[(](?:m3/日|m3/d|m³/日|m³/d|立方メートル/日|人|℃|mg/l|コピー/l)[\])]$")


class Column(msgspec.Struct, frozen=True):
    """What a column holds: a `field`; or a concentration, of `target` or at `plant` where the
    heading names one. Its numbers times `factor` are copies/L, of 10^number where `log`; `unread`
    is what of its unit is not understood: then its numbers are not either."""

    field: str = ""
    target: str = ""
    name: str = ""
    plant: str = ""
    factor: float = 1.0
    log: bool = False
    unit: bool = False
    unread: str = ""


class Layout(msgspec.Struct):
    """The line of the header, its columns, and the target that the lines above it name."""

    at: int
    columns: list[Column]
    titles: list[str]
    target: str = ""
    name: str = ""


def target_of(text: str) -> str:
    """The code of the target that a text names, or nothing."""
    plain = header(text)
    return next((code for code, pattern in _TARGET if pattern.search(plain)), "")


@lru_cache(maxsize=1024)
def column_of(title: str) -> Column:
    """What a heading means."""
    if len(title) > 200:
        return Column()
    unit = unit_of(title)
    plain = unit.name
    said = Column("concentration", factor=unit.factor, log=unit.log, unit=unit.known,
                  unread=unit.unread)  # fmt: skip
    field = _MEANING.get(_UNITS.sub("", plain), "")
    if field in ("concentration", "normaliser", "detection_limit", "quantification_limit"):
        return msgspec.structs.replace(said, field=field)
    if field:
        return Column(field)
    if (target := target_of(plain)) and (
        unit.known or "濃度" in plain or "conc" in plain or "量" in plain or len(plain) < 20
    ):
        name = re.sub(r"(?:ウイルス)?(?:rna|遺伝子)?(?:濃度|量)$", "", plain)
        return msgspec.structs.replace(said, target=target, name=name or plain)
    if _PLANT.search(plain):
        bare = re.sub(r"[\[(（].*?[\])）]$", "", title.strip())
        return msgspec.structs.replace(said, plant=bare)
    return said if unit.known else Column()


def find_layout(rows: list[Line]) -> Layout | None:
    """The header of a table of wastewater; None for any other table."""
    for at, (_, cells) in enumerate(rows[:_LINES]):
        titles = [cell.strip() for cell in cells[:_WIDEST]]
        columns = [column_of(one) for one in titles]
        fields = {one.field for one in columns}
        if "date" not in fields or not fields & {"concentration", "detected"}:
            continue
        above = " ".join(" ".join(one) for _, one in rows[:at])
        layout = Layout(at, columns, titles, target_of(above))
        measured = [one for one in columns if one.field == "concentration"]
        placed = "plant" in fields or any(one.plant for one in measured)
        # A date and a value are of anything; what is meant here says so.
        telling = (
            "target" in fields or bool(layout.target) or any(one.target for one in measured)
        ) and (any(one.unit or one.target for one in measured) or "下水" in above
               or {"plant", "target"} <= fields)  # fmt: skip
        if placed and telling:
            return layout
    return None


def is_table(head: bytes, cut: bool) -> bool:
    """True if the first lines are those of a table of wastewater."""
    try:
        if cut:
            head = head[: head.rfind(b"\n") + 1] or head
        return find_layout(read_rows(head, Limits()).rows) is not None
    except UnreadableMessage:
        return False
