"""One alert for each edition of a thing: who says it to whom, what it takes the place of."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from noroshi.channels.advice.actions import Both
from noroshi.channels.alerts import ground, health, issued, weather
from noroshi.channels.alerts.areas import area
from noroshi.channels.alerts.saying import Said, lines
from noroshi.core.label import Sharing, to_tlp
from noroshi.core.record import Action, Mode, Version
from noroshi.engine.settings import Identity
from noroshi.formats.cap.message import Alert, Area, Info, Reference
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED

#: The kinds that say that something is in force, and how to tell what.
SAYS: dict[str, Callable[[Version, Any], list[Said]]] = {
    "disaster.weather_warning": weather.warnings,
    "disaster.weather_warning_region": weather.warnings,
    "disaster.landslide_alert": weather.warnings,
    "disaster.tornado_watch": weather.warnings,
    "disaster.alert_level": weather.alert_level,
    "disaster.flood_warning": weather.flood,
    "disaster.tsunami_warning": ground.tsunami,
    "disaster.eew_area": ground.early_warning,
    "disaster.volcanic_warning": ground.volcano,
    "disaster.volcanic_warning_area": ground.volcano_area,
    "disaster.eruption_flash": ground.eruption,
    "disaster.eruption_flash_area": ground.eruption,
    "health.alarm": health.alarm,
    "health.shelter_alarm": health.shelter_alarm,
    ISSUED: issued.issued,
}
LANGUAGES = {"ja": "ja-JP", "en": "en-US"}
_STATUS = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}
_MARKS = {
    Mode.EXERCISE: (Both("【訓練】", "[EXERCISE] "),
                    Both("これは訓練です。", "This is an exercise.")),
    Mode.TEST: (Both("【試験】", "[TEST] "), Both("これは試験です。", "This is a test.")),
}  # fmt: skip
#: How many earlier alerts one refers to at most.
REFERENCES = 50
_MAIL = re.compile(r"[^\s,<>&@\"]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)


class Sender(msgspec.Struct, frozen=True):
    """Who sends alerts: what CAP identifies them by, and how to reach them."""

    id: str
    contact: str = ""


def sender(identity: Identity) -> Sender:
    """Who a node is for receivers of alerts: its contact address, or else its organisation (CAP
    1.2 §3.2.1: "guaranteed by assigner to be unique globally")."""
    mail = identity.contact if _MAIL.fullmatch(identity.contact) else ""
    return Sender(mail or identity.organisation or "noroshi", identity.contact)


def says(version: Version) -> list[Said]:
    """What a version says is in force; nothing for one that ends its key, or of another kind."""
    tell = SAYS.get(version.kind)
    if tell is None or version.action is Action.CANCEL:
        return []
    return tell(version, decode(version.kind, version.body))


def identifier(version: Version, by: Sender) -> str:
    """The identity of the alert of an edition (a UUID of version 5, RFC 9562): always the same for
    the same statement by the same sender, and for no other."""
    name = msgspec.json.encode((
        by.id, version.kind, version.series, version.key, int(version.mode), version.issued,
        int(version.action), version.serial, version.valid_from, version.valid_to, version.area,
        version.body.decode("utf-8", "replace"),
    ))  # fmt: skip
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, name.decode())}"


def alert(
    version: Version,
    editions: Sequence[Version],
    by: Sender,
    sharing: Sharing,
    shape: bytes | None = None,
) -> Alert | None:
    """The alert of `version`, or None where it says nothing that anybody need hear.

    `editions` are those of the same thing that the receiver may see, in order: what the alert
    refers to. `sharing` is what its label means; `shape` its outline (WKB).
    """
    earlier = _earlier(version, editions)
    said, ended = says(version), False
    if not said:
        if not earlier:
            return None
        said, ended = says(earlier[-1]), True
    scope, restriction, addresses = _scope(sharing)
    mark = _MARKS.get(version.mode)
    references = {identifier(one, by): one.issued for one in earlier}
    mine = identifier(version, by)
    own = version.kind == ISSUED
    references.pop(mine, None)
    return Alert(
        identifier=mine,
        sender=by.id,
        sent=version.issued,
        status=_STATUS[version.mode],
        type="Cancel" if ended else "Update" if references else "Alert",
        source=version.source,
        scope=scope,
        restriction=restriction,
        addresses=addresses,
        note=lines(
            "" if mark is None else f"{mark[1].ja} {mark[1].en}",
            issued.note(version) if own else "",
        ),
        references=tuple(Reference(by.id, id, sent) for id, sent in references.items()),
        infos=issued.infos(version, by.contact, shape, ended=ended)
        if own
        else tuple(
            _info(version, one, by, language, ended=ended, shape=shape)
            for one in said
            for language in LANGUAGES
        ),
    )


def _earlier(version: Version, editions: Sequence[Version]) -> list[Version]:
    """What was said before and still stood, and was an alert, the last `REFERENCES` of it. A thing
    that had ended, or had run out, begins anew."""
    found: list[Version] = []
    later = version
    at = next((at for at, one in enumerate(editions) if one.id == version.id), len(editions))
    for one in reversed(editions[:at]):
        if len(found) == REFERENCES or one.valid_to <= later.issued or not says(one):
            break
        found.append(one)
        later = one
    return found[::-1]


def _scope(sharing: Sharing) -> tuple[str, str, tuple[str, ...]]:
    """§3.2.1: Public for everyone, Private for named organisations and persons, else Restricted
    with the rule in words."""
    if sharing == Sharing(tlp=sharing.tlp) and to_tlp(sharing) == "CLEAR":
        return "Public", "", ()
    named = [atom for clause in sharing.audience for atom in clause]
    plain = len(sharing.audience) == 1 and not sharing.clearance and not sharing.compartments
    if plain and all(one.startswith(("org:", "person:")) for one in named):
        return "Private", "", tuple(named)
    rules = [" or ".join(clause) for clause in sharing.audience]
    if sharing.clearance:
        rules.append(f"clearance {sharing.clearance}")
    if sharing.compartments:
        rules.append("need to know " + ", ".join(sharing.compartments))
    return "Restricted", "; ".join((f"TLP:{to_tlp(sharing)}", *rules)), ()


def _info(
    version: Version, said: Said, by: Sender, language: str, *, ended: bool, shape: bytes | None
) -> Info:
    ja = language == "ja"
    name, place = said.name(language), said.place
    headline = f"{place}：{name}" if ja else f"{name}: {place}"
    if ended:
        headline = f"解除：{headline}" if ja else f"Ended: {headline}"
    mark = _MARKS.get(version.mode)
    drill = ""
    if mark is not None:
        headline = (mark[0].ja if ja else mark[0].en) + headline
        drill = mark[1].ja if ja else mark[1].en
    text = said.text.ja if ja else said.text.en
    return Info(
        language=LANGUAGES[language],
        categories=(said.category,),
        event=name,
        responses=("AllClear",) if ended else said.responses,
        urgency="Past" if ended else said.scale.urgency,
        severity=said.scale.severity,
        certainty=said.scale.certainty,
        codes=said.codes,
        effective=version.valid_from,
        onset=None if ended else said.onset,
        expires=None if ended else version.valid_to,
        sender_name=said.office or version.source,
        headline=headline,
        description=lines(drill, "" if ended else text),
        instruction="" if ended else said.instruction(language),
        contact=by.contact,
        parameters=said.parameters,
        areas=(_area(version, said, shape),),
    )


def _area(version: Version, said: Said, shape: bytes | None) -> Area:
    return area(said.place or version.area or version.key, version.area, shape)
