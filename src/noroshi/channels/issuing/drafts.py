"""Drafts of alerts, and who agreed to them: kept in `people.db`, and every step audited.

An approval is of exactly what was shown: it carries the mark (a hash) of text, area, time, kind and
of the edition that it follows. Whatever changes the draft changes its mark, and the approvals
before count no more. Of two approvals that are needed, none is the author's; of one, it may be.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

import msgspec

from noroshi.channels.issuing.content import LONGEST, Content, checked
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.words.compose import compose
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import JST, show
from noroshi.engine.roles import Actor
from noroshi.kinds.issued_alert import IssuedAlert
from noroshi.store.rows_file import Row

DRAFT, APPROVED, ISSUING, ISSUED_STATE = "draft", "approved", "issuing", "issued"
REJECTED, SUPERSEDED = "rejected", "superseded"
#: States of a draft that waits for somebody.
OPEN = (DRAFT, APPROVED)
#: Kinds that need an alert in force.
FOLLOWING = ("update", "extend", "correct", "cancel", "expire")


class Draft(Row, frozen=True):
    """One proposed edition of an alert. `base` is the number of the edition it follows (0: none),
    `needed` how many must agree, `author` who wrote it last (`person:ID`, `local:NAME` or
    `rule:NAME`), `why` the reason of a rejection. `moment` is when it is issued, `version` the
    record it became, `handed` whether it was handed on to be sent (0: not yet)."""

    table = "alert_drafts"
    id: str
    alert: str
    mode: int
    kind: str
    base: int
    rule: str
    state: str
    content: bytes
    geometry: bytes | None
    basis: tuple[int, ...]
    label: int
    needed: int
    author: str
    why: str = ""
    created: int = 0
    changed: int = 0
    moment: int = 0
    version: int = 0
    handed: int = 0

    @property
    def said(self) -> Content:
        """What it is about."""
        return msgspec.json.decode(self.content, type=Content)


class Approval(Row, frozen=True):
    """That somebody agreed to a draft as it was when its mark was `mark`."""

    table = "alert_approvals"
    draft: str
    person: str
    role: str
    mark: str
    at: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft is made of. `alert` is empty for a new one."""

    kind: str
    mode: Mode
    content: Content
    alert: str = ""
    rule: str = ""
    label: int = 0
    needed: int = 1
    basis: tuple[int, ...] = ()
    geometry: bytes | None = None


def body(office: Office, draft: Draft, moment: int | None, approved: list[str]) -> IssuedAlert:
    """What the draft says as an edition issued at `moment` (None: left open, as it is shown)."""
    said = draft.said
    begins = said.begins if said.begins is not None else moment
    texts = compose(said, draft.kind, Mode(draft.mode), office.caller, moment)
    return IssuedAlert(
        number=draft.base + 1, kind=draft.kind, alarm=said.alarm, hazard=said.hazard,
        level=said.level, action=said.action, areas=[one.area for one in said.places],
        area_names=[one.name for one in said.places],
        districts=[one.name for one in said.districts], begins=show(begins, JST),
        expires=show(said.expires, JST), texts=texts, rule=draft.rule, approved_by=approved,
        issuer=office.caller.name, replaces=draft.base or None, channels=list(said.channels),
    )  # fmt: skip


def mark(office: Office, draft: Draft) -> str:
    """The mark of a draft: equal for drafts that would issue the same, and for no others."""
    # Not its JSON: what is left out of that depends on which objects were passed.
    shown = repr(body(office, draft, None, [])).encode()
    parts = (shown, draft.content, draft.geometry or b"", repr((
        draft.alert, draft.mode, draft.kind, draft.base, draft.rule, draft.label, draft.needed,
        draft.basis, draft.author,
    )).encode())  # fmt: skip
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in parts)).hexdigest()


def find(office: Office, id: str) -> Draft:
    """A draft by its id. Raises NotFound."""
    found = office.people.get(Draft, id=id)
    if found is None:
        raise NotFound(f"there is no draft {id!r}", remedy="`noroshi alert list` shows them")
    return found


