"""Evacuation orders, shelters and issued alerts as documents for the public commons (Lアラート).

The commons hands on what is for publication: what not everybody may read is left out. A thing is
one document (`documentID`, a UUID of version 5) for good; each edition of it is a revision.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.alerts.areas import rings
from noroshi.channels.alerts.compose import Sender, identifier
from noroshi.channels.alerts.issued import bracketed
from noroshi.channels.alerts.package import Packed, things
from noroshi.channels.alerts.saying import lines
from noroshi.channels.match import Keep
from noroshi.core.errors import InvalidRecord, NoroshiError
from noroshi.core.label import Sharing, to_tlp
from noroshi.core.record import Action, Mode, Version
from noroshi.engine.sharing import Sharings
from noroshi.formats.cap.message import Named
from noroshi.formats.lalert.geocode import area
from noroshi.formats.lalert.message import NOTICE, ORDER, SHELTER, Body, Document, Reference
from noroshi.formats.lalert.write import write
from noroshi.kinds import decode
from noroshi.kinds.evacuation import EvacuationOrder
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert
from noroshi.kinds.shelter import Shelter
from noroshi.store import Query, Store

EVACUATION, SHELTERS = "disaster.evacuation_order", "disaster.shelter"
KINDS = frozenset((ISSUED, EVACUATION, SHELTERS))
_STATUS = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}
_MARKS = {Mode.ACTUAL: "", Mode.EXERCISE: "【訓練】", Mode.TEST: "【試験】"}
_FOREIGN = {Mode.ACTUAL: "", Mode.EXERCISE: "[EXERCISE] ", Mode.TEST: "[TEST] "}
_STATES = {"open": "開設", "closed": "閉鎖", "not_open": "未開設"}
#: Actions of an issued alert that are 避難情報 (内閣府 避難情報に関するガイドライン, 2021).
_EVACUATE = ("save_life", "evacuate", "evacuate_early")
#: How many earlier distributions one refers to at most.
REFERENCES = 50
_DATE = (1980, 1, 1, 0, 0, 0)


def pack(store: Store, query: Query, by: Sender, keep: Keep | None = None) -> Packed:
    """A ZIP of the documents of the picture that `query` asks for, and of what ended in the day
    before, each as `documentID-revision.xml`. Raises as `check_sender` does."""
    check_sender(by)
    labels = Sharings(store)
    meaning = cache(labels.meaning)
    found: dict[str, bytes] = {}
    closed = unsaid = 0
    notes: list[str] = []
    for version in things(store, query, keep, KINDS):
        if version.kind not in KINDS:
            continue
        if not _public(meaning(version.label)):
            closed += 1
            continue
        every = store.editions(
            version.kind, version.series_id, version.key, query.reader, query.as_of
        )
        made = document(version, [one for one in every if _public(meaning(one.label))], by)
        if made is None:
            unsaid += 1
            continue
        try:
            found[f"{made.id}-{made.revision}.xml"] = write(made)
        except InvalidRecord as error:
            notes.append(f"left out: {error}")
    if closed:
        notes.append(f"{closed} left out: not for everybody, and the commons publishes")
    if unsaid:
        notes.append(f"{unsaid} left out: nothing is said of whether the shelter is open")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(found.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return Packed(buffer.getvalue(), len(found), notes)


def check_sender(by: Sender, where: str = "") -> None:
    """Raises NoroshiError where the node has no mail address: EDXL-DE 1.0 §3.2.1 wants a `senderID`
    like actor@domain."""
    if "@" not in by.id:
        raise NoroshiError("lalert: the sender has no mail address for senderID", where=where,
                           remedy="set `contact` of [node] to a mail address")  # fmt: skip


def document_id(version: Version, by: Sender) -> str:
    """The id of the document of a thing: the same for all its editions by this sender in this mode,
    and for no other."""
    name = msgspec.json.encode(
        (by.id, "lalert", version.kind, version.series, version.key, int(version.mode))
    )
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name.decode()))


def document(version: Version, editions: Sequence[Version], by: Sender) -> Document | None:
    """The document of `version`, or None where it says nothing that anybody need hear.

    `editions` are those of the same thing that the receiver may see, in order: the revision is the
    place among them. A later one never has a lower revision, also when an older one comes in late.
    """
    at = next((at for at, one in enumerate(editions) if one.id == version.id), len(editions))
    earlier = _standing(editions[:at])
    ended = version.action is Action.CANCEL
    if not earlier and (ended or not _tells(version)):
        return None
    said = earlier[-1][1] if ended and version.kind != ISSUED else version
    words = decode(said.kind, said.body)
    mark = _MARKS[version.mode]
    title, publisher, body, places = _TELL[version.kind](words, version, ended)
    if version.kind == ISSUED and _ordered(words, earlier):
        body = msgspec.structs.replace(body, category=ORDER)
    shape = version.geometry
    return Document(
        distribution=_distribution(version, by), sender=by.id, sent=version.issued,
        status=_STATUS[version.mode],
        type="Cancel" if ended else "Update" if earlier else "Report",
        references=tuple(
            Reference(_distribution(one, by), by.id, one.issued)
            for _, one in earlier[-REFERENCES:]
        ),
        area=area(places or filter(None, [said.area]),
                  () if shape is None or len(shape) == 21 else rings(shape)),
        id=document_id(version, by), revision=at + 1,
        previous=earlier[-1][0] + 1 if earlier else None,
        title=_marked(title, mark), publisher=publisher or version.source, body=body,
    )  # fmt: skip


def _public(sharing: Sharing) -> bool:
    return sharing == Sharing(tlp=sharing.tlp) and to_tlp(sharing) == "CLEAR"


def _tells(version: Version) -> bool:
    """Lists of designated shelters say of none whether it is open, and are no news."""
    if version.kind != SHELTERS:
        return True
    said: Shelter = decode(SHELTERS, version.body)
    return said.status in _STATES


def _standing(before: Sequence[Version]) -> list[tuple[int, Version]]:
    """The editions since the thing last ended that were told, with their places."""
    found: list[tuple[int, Version]] = []
    for at, one in enumerate(before):
        if one.action is Action.CANCEL:
            found = []
        elif found or _tells(one):
            found.append((at, one))
    return found


def _distribution(version: Version, by: Sender) -> str:
    """The id of the distribution of an edition."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "lalert " + identifier(version, by)))


