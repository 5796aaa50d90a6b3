"""Rules: which records draft an alert, and what becomes of it as they change and end.

A thing (what a record says of one key) has one alert at a time under a rule. While its draft waits,
what changes changes the draft; once it is in force, what changes proposes an update, and its end a
cancellation. What says the same again drafts nothing, but where the alert is about to run out and
the record still stands, an extension. Each version of a record is heard once, with what it drafts
in one transaction, so that nothing is drafted twice after a crash.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from noroshi.channels.alerts.compose import SAYS, says
from noroshi.channels.deliver import match_of, reader_of
from noroshi.channels.issuing.content import ACTION_OF, LEVEL_OF, LEVELLED, LONGEST, Content, Place
from noroshi.channels.issuing.drafts import (
    OPEN,
    SUPERSEDED,
    Draft,
    Proposal,
    close,
    edit,
    last_edition,
    mark,
    propose,
    unsettle,
)
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.words.tables import ACTIONS, HAZARDS, languages
from noroshi.channels.match import Match
from noroshi.channels.report.numbers import circle
from noroshi.core.errors import NoroshiError
from noroshi.core.place import municipality
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.engine.access import duration
from noroshi.engine.roles import Actor, Role
from noroshi.engine.settings import Followed
from noroshi.engine.settings_people import Rule
from noroshi.engine.sharing import Sharings
from noroshi.engine.towns import Borders
from noroshi.kinds.issued_alert import ISSUED
from noroshi.store import Change
from noroshi.store.rows_file import Row

log = logging.getLogger("noroshi")

#: Hazards as warnings name them (`kinds.weather`), as alerts call them.
_HAZARDS = {
    "大雨": "rain", "土砂災害": "landslide", "洪水": "flood", "氾濫": "flood",
    "浸水害": "inundation", "高潮": "surge", "津波": "tsunami", "噴火": "volcano",
    "暴風": "storm", "強風": "storm", "竜巻": "storm", "大雪": "snow", "暴風雪": "snow",
    "地震": "earthquake",
}  # fmt: skip
#: What a draft that a person has edited is marked with.
CHANGED = "根拠の情報が変わりました。What it rests on has changed."
ENDED = "根拠の情報が終わりました。What it rests on has ended."


class Thing(Row, frozen=True):
    """What a rule last heard of a thing (the id of the version), and the alert of it."""

    table = "alert_things"
    rule: str
    mode: int
    thing: str
    record: int
    alert: str


class Heeding:
    """One rule, ready to hear changes. Raises NoroshiError naming the setting that is wrong."""

    def __init__(self, office: Office, name: str, rule: Rule) -> None:
        self.office, self.name, self.rule = office, name, checked_rule(name, rule)
        self.mode = Mode[rule.mode.upper()]
        self.label = Sharings(office.store).number(rule.label)
        self._seen = circle(office.store, self.label)
        self._lasts = duration(rule.expires)
        self._borders = Borders(office.store)
        followed = Followed(
            collections=rule.kinds, area=rule.area or None, filter=rule.filter or None,
            labels=rule.labels, mode=rule.mode,
        )  # fmt: skip
        reader = reader_of(office.store, f"alerts.{name}", followed)
        self.wanted: Match = match_of(office.store, reader, followed)
        self.actor = Actor(f"rule:{name}", Role.OPERATOR)

    def hear(self, change: Change) -> Draft | None:
        """What a change drafts, once. None where it drafts nothing."""
        version, people = change.version, self.office.people
        if version.mode is not self.mode or version.kind == ISSUED:
            return None
        thing = f"{version.kind}/{version.series_id}/{version.key}"
        with people.changing():
            known = people.get(Thing, rule=self.name, mode=int(self.mode), thing=thing)
            if known is not None and version.id <= known.record:
                return None
            drafted = self._draft(version, known.alert if known is not None else "")
            alert = drafted.alert if drafted else known.alert if known else ""
            people.put(Thing(self.name, int(self.mode), thing, version.id, alert))
        return drafted

    def _draft(self, version: Version, alert: str) -> Draft | None:
        waiting, last = self._standing(alert)
        if not self._holds(version):
            return self._end(version, waiting, last)
        said = self.content(version)
        if last is None:
            if waiting is not None:
                same = _substance(waiting.said) == _substance(said)
                return None if same else self._change(waiting, said, version, waiting.kind)
            return self._propose("issue", said, version, "")
        before = self.office.people.get(Draft, version=last.id)
        assert before is not None
        return self._follow(version, said, before, waiting)

    def _standing(self, alert: str) -> tuple[Draft | None, Version | None]:
        """The rule's own draft of an alert that waits, and its edition in force."""
        if not alert:
            return None, None
        found = [
            one for one in self.office.people.all(Draft, alert=alert, mode=int(self.mode))
            if one.state in OPEN and (one.author == self.actor.name or one.kind == "issue")
        ]  # fmt: skip
        last = last_edition(self.office, alert, self.mode)
        over = last is not None and (
            last.action is Action.CANCEL or last.valid_to <= self.office.now(self.mode)
        )
        return (found[-1] if found else None), (None if over else last)

    def _holds(self, version: Version) -> bool:
        if not self.wanted(Change(version)) or version.action is Action.CANCEL:
            return False
        if version.valid_to <= self.office.now(self.mode):
            return False
        if version.kind in SAYS and not says(version):
            return False
        level = level_of(version)
        return not self.rule.level or level is None or level >= self.rule.level

    def _end(
        self, version: Version, waiting: Draft | None, last: Version | None
    ) -> Draft | None:  # fmt: skip
        if last is None:
            if waiting is not None and waiting.author != self.actor.name:
                return unsettle(self.office, self.actor.name, waiting, ENDED)
            if waiting is not None:
                close(self.office, self.actor.name, waiting, SUPERSEDED, ENDED)
            return None
        before = self.office.people.get(Draft, version=last.id)
        assert before is not None
        said = msgspec.structs.replace(before.said, alarm=False)
        if waiting is not None:
            if waiting.kind == "cancel":
                return None
            return self._change(waiting, said, version, "cancel")
        return self._propose("cancel", said, version, last.key)

    def _follow(
        self, version: Version, said: Content, before: Draft, waiting: Draft | None
    ) -> Draft | None:
        """What follows the edition in force now that its record says `said`."""
        old = before.said
        if _substance(old) != _substance(said):
            louder = (said.level or 0) > (old.level or 0) or not set(said.places) <= set(old.places)
            said = msgspec.structs.replace(
                said, alarm=louder or ACTIONS.index(said.action) < ACTIONS.index(old.action)
            )
            kind = "update"
        elif self._longer(version, said, old):
            said = msgspec.structs.replace(old, expires=said.expires, alarm=False)
            kind = "extend"
        else:
            if waiting is not None:
                close(self.office, self.actor.name, waiting, SUPERSEDED, "as before again")
            return None
        if waiting is not None:
            same = _substance(waiting.said) == _substance(said) and waiting.kind == kind
            return None if same else self._change(waiting, said, version, kind)
        return self._propose(kind, said, version, before.alert)

    def _longer(self, version: Version, said: Content, old: Content) -> bool:
        if old.expires is None or said.expires is None or said.expires <= old.expires:
            return False
        if version.valid_to < FOREVER:
            return True
        return old.expires - self.office.now(self.mode) < self._lasts // 2

    def _change(self, waiting: Draft, said: Content, version: Version, kind: str) -> Draft:
        """The draft as the record now has it. What a person has put into other words is theirs: it
        is only marked, and approved anew."""
        if waiting.author != self.actor.name:
            return unsettle(self.office, self.actor.name, waiting, CHANGED)
        return edit(self.office, self.actor, waiting.id, said, mark(self.office, waiting),
                    kind=kind, basis=self._basis(version), by_rule=True)  # fmt: skip

    def _propose(self, kind: str, said: Content, version: Version, alert: str) -> Draft | None:
        if not said.places or any(one.name.isdigit() for one in said.places):
            why = "its area or the name of that is not known: noroshi places import, or area"
            log.warning("rule %s drafts nothing of record %d: %s", self.name, version.id, why)
            self.office.directory.audit.append(
                self.actor.name, "alert.undrafted", f"record:{version.id}", {"why": why}
            )
            return None
        open_to_all = self._seen.sees(version.label)
        return propose(self.office, self.actor, Proposal(
            kind=kind, mode=self.mode, content=said, alert=alert, rule=self.name, label=self.label,
            needed=self.rule.approvals if open_to_all else max(1, self.rule.approvals),
            basis=self._basis(version), geometry=_areal(version.geometry) if open_to_all else None,
        ), by_rule=True)  # fmt: skip

    def _basis(self, version: Version) -> tuple[int, ...]:
        return (version.id,) if self._seen.sees(version.label) else ()

    def content(self, version: Version) -> Content:
        """What the alert of a record says. Of a record that not all may see who see the alert, it
        tells nothing but that the rule was met."""
        rule, level = self.rule, level_of(version)
        told = says(version) if version.kind in SAYS and self._seen.sees(version.label) else []
        hazard = rule.hazard or hazard_of(version)
        action = rule.action or (ACTION_OF.get(level or 0, "information")
                                 if hazard in LEVELLED else "information")  # fmt: skip
        level = LEVEL_OF.get(action, level) if hazard in LEVELLED else None
        now = self.office.now(self.mode)
        ends = version.valid_to if version.valid_to < FOREVER else now + self._lasts
        return Content(
            hazard=hazard, level=level, action=action, places=self._places(version),
            expires=min(ends, now + LONGEST), office=told[0].office if told else "",
            name=told[0].event.ja if told else "", languages=rule.languages,
            channels=rule.channels,
        )  # fmt: skip

    def _places(self, version: Version) -> tuple[Place, ...]:
        """The municipality that the record is of, by its area or position; else the rule's own."""
        area = version.area or self._borders.of(version) or self.rule.area
        if not area:
            return ()
        known = self.office.places
        whole = municipality(area)
        area = area if area in known or not whole else whole
        fields = version.fields()
        name = str(fields.get("area_name") or fields.get("municipality") or "")
        return (self.office.place(area, name),)