def drafts(office: Office, mode: Mode, states: tuple[str, ...] = OPEN) -> list[Draft]:
    """Drafts of a mode in these states, newest first."""
    found = [one for state in states
             for one in office.people.all(Draft, state=state, mode=int(mode))]  # fmt: skip
    return sorted(found, key=lambda one: (-one.created, one.id))


def approvals(office: Office, draft: Draft) -> list[Approval]:
    """Who agreed to the draft as it is now, in order."""
    now = mark(office, draft)
    found = office.people.all(Approval, draft=draft.id)
    return sorted((one for one in found if one.mark == now), key=lambda one: (one.at, one.person))


def propose(office: Office, actor: Actor, new: Proposal, *, by_rule: bool = False) -> Draft:
    """Draft an edition. Raises NoroshiError for what cannot be meant, NotPermitted for who may not
    issue. A person's draft needs at least one approval, whatever the rule of its alert says."""
    alert = new.alert or secrets.token_hex(8)
    if not by_rule:
        office.permit(actor, "alert.draft", f"alert:{alert}")
    content, mode = checked(new.content), Mode(new.mode)
    _check_end(office, mode, new.kind, content)
    last = last_edition(office, alert, mode)
    if (new.kind == "issue") != (last is None):
        raise NoroshiError(
            "this alert was issued already" if last is not None else "this alert was never issued",
            where=f"alert:{alert}", remedy="issue for a new one; update, extend … for one in force",
        )  # fmt: skip
    if last is not None:
        demand_in_force(office, last, mode, new.kind)
    time = office.now(mode)
    auto = by_rule and new.needed == 0
    made = Draft(
        secrets.token_hex(8), alert, int(mode), new.kind, 0 if last is None else last.serial,
        new.rule, APPROVED if auto else DRAFT, _encode(content), new.geometry, new.basis,
        new.label, new.needed if by_rule else max(1, new.needed), actor.name, "", time, time,
    )  # fmt: skip
    with office.people.changing():
        office.people.add(made)
        audited(office, actor.name, "alert.draft", made)
    return made


def edit(
    office: Office, actor: Actor, id: str, content: Content, seen: str, *, kind: str = "",
    basis: tuple[int, ...] | None = None, by_rule: bool = False,
) -> Draft:  # fmt: skip
    """Change a draft whose mark is still `seen`; its approvals are void, and who changes it is its
    author. Raises NoroshiError where somebody else has changed it since."""
    if not by_rule:
        office.permit(actor, "alert.edit", f"draft:{id}")
    content = checked(content)
    with office.people.changing():
        draft = open_draft(office, id, seen)
        mode = Mode(draft.mode)
        _check_end(office, mode, kind or draft.kind, content)
        auto = by_rule and draft.needed == 0
        made = msgspec.structs.replace(
            draft, content=_encode(content), kind=kind or draft.kind, author=actor.name,
            state=APPROVED if auto else DRAFT, changed=office.now(mode),
            basis=draft.basis if basis is None else basis,
            needed=draft.needed if by_rule else max(1, draft.needed),
            geometry=draft.geometry if content.places == draft.said.places else None,
        )  # fmt: skip
        office.people.put(made)
        office.people.remove(Approval, draft=id)
        audited(office, actor.name, "alert.edit", made)
    return made


def approve(office: Office, actor: Actor, id: str, seen: str) -> Draft:
    """Agree to a draft as it was shown (`seen` is its mark). Raises NoroshiError where it is not
    so any more, NotPermitted for who may not: the author where two are needed, the same twice."""
    role = office.permit(actor, "alert.approve", f"draft:{id}")
    with office.people.changing():
        draft = open_draft(office, id, seen)
        if draft.needed >= 2 and actor.name == draft.author:
            raise NotPermitted("of two approvals none is the author's", where=f"draft:{id}",
                               remedy="another person approves it")  # fmt: skip
        given = approvals(office, draft)
        if any(one.person == actor.name for one in given):
            raise NotPermitted("you have approved it already", where=f"draft:{id}",
                               remedy="another person approves it")  # fmt: skip
        time = office.now(Mode(draft.mode))
        office.people.put(Approval(id, actor.name, role, seen, time))
        if len(given) + 1 >= draft.needed:
            draft = msgspec.structs.replace(draft, state=APPROVED, changed=time)
            office.people.put(draft)
        audited(office, actor.name, "alert.approve", draft, {"mark": seen})
    return draft


