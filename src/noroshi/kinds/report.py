"""Reports: what a sender says in columns of its own making, and the layers they come in."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from noroshi.kinds import Scalar, kind, note


@kind("disaster.report", en="Report", ja="状況報告", layer="reports")
class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing reported with the sender's own attributes.

    Where each attribute carries its own time (SIP4D-ZIP codes `dddd-dd`), `update` has it, and a
    store merges attribute by attribute; the stamps of the position and of the deletion are under
    `geometry` and `time_to`.
    """

    title: Annotated[str, note("情報名", "what the report is about, as the sender calls it")]
    category: Annotated[str, note("分類", "the sender's category (建物被害, 交通 …)")] = ""
    code: Annotated[str, note("情報種別コード", "SIP4D-ZIP type code")] = ""
    attributes: Annotated[
        dict[str, Scalar], note("属性", "the sender's attributes by their Japanese names")
    ] = {}
    layer: Annotated[str, note("レイヤ", "title of the layer the report came in")] = ""
    update: Annotated[
        dict[str, str], note("属性更新日時", "when each attribute was last set, RFC 3339")
    ] = msgspec.field(default_factory=dict, name="_update")


class LayerEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One layer of a package: its title, attribute definitions, and how it is drawn."""

    title: Annotated[str, note("表題", "title of the layer")]
    columns: Annotated[
        list[dict[str, Any]], note("属性定義", "attribute definitions as the sender wrote them")
    ] = []
    style: Annotated[dict[str, Any] | None, note("凡例", "legend as the sender wrote it")] = None
    geometry: Annotated[str, note("形状", "Point, LineString, Polygon …; empty if mixed")] = ""


@kind("disaster.layer", en="Layer definition", ja="レイヤ定義", layer="reports")
class Layer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a sender says once about all records of a series: definitions, legend, licence.

    Times of sending are left out (they are the edition's), so that a layer sent again with other
    records, but otherwise as it was, is not stored again.
    """

    title: Annotated[str, note("表題", "title of the package")]
    code: Annotated[str, note("情報種別コード", "SIP4D-ZIP type code")]
    author: Annotated[str, note("作成者", "who made it")]
    category: Annotated[str, note("分類", "the sender's category")] = ""
    metadata: Annotated[
        dict[str, Any], note("メタデータ", "metadata as the sender wrote it, without times")
    ] = {}
    entries: Annotated[list[LayerEntry], note("レイヤ", "the layers of the package")] = []
    icons: Annotated[
        dict[str, str], note("アイコン", "images the legends use, by file name, base64")
    ] = {}
