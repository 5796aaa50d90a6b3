"""The life of an alert: issued, updated, extended, corrected, cancelled, or over by the clock.

Each step is an edition of one record `disaster.issued_alert` in a series of the alert's own. It is
decided in one transaction (`issuing`, with its time), then published, then marked `issued`: after
a crash anywhere between, `resume` takes up what was decided, once. The mode of an alert is that of
its first draft; nothing here takes another.
"""

from __future__ import annotations

import logging

import msgspec

from noroshi.channels.issuing.content import Content
from noroshi.channels.issuing.drafts import (
    APPROVED,
    DRAFT,
    ISSUED_STATE,
    ISSUING,
    OPEN,
    SUPERSEDED,
    Approval,
    Draft,
    Proposal,
    approvals,
    audited,
    body,
    close,
    demand_in_force,
    drafts,
    find,
    last_edition,
    open_draft,
    propose,
)
from noroshi.channels.issuing.office import SOURCE, Office, series
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import OPERATOR
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.engine.roles import Actor, Role
from noroshi.kinds import encode
from noroshi.kinds.issued_alert import ISSUED
from noroshi.store import Query

log = logging.getLogger("noroshi")

_ACTIONS = {"correct": Action.CORRECT, "cancel": Action.CANCEL, "expire": Action.CANCEL}
CLOCK = Actor("node", Role.OPERATOR)
LAPSED = "発信されないまま期限を過ぎました。Its time was over before it was issued."


def issue(office: Office, actor: Actor, id: str, *, by_rule: bool = False) -> Version:
    """Issue an approved draft, and return its edition. Raises NoroshiError where it was changed
    since, follows an alert that has ended, or would be over already; NotPermitted where too few
    agreed or the actor may not issue."""
    if not by_rule:
        office.permit(actor, "alert.issue", f"draft:{id}")
    with office.people.changing():
        draft = open_draft(office, id, None)
        mode = Mode(draft.mode)
        given = approvals(office, draft)
        if len(given) < draft.needed:
            raise NotPermitted(f"{draft.needed} must approve it, {len(given)} did",
                               where=f"draft:{id}", remedy="noroshi alert approve")  # fmt: skip
        last = last_edition(office, draft.alert, mode)
        if (0 if last is None else last.serial) != draft.base:
            raise NoroshiError("another edition was issued since it was drafted",
                               where=f"draft:{id}", remedy="look at it again")  # fmt: skip
        if last is not None:
            demand_in_force(office, last, mode, draft.kind)
        time = office.now(mode)
        ends = draft.said.expires
        if ends is not None and ends <= time and draft.kind not in _ACTIONS:
            raise NoroshiError("it would be over already", where=f"draft:{id}",
                               remedy="give a later end")  # fmt: skip
        moment = max(time, 0 if last is None else last.issued + 1)
        draft = msgspec.structs.replace(draft, state=ISSUING, moment=moment, changed=time)
        audited(office, actor.name, "alert.issue", draft, {"number": draft.base + 1})
        office.people.put(draft)
    return publish(office, draft.id)


def publish(office: Office, id: str) -> Version:
    """Make a draft that is being issued an edition of its alert, if it is not one yet."""
    with office.people.changing():  # alone among all processes
        draft = find(office, id)
        mode = Mode(draft.mode)
        if draft.state == ISSUED_STATE:
            return office.store.version(draft.version, OPERATOR)
        if draft.state != ISSUING:
            raise NoroshiError(f"this draft is {draft.state}", where=f"draft:{id}")
        found = _published(office, draft, mode)
        if found is None:
            office.store.publish([_edition(office, draft)], source=SOURCE, label=draft.label)
            found = _published(office, draft, mode)
            assert found is not None
        draft = msgspec.structs.replace(draft, state=ISSUED_STATE, version=found.id)
        office.people.put(draft)
        _others(office, draft, found)
    office.changed({ISSUED})
    return found


def _published(office: Office, draft: Draft, mode: Mode) -> Version | None:
    for one in office.editions(draft.alert, mode):
        if one.serial == draft.base + 1:
            return one
    return None


def _edition(office: Office, draft: Draft) -> Edition:
    said = draft.said
    ends = draft.kind in ("cancel", "expire")
    roles = [one.role for one in approvals_at(office, draft)]
    area, shape = located(office, draft)
    record = Record(
        ISSUED, draft.alert, encode(body(office, draft, draft.moment, roles)), shape, area,
        valid_from=draft.moment, valid_to=None if ends else said.expires, basis=draft.basis,
    )  # fmt: skip
    return Edition(
        series(draft.alert), draft.moment, [record], _ACTIONS.get(draft.kind, Action.ISSUE),
        Mode(draft.mode), draft.base + 1, effective=draft.moment, whole=False,
    )  # fmt: skip


def located(office: Office, draft: Draft) -> tuple[str | None, bytes | None]:
    """The area and geometry that the record of a draft has: its own outline, its one area, or what
    its areas are together, as far as that is known."""
    areas = [one.area for one in draft.said.places]
    if len(areas) == 1:
        return areas[0], draft.geometry
    shape = draft.geometry or office.outline(areas)
    return None if shape is not None else _around(areas), shape


def _around(areas: list[str]) -> str | None:
    """The prefecture that all of them lie in, where they lie in one."""
    found = {one.partition(":")[2][:2] for one in areas}
    return f"pref:{found.pop()}" if len(found) == 1 else None


def approvals_at(office: Office, draft: Draft) -> list[Approval]:
    """Who agreed to a draft that is being issued: what it says is fixed, whatever its state."""
    return sorted(office.people.all(Approval, draft=draft.id), key=lambda one: (one.at, one.person))