def reject(office: Office, actor: Actor, id: str, seen: str, why: str) -> Draft:
    """Turn a draft down, for good. Raises NoroshiError without a reason."""
    office.permit(actor, "alert.reject", f"draft:{id}")
    if not why.strip() or len(why) > 300:
        raise NoroshiError("why is it rejected?", where="why", remedy="up to 300 characters")
    with office.people.changing():
        draft = open_draft(office, id, seen)
        return close(office, actor.name, draft, REJECTED, why.strip())


def unsettle(office: Office, actor: str, draft: Draft, why: str) -> Draft:
    """Mark a draft with what its readers must know before they agree; approvals are void."""
    with office.people.changing():
        made = msgspec.structs.replace(draft, state=DRAFT, why=why, needed=max(1, draft.needed))
        office.people.put(made)
        office.people.remove(Approval, draft=draft.id)
        audited(office, actor, "alert.unsettle", made, {"why": why})
    return made


def close(office: Office, actor: str, draft: Draft, state: str, why: str) -> Draft:
    """End a draft without issuing it."""
    with office.people.changing():
        made = msgspec.structs.replace(
            draft, state=state, why=why, changed=office.now(Mode(draft.mode))
        )
        office.people.put(made)
        action = "alert.reject" if state == REJECTED else "alert.supersede"
        audited(office, actor, action, made, {"why": why})
    return made


def open_draft(office: Office, id: str, seen: str | None) -> Draft:
    """A draft that waits, and (unless `seen` is None) is still as it was seen."""
    draft = find(office, id)
    if draft.state not in OPEN:
        raise NoroshiError(f"this draft is {draft.state}", where=f"draft:{id}")
    if seen is not None and seen != mark(office, draft):
        raise NoroshiError("the draft was changed since it was shown", where=f"draft:{id}",
                           remedy="look at it as it is now, and decide again")  # fmt: skip
    return draft


def last_edition(office: Office, alert: str, mode: Mode) -> Version | None:
    """The last edition of an alert; None where it was never issued in this mode."""
    found = office.editions(alert, mode)
    return found[-1] if found else None


def demand_in_force(office: Office, last: Version, mode: Mode, kind: str) -> None:
    """Raises NoroshiError for an alert that has ended. Only the clock speaks after its end."""
    over = last.valid_to <= office.now(mode) and kind != "expire"
    if last.action is Action.CANCEL or over:
        raise NoroshiError("this alert is not in force any more", where=f"alert:{last.key}",
                           remedy="issue a new one")  # fmt: skip


def _check_end(office: Office, mode: Mode, kind: str, content: Content) -> None:
    if kind in ("cancel", "expire") or content.expires is None:
        return
    time = office.now(mode)
    if content.expires <= time or content.expires - time > LONGEST:
        raise NoroshiError("expires: it is over already, or holds for more than 31 days",
                           remedy="give a later or an earlier end")  # fmt: skip


def _encode(content: Content) -> bytes:
    return msgspec.json.encode(content, order="sorted")


def audited(
    office: Office, actor: str, action: str, draft: Draft,
    details: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """One step, in the audit log before it is kept: a step that is not in it did not happen."""
    office.directory.audit.append(
        actor, action, f"alert:{draft.alert}",
        {"draft": draft.id, "kind": draft.kind, "mode": Mode(draft.mode).name.lower(),
         "state": draft.state, "rule": draft.rule, **(details or {})},
    )  # fmt: skip
