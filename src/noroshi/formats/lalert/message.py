"""A document for the commons in the envelope's own words (EDXL-DE 1.0 §3.2). "" is not written."""

from __future__ import annotations

import msgspec

from noroshi.formats.cap.message import Named, Ring

#: Of the words of §3.2.1 those that are used here.
STATUSES = ("Actual", "Exercise", "Test")
TYPES = ("Report", "Update", "Cancel")
#: §3.2.1 `combinedConfidentiality`: the word for what everybody may read.
OPEN = "UNCLASSIFIED AND NOT SENSITIVE"
#: What a body tells of: 避難情報, 避難所情報, お知らせ.
ORDER, SHELTER, NOTICE = "EvacuationOrder", "Shelter", "Notice"


class Area(msgspec.Struct, frozen=True):
    """Where: prefectures by ISO 3166-2 (JP-17), municipalities by six digits (全国地方公共団体
    コード), rings in longitude and latitude."""

    prefectures: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    rings: tuple[Ring, ...] = ()


class Reference(msgspec.Struct, frozen=True):
    """An earlier distribution, by what identifies it. `sent` is microseconds UTC."""

    distribution: str
    sender: str
    sent: int


class Body(msgspec.Struct, frozen=True):
    """What is told: named values in order, and the words for people by language."""

    category: str
    fields: tuple[Named, ...] = ()
    texts: tuple[Named, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one document. `id` stays for as long as the thing is told of; `revision`
    rises from 1 on; `previous` is the revision that this one takes the place of."""

    distribution: str
    sender: str
    sent: int
    status: str
    type: str
    references: tuple[Reference, ...] = ()
    area: Area = Area()
    id: str
    revision: int
    previous: int | None = None
    title: str
    publisher: str = ""
    body: Body
