"""The metadata of a package to write: what was asked for, else the layer's own, else defaults."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from noroshi.core.label import BUILT_IN, OWN, Sharing, to_openflg
from noroshi.core.record import Mode, Version
from noroshi.core.time import JST, show
from noroshi.formats.sip4d_zip.metadata import FLAGS
from noroshi.formats.sip4d_zip.rows import Table
from noroshi.formats.sip4d_zip.vocabulary import AUDIENCES, CATEGORIES, LICENCES
from noroshi.kinds.report import Layer, Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter

#: Maintainers need an address. This one says that there is none (RFC 2606).
NO_ADDRESS = "noreply@noroshi.invalid"
_E_MAIL = re.compile(r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+")
_UUID = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}")
_CITIES = re.compile(r"[0-9]{5}(,[0-9]{5})*")
_NAMESPACE = uuid.UUID("6f0c1f0e-6d0e-5a47-9d55-3a3f6f0a7a11")


class Heading(msgspec.Struct):
    """A package's metadata, complete and valid. Times are written in Japan time without zone."""

    code: str
    title: str
    ttid: str
    author: str
    author_e_mail: str
    maintainer: str
    e_mail: str
    category: str
    disaster: str
    disaster_id: str
    report: int | None
    note: str
    remark: str
    tags: list[str]
    lgcode: list[str]
    credit: list[str]
    openflg: str
    license_id: str
    license_note: str
    mode: Mode
    updated: str
    information: str

    def metadata(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        """The object of `sip4d_zip_meta.json` (version 1.1)."""
        author = {"name": self.author}
        if self.author_e_mail:
            author["e-mail"] = self.author_e_mail
        disaster: dict[str, Any] = {"name": self.disaster}
        if self.disaster_id:
            disaster["id"] = self.disaster_id
        if self.report is not None:
            disaster["report"] = self.report
        found: dict[str, Any] = {
            "version": "1.1",
            "title": self.title,
            "ttid": self.ttid,
            "code": self.code,
            "category": self.category,
            "tags": self.tags,
            "format": "SIP4D-ZIP",
            "payload_type": "VECTOR",
            "updated": self.updated,
            "information_date": self.information,
            "author": author,
            "maintainer": {"name": self.maintainer, "e-mail": self.e_mail},
            "disaster": disaster,
            "openflg": self.openflg,
            "testflg": FLAGS[self.mode],
            "character": "UTF-8",
            "license_id": self.license_id,
            "license_note": self.license_note,
            "credit": self.credit,
            "note": self.note,
            "remark": self.remark,
            "entry_num": len(entries),
            "entry": entries,
        }
        if self.lgcode:
            found["lgcode"] = self.lgcode
        return found


def heading(
    layers: Sequence[Layer],
    versions: Sequence[Version],
    found: Sequence[Table],
    *,
    mode: Mode,
    code: str,
    sharings: Mapping[int, Sharing] = BUILT_IN,
    title: str | None = None,
    author: str | None = None,
    maintainer: str | None = None,
    e_mail: str | None = None,
    category: str | None = None,
    disaster: str | None = None,
    note: str | None = None,
    tags: Sequence[str] | None = None,
    lgcode: Sequence[str] | None = None,
    openflg: str | None = None,
    license_id: str | None = None,
    updated: int | None = None,
    information: int | None = None,
) -> Heading:
    """The metadata for a package of `versions`.

    `updated` and `information` are microseconds UTC, by default the latest time of issue and the
    latest time from which a record holds. `ttid` stays the layer's while its author and title do;
    otherwise it follows from author, title and code, so that it is the same each time. `openflg`
    is never wider than the layer's own, nor than what `sharings` says of any record's label.
    """
    layer = layers[0] if layers else None
    raw: dict[str, Any] = layer.metadata if layer is not None else {}
    own_title = title or (layer.title if layer else "") or found[0].title
    own_author = author or (layer.author if layer else "") or "Noroshi"
    same = layer is not None and own_title == layer.title and own_author == layer.author
    ttid = _text(raw, "ttid").lower()
    if not (same and len(layers) == 1 and _UUID.fullmatch(ttid)):
        ttid = str(uuid.uuid5(_NAMESPACE, "\n".join((own_author, own_title, code))))
    keeper, event = _part(raw, "maintainer"), _part(raw, "disaster")
    keeper_address = _text(keeper, "e-mail") or _text(keeper, "e_mail")
    author_address = _text(_part(raw, "author"), "e-mail") if same else ""
    if maintainer is None and not same:
        keeper_address = ""
    issued = max(one.issued for one in versions) if updated is None else updated
    since = max((one.valid_from for one in versions), default=issued)
    since = min(since, issued) if information is None else information
    report = event.get("report")
    return Heading(
        code=code,
        title=own_title,
        ttid=ttid,
        author=own_author,
        author_e_mail=author_address if _E_MAIL.fullmatch(author_address) else "",
        maintainer=maintainer or (_text(keeper, "name") if same else "") or own_author,
        e_mail=next(
            (one for one in (e_mail or "", keeper_address) if _E_MAIL.fullmatch(one)), NO_ADDRESS
        ),
        category=_one_of(CATEGORIES, category, layer.category if layer else "", _category(found)),
        disaster=disaster or _text(event, "name") or "-",
        disaster_id="" if disaster else _text(event, "id"),
        report=report if type(report) is int and 0 <= report <= 9999 and not disaster else None,
        note=note or _text(raw, "note") or own_title,
        remark=_text(raw, "remark"),
        tags=list(tags) if tags is not None else _texts(raw, "tags"),
        lgcode=[
            one
            for one in (list(lgcode) if lgcode is not None else _texts(raw, "lgcode"))
            if _CITIES.fullmatch(one)
        ],
        credit=_texts(raw, "credit"),
        openflg=_one_of(AUDIENCES, openflg, _audience(layers, versions, sharings)),
        license_id=_one_of(LICENCES, license_id, _text(raw, "license_id"), "other-closed"),
        license_note=_text(raw, "license_note"),
        mode=mode,
        updated=_wire_time(issued),
        information=_wire_time(since),
    )


def _audience(
    layers: Sequence[Layer], versions: Sequence[Version], sharings: Mapping[int, Sharing]
) -> str:
    """The narrowest of what the records' labels and the layers' own metadata allow."""
    labels = {one.label for one in versions}
    words = {to_openflg(sharings.get(one, BUILT_IN[OWN])) for one in labels}
    words |= {_text(one.metadata, "openflg") for one in layers} & set(AUDIENCES)
    return min(words, key=AUDIENCES.index, default=AUDIENCES[0])


def _category(found: Sequence[Table]) -> str:
    bodies = [row.body for table in found for row in table.rows]
    if bodies and all(isinstance(body, Shelter) for body in bodies):
        return "避難"
    if bodies and all(isinstance(body, Road) for body in bodies):
        return "交通"
    said = {body.category for body in bodies if isinstance(body, Report)}
    return said.pop() if len(said) == 1 else ""


def _one_of(allowed: Sequence[str], *wanted: str | None) -> str:
    return next((one for one in wanted if one is not None and one in allowed), allowed[-1])


def _part(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    return value.strip() if isinstance(value, str) else ""


def _texts(raw: dict[str, Any], key: str) -> list[str]:
    value = raw.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _wire_time(time: int) -> str:
    text = show(time - time % 1_000_000, JST)
    return text.removesuffix("+09:00") if text else "1970-01-01T09:00:00"