def _others(office: Office, issued: Draft, found: Version) -> None:
    """Other drafts of the alert follow the new edition, and are approved anew; where it ended,
    they have nothing to follow."""
    for one in office.people.all(Draft, alert=issued.alert, mode=issued.mode):
        if one.state not in OPEN or one.id == issued.id:
            continue
        if found.action is Action.CANCEL:
            close(office, CLOCK.name, one, SUPERSEDED, "the alert has ended")
            continue
        auto = one.needed == 0
        office.people.put(msgspec.structs.replace(
            one, base=found.serial, state=APPROVED if auto else DRAFT
        ))  # fmt: skip
        office.people.remove(Approval, draft=one.id)
        audited(office, CLOCK.name, "alert.rebase", one, {"number": found.serial})


# --- what may follow an edition in force -------------------------------------------------------


def content_of(office: Office, version: Version) -> Content:
    """What an edition is about. Raises NotFound for one that this node did not issue."""
    for one in office.people.all(Draft, version=version.id):
        return one.said
    raise NotFound("this node did not issue it", where=f"alert:{version.key}")


def current(office: Office, alert: str, mode: Mode) -> Version:
    """The edition of an alert that is in force. Raises NotFound, NoroshiError."""
    last = last_edition(office, alert, mode)
    if last is None:
        raise NotFound(f"there is no alert {alert!r} in mode {mode.name.lower()}",
                       remedy="`noroshi alert list` shows them")  # fmt: skip
    demand_in_force(office, last, mode, "update")
    return last


def follow(
    office: Office, actor: Actor, alert: str, mode: Mode, kind: str, **changes: object
) -> Draft:
    """Draft an edition that follows the one in force: an `update` with what has changed, an
    `extend` to a later end, a `correct`ion of words, a `cancel`. Only an update may alarm again.
    As many must approve it as approved the alert, and at least one."""
    last = current(office, alert, mode)
    before = office.people.get(Draft, version=last.id)
    if before is None:
        raise NotFound("this node did not issue it", where=f"alert:{alert}")
    allowed = {"extend": {"expires"}, "cancel": {"reasons"}}.get(kind)
    if allowed is not None and not changes.keys() <= allowed:
        raise NoroshiError(f"{kind} changes {', '.join(sorted(allowed))} alone",
                           remedy="an update changes the rest")  # fmt: skip
    said = msgspec.structs.replace(before.said, **{"alarm": False, **changes})
    if said.alarm and kind != "update":
        raise NoroshiError("alarm: only an update may alarm again")
    if kind == "extend" and (
        before.said.expires is None or said.expires is None or said.expires <= before.said.expires
    ):
        raise NoroshiError("expires: an extension ends later than the alert in force",
                           remedy="an update makes it end earlier")  # fmt: skip
    if kind == "correct" and said.expires != before.said.expires:
        raise NoroshiError("expires: a correction is of words", remedy="extend, or update")
    same = msgspec.structs.replace(said, alarm=before.said.alarm) == before.said
    if same and kind != "cancel":
        raise NoroshiError("it says what is in force already: nothing was drafted")
    return propose(office, actor, Proposal(
        kind=kind, mode=mode, content=said, alert=alert, rule=before.rule, label=before.label,
        needed=max(1, before.needed), basis=before.basis,
        geometry=before.geometry if said.places == before.said.places else None,
    ))  # fmt: skip


# --- by the clock ------------------------------------------------------------------------------


def resume(office: Office) -> list[Version]:
    """Take up what was decided and not done: after a crash, and what goes by itself."""
    found = []
    for one in office.people.all(Draft, state=ISSUING):
        try:
            found.append(publish(office, one.id))
        except NoroshiError:  # it is tried again; what is behind it goes on
            log.exception("draft %s was decided and is not issued", one.id)
    for one in office.people.all(Draft, state=APPROVED, needed=0):
        try:
            found.append(issue(office, Actor(one.author, Role.OPERATOR), one.id, by_rule=True))
        except NoroshiError as error:
            log.warning("draft %s was not issued: %s", one.id, error)
            with office.people.changing():
                if find(office, one.id).state in OPEN:
                    close(office, CLOCK.name, one, SUPERSEDED, str(error)[:300])
    return found


def lapse(office: Office) -> list[Draft]:
    """Withdraw drafts that nobody issued before they would have been over."""
    found = []
    for mode in Mode:
        time = office.now(mode)
        for one in drafts(office, mode):
            ends = one.said.expires
            if one.kind in _ACTIONS or ends is None or ends > time:
                continue
            with office.people.changing():
                if find(office, one.id) == one:
                    found.append(close(office, CLOCK.name, one, SUPERSEDED, LAPSED))
    return found


def expire(office: Office) -> list[Version]:
    """End, by an edition of their own that alarms nobody, the alerts whose time is over."""
    found = []
    for mode in Mode:
        time = office.now(mode)
        query = Query(OPERATOR, time, office.known(), ISSUED, mode, lapsed=True)
        for one in list(office.store.picture(query)):
            if one.valid_to > time or one.source != SOURCE or one.message is not None:
                continue
            with office.people.changing():
                last = last_edition(office, one.key, mode)
                before = office.people.get(Draft, version=one.id)
                busy = any(
                    each.state == ISSUING or (each.kind == "expire" and each.state in OPEN)
                    for each in office.people.all(Draft, alert=one.key, mode=int(mode))
                )
                if last is None or last.id != one.id or before is None or busy:
                    continue
                said = msgspec.structs.replace(before.said, alarm=False)
                draft = propose(office, CLOCK, Proposal(
                    kind="expire", mode=mode, content=said, alert=one.key, rule=before.rule,
                    label=before.label, needed=0, basis=before.basis, geometry=before.geometry,
                ), by_rule=True)  # fmt: skip
            found.append(issue(office, CLOCK, draft.id, by_rule=True))
    return found
