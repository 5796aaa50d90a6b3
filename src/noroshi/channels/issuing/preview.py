"""What would go out if a draft were issued now: exactly, by channel, and to how many. Nothing is
sent or kept."""

from __future__ import annotations

import msgspec

from noroshi.channels.alerts.compose import alert as cap_alert
from noroshi.channels.issuing.drafts import Draft, approvals, body
from noroshi.channels.issuing.feed import by
from noroshi.channels.issuing.lifecycle import located
from noroshi.channels.issuing.office import SOURCE, Office, series
from noroshi.channels.issuing.words.voice import aloud
from noroshi.channels.sending.fan_out import Rehearsal, dry_run
from noroshi.channels.subscribers.match import Audience, count_audience
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER
from noroshi.engine.sharing import Sharings
from noroshi.formats.cap.write import write
from noroshi.kinds import encode
from noroshi.kinds.issued_alert import ISSUED

_ACTIONS = {"correct": Action.CORRECT, "cancel": Action.CANCEL, "expire": Action.CANCEL}


class Same(msgspec.Struct, frozen=True):
    """One message that goes to `count` contacts of a channel, byte for byte (UTF-8)."""

    channel: str
    language: str
    data: bytes
    count: int


class Preview(msgspec.Struct, frozen=True):
    """What would go out: the messages to people, alike ones together; what keeps a channel from
    sending (by channel); the CAP document (None: it says nothing); the text that is read out."""

    messages: list[Same]
    kept_back: dict[str, str]
    cap: bytes | None
    voice: str


def audience(office: Office, draft: Draft) -> Audience:
    """How many a draft would reach, by channel, of those who subscribed."""
    said = body(office, draft, None, [])
    return count_audience(office.people, said, located(office, draft)[1], Mode(draft.mode))


def shape(office: Office, draft: Draft) -> bytes | None:
    """The outline to draw of a draft: its own, or that of its areas as far as known."""
    return draft.geometry or office.outline(one.area for one in draft.said.places)


def preview(office: Office, draft: Draft, moment: int | None = None) -> Preview:
    """Everything that would go out if the draft were issued at `moment` (default: now)."""
    version = rehearsed(office, draft, moment)
    found: Rehearsal = dry_run(office, version)
    alike: dict[tuple[str, str, bytes], int] = {}
    for one in found.messages:
        item = one.item
        text = "\n".join(part for part in (item.title, item.text, item.link) if part)
        key = (one.channel, item.language, text.encode())
        alike[key] = alike.get(key, 0) + 1
    earlier = office.editions(draft.alert, Mode(draft.mode))
    made = cap_alert(version, [*earlier, version], by(office),
                     Sharings(office.store).meaning(draft.label), shape(office, draft))  # fmt: skip
    said = body(office, draft, version.issued, [])
    return Preview(
        [Same(*key, count) for key, count in sorted(alike.items(), key=lambda one: one[0][:2])],
        found.kept_back, None if made is None else write(made),
        "\n".join(aloud(one.voice) for one in said.texts if one.voice),
    )  # fmt: skip


def rehearsed(office: Office, draft: Draft, moment: int | None = None) -> Version:
    """The edition that a draft would become, as if it were in the store."""
    mode = Mode(draft.mode)
    last = office.editions(draft.alert, mode)[-1:]
    time = office.now(mode) if moment is None else moment
    time = max(time, last[0].issued + 1 if last else 0)
    ends = draft.kind in ("cancel", "expire")
    until, (area, geometry) = draft.said.expires, located(office, draft)
    roles = [one.role for one in approvals(office, draft)]
    return Version(
        id=2**62, kind=ISSUED, key=draft.alert, series=series(draft.alert), mode=mode,
        action=_ACTIONS.get(draft.kind, Action.ISSUE), issued=time, serial=draft.base + 1,
        recorded=time, valid_from=time, valid_to=FOREVER if ends or until is None else until,
        ended_at=FOREVER, ended_recorded=FOREVER, label=draft.label, source=SOURCE, message=None,
        area=area, geometry=geometry, confidence=None, basis=draft.basis,
        body=encode(body(office, draft, time, roles)),
    )  # fmt: skip