def _ordered(said: IssuedAlert, earlier: Sequence[tuple[int, Version]]) -> bool:
    """An alert that called for evacuation stays a document of evacuation orders to its end."""
    every: list[IssuedAlert] = [said, *(decode(ISSUED, one.body) for _, one in earlier)]
    return any(one.action in _EVACUATE for one in every)


def _marked(text: str, mark: str) -> str:
    return text if text.startswith(mark.strip()) else mark + text


_Told = tuple[str, str, Body, list[str]]
"""Title, who publishes it, the body, and areas that the body names itself."""


def _order(said: EvacuationOrder, version: Version, ended: bool) -> _Told:
    lifted = said.lifted or ended
    title = f"{said.municipality}：{said.kind}　{'解除' if lifted else '発令'}"
    fields = _fields(
        kind=said.kind, level=said.level, state="lifted" if lifted else "ordered",
        municipality=said.municipality, hazard=said.hazard, district=said.districts,
        households=said.households, persons=said.persons, reason=said.reason,
        ordered=said.ordered, lifted=said.lifted_at, remarks=said.remarks,
    )  # fmt: skip
    text = _marked(lines(title, "、".join(said.districts), said.reason), _MARKS[version.mode])
    return title, said.municipality, Body(ORDER, fields, (("ja", text),)), []


def _shelter(said: Shelter, version: Version, ended: bool) -> _Told:
    state = "掲載終了" if ended else _STATES.get(said.status, "開設状況不明")
    title = "：".join(filter(None, (said.municipality, f"{said.name}　{state}")))
    fields = _fields(
        name=said.name, kana=said.kana, state="ended" if ended else said.status,
        category=said.category, municipality=said.municipality, address=said.address,
        opened=said.opened, closed=said.closed, headcount=said.headcount,
        households=said.households, capacity=said.capacity, crowding=said.crowding,
    )  # fmt: skip
    text = _marked(lines(title, said.address), _MARKS[version.mode])
    return title, said.municipality, Body(SHELTER, fields, (("ja", text),)), []


def _issued(said: IssuedAlert, version: Version, ended: bool) -> _Told:
    words = {one.language: drop_readings(one.headline) for one in said.texts}
    title = words.get("ja") or next(iter(words.values()), "") or "、".join(said.area_names)
    if ended and "解除" not in title:
        title = f"終了：{title}"
    fields = _fields(
        edition=said.number, kind=said.kind, alarm="yes" if said.alarm else "no",
        hazard=said.hazard, level=said.level, action=said.action, state="ended" if ended else "",
        area=said.area_names, district=said.districts, begins=said.begins, expires=said.expires,
    )  # fmt: skip
    texts = tuple(
        (one.language, _marked(
            bracketed(lines(one.headline, one.level, one.action, one.place, one.time, one.reason,
                            one.source)),
            (_MARKS if one.language in ("ja", "easy") else _FOREIGN)[version.mode],
        ))
        for one in said.texts
    )  # fmt: skip
    return title, said.issuer, Body(NOTICE, fields, texts), said.areas


_TELL: dict[str, Any] = {EVACUATION: _order, SHELTERS: _shelter, ISSUED: _issued}


def _fields(**named: Any) -> tuple[Named, ...]:
    """Values by name, without those that are not said; a list is a value each."""
    return tuple(
        (name, str(value))
        for name, given in named.items()
        for value in (given if isinstance(given, list) else [given])
        if value is not None and value != ""
    )