def level_of(version: Version) -> int | None:
    """The alert level that a record tells; None where it tells none."""
    found: Any = version.fields().get("level")
    levels = [found] if isinstance(found, int) and not isinstance(found, bool) else []
    if version.kind in SAYS:
        for one in says(version):
            levels += [int(value) for name, value in one.parameters if name == "alert level"]
    return max((one for one in levels if 1 <= one <= 5), default=None)


def hazard_of(version: Version) -> str:
    """What a record is about, as alerts call it."""
    fields = version.fields()
    told = [*(one.get("hazard", "") for one in fields.get("kinds") or () if isinstance(one, dict)),
            *(one.get("hazard", "") for one in fields.get("hazards") or ()
              if isinstance(one, dict)), str(fields.get("hazard", ""))]  # fmt: skip
    found = next((_HAZARDS[one] for one in told if one in _HAZARDS), "")
    fallback = {"disaster.flood_warning": "flood", "disaster.tsunami_warning": "tsunami",
                "disaster.landslide_alert": "landslide"}  # fmt: skip
    return found or fallback.get(version.kind, "other")


def checked_rule(name: str, rule: Rule) -> Rule:
    """A rule whose words are known. Raises NoroshiError naming the setting."""
    where = f"settings.toml: alerts.{name}"
    if rule.hazard and rule.hazard not in HAZARDS:
        raise NoroshiError(f"hazard {rule.hazard!r}", where=where, remedy=", ".join(HAZARDS))
    if rule.action and rule.action not in ACTIONS:
        raise NoroshiError(f"action {rule.action!r}", where=where, remedy=", ".join(ACTIONS))
    if rule.approvals == 0 and not (rule.hazard and rule.action):
        raise NoroshiError("what goes by itself says which hazard and which action", where=where,
                           remedy="hazard and action, or approvals = 1")  # fmt: skip
    if not rule.languages or rule.languages[0] != "ja" or set(rule.languages) - set(languages()):
        raise NoroshiError(f"languages: ja first, of {', '.join(languages())}", where=where)
    if ISSUED in rule.kinds:
        raise NoroshiError(f"kinds: {ISSUED} drafts no alert of itself", where=where)
    return rule


def _substance(said: Content) -> Content:
    """What is said, but for until when and whether it alarms."""
    return msgspec.structs.replace(said, expires=None, begins=None, alarm=True)


def _areal(geometry: bytes | None) -> bytes | None:
    """A geometry that has an extent: a point is no area for which anybody is alerted."""
    if geometry is None:
        return None
    import shapely

    shape = shapely.force_2d(shapely.from_wkb(geometry))
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    found: bytes = shapely.to_wkb(shape)
    return found
