"""What an alert that an organisation issued is in CAP: one info for each language, in its words.

An edition that does not alarm again (a correction, an extension, most updates) is an Update that
keeps what it calls for, how urgent and how severe it is: who reads the newest message alone must
not think that less is asked of them. That nobody is to be alarmed anew is said by the parameter
`alarm` = `no` and by the note, as CAP-CP's `Broadcast_Immediately` (SOREM layer 1.0) does.
"""

from __future__ import annotations

import re

from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.alerts import scales
from noroshi.channels.alerts.areas import rings
from noroshi.channels.alerts.saying import Said, lines, moment
from noroshi.channels.alerts.scales import Scale
from noroshi.channels.issuing.words.tables import languages, table
from noroshi.core.record import Version
from noroshi.formats.cap.geocode import codes
from noroshi.formats.cap.message import Area, Info, Named
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert, Text

#: CAP's categories of hazards; the others are "Safety – General emergency and public safety".
_CATEGORIES = {
    **dict.fromkeys(("flood", "rain", "inundation", "surge", "storm", "snow", "heat"), "Met"),
    **dict.fromkeys(("landslide", "tsunami", "earthquake", "volcano"), "Geo"),
    "fire": "Fire", "outage": "Infra", "water": "Infra", "disease": "Health",
    "chemical": "CBRNE",
}  # fmt: skip
#: What an action without a level calls for, and how grave that is, by CAP 1.2 §3.2.2.
_ACTIONS: dict[str, tuple[Scale, tuple[str, ...]]] = {
    "save_life": (scales.LEVELS[5], ("Shelter",)),
    "evacuate": (scales.LEVELS[4], ("Evacuate",)),
    "evacuate_early": (scales.LEVELS[3], ("Evacuate", "Prepare")),
    "shelter_in": (Scale("Immediate", "Severe", "Likely"), ("Shelter",)),
    "avoid": (Scale("Expected", "Moderate", "Likely"), ("Avoid",)),
    "prepare": (Scale("Expected", "Moderate", "Likely"), ("Prepare",)),
    "monitor": (Scale("Future", "Minor", "Possible"), ("Monitor",)),
    "information": (Scale("Future", "Minor", "Likely"), ("Monitor",)),
    "all_clear": (Scale("Past", "Minor", "Observed"), ("AllClear",)),
}
#: Hazards that are there once they are told of.
_OBSERVED = ("earthquake", "fire", "outage", "water")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MARKED = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
_NOTES = {
    "correct": "訂正です。新たな警報ではありません。 A correction, not a new alarm.",
    "extend": "継続です。新たな警報ではありません。 An extension, not a new alarm.",
    "update": "更新です。新たな警報ではありません。 An update, not a new alarm.",
}


def issued(version: Version, said: IssuedAlert) -> list[Said]:
    """What an issued alert says is in force, for what asks every kind alike."""
    scale, responses = _scale(said)
    words = {one.language: one for one in said.texts}
    ja, en = words.get("ja"), words.get("en")
    headline = drop_readings(ja.headline) if ja else said.action
    return [Said(
        event=Both(headline, en.headline if en else headline), place="、".join(said.area_names),
        category=_CATEGORIES.get(said.hazard, "Safety"), scale=scale, responses=responses,
        office=said.issuer, onset=moment(said.begins), parameters=_parameters(said),
    )]  # fmt: skip


def infos(version: Version, contact: str, shape: bytes | None, *, ended: bool) -> tuple[Info, ...]:
    """The infos of an edition, one for each language in its order."""
    said: IssuedAlert = decode(ISSUED, version.body)
    return tuple(_info(version, said, one, contact, shape, ended=ended) for one in said.texts)


def note(version: Version) -> str:
    """What is said of an edition that alarms nobody anew."""
    said: IssuedAlert = decode(ISSUED, version.body)
    return "" if said.alarm else _NOTES.get(said.kind, "")


def bracketed(text: str) -> str:
    """A text with its readings in brackets, for what cannot show them above."""
    return _MARKED.sub(r"\1（\2）", text)


def _info(
    version: Version, said: IssuedAlert, text: Text, contact: str, shape: bytes | None, *,
    ended: bool,
) -> Info:  # fmt: skip
    scale, responses = _scale(said)
    begins = moment(said.begins)
    name = said.action
    known = text.language in languages()
    if known and said.action in (words := table(text.language)).actions:
        name = f"{words.actions[said.action].name} ({words.hazards[said.hazard].name})"
    return Info(
        language=table(text.language).cap if known
        else text.language if _TAG.fullmatch(text.language) else "und",
        categories=(_CATEGORIES.get(said.hazard, "Safety"),), event=drop_readings(name),
        responses=("AllClear",) if ended else responses,
        urgency="Past" if ended else scale.urgency, severity=scale.severity,
        certainty="Observed" if ended else scale.certainty,
        effective=version.valid_from,
        onset=begins if begins and not ended and begins > version.valid_from else None,
        expires=None if ended else version.valid_to, sender_name=said.issuer,
        headline=drop_readings(text.headline),
        description=bracketed(lines(text.place, text.time, text.reason, text.source)),
        instruction=bracketed(text.action), contact=contact, parameters=_parameters(said),
        areas=(Area(
            "、".join((*said.area_names, *said.districts)), () if shape is None else rings(shape),
            tuple(pair for one in said.areas for pair in codes(one)),
        ),),
    )  # fmt: skip


def _scale(said: IssuedAlert) -> tuple[Scale, tuple[str, ...]]:
    scale, responses = _ACTIONS.get(said.action, (scales.UNKNOWN, ("Monitor",)))
    if said.level in scales.LEVELS:
        scale, responses = scales.LEVELS[said.level], scales.LEVEL_RESPONSES[said.level]
    if said.hazard in _OBSERVED:
        scale = Scale(scale.urgency, scale.severity, "Observed")
    return scale, responses


def _parameters(said: IssuedAlert) -> tuple[Named, ...]:
    level = () if said.level is None else (("alert level", str(said.level)),)
    return (*level, ("alarm", "yes" if said.alarm else "no"), ("edition", str(said.number)))
