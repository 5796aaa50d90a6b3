"""What the officers' page of alerts shows, before it is put into a template."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from noroshi.channels.advice.plain import show_readings
from noroshi.channels.issuing import drafts as drafting
from noroshi.channels.issuing import typed
from noroshi.channels.issuing.content import Content
from noroshi.channels.issuing.difference import Changed, difference
from noroshi.channels.issuing.drafts import Draft
from noroshi.channels.issuing.feed import document_id
from noroshi.channels.issuing.lifecycle import content_of
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.picture import outline
from noroshi.channels.issuing.preview import audience, shape
from noroshi.channels.issuing.review import warnings
from noroshi.channels.issuing.words.tables import ACTIONS, HAZARDS, KINDS, languages, table
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, JST, show
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert, Text

_STATES = {
    "draft": ("承認待ち", "waits for approval"), "approved": ("承認済み", "approved"),
    "issuing": ("発信中", "being issued"), "issued": ("発信済み", "issued"),
    "rejected": ("却下", "rejected"), "superseded": ("取り下げ", "withdrawn"),
}  # fmt: skip
_KINDS = {
    "issue": ("新規", "New"), "update": ("更新", "Update"), "extend": ("継続", "Extension"),
    "correct": ("訂正", "Correction"), "cancel": ("解除", "Cancellation"),
    "expire": ("終了", "Expired"),
}  # fmt: skip
_PARTS = (
    ("level", "レベル", "Level"), ("action", "行動", "Action"), ("place", "場所", "Place"),
    ("time", "時刻", "Time"), ("reason", "理由", "Reason"), ("source", "発信者", "Source"),
)  # fmt: skip
#: Drafts that are over and shown, and how long a new alert holds if nobody says otherwise.
_HISTORY, _LASTS = 30, 6 * HOUR
assert tuple(_KINDS) == KINDS


def list_view(office: Office, mode: Mode, *, ja: bool) -> dict[str, Any]:
    """What waits, what is in force, what was, and the fields of a new draft."""
    closed = (drafting.ISSUED_STATE, drafting.REJECTED, drafting.SUPERSEDED, drafting.ISSUING)
    fields = typed.shown(Content(
        hazard="flood", level=4, action="evacuate", expires=office.now(mode) + _LASTS,
        languages=("ja", "easy", "en"),
    ))  # fmt: skip
    past = sorted(drafting.drafts(office, mode, closed), key=lambda one: -one.changed)
    return {
        "waiting": [_card(office, one, ja=ja) for one in drafting.drafts(office, mode)],
        "standing": [_standing(one, ja=ja) for one in office.in_force(mode)],
        "history": [_card(office, one, ja=ja) for one in past[:_HISTORY]],
        "fields": fields, **choices(ja=ja),
    }  # fmt: skip


def draft_view(office: Office, draft: Draft, *, ja: bool) -> dict[str, Any]:
    """A draft as it will appear, and everything that who approves it must see."""
    mode = Mode(draft.mode)
    said = drafting.body(office, draft, draft.moment or None, [])
    last = drafting.last_edition(office, draft.alert, mode)
    over = draft.state == drafting.ISSUED_STATE
    before = None if last is None or over else decode(ISSUED, last.body)
    counted = audience(office, draft)
    given = drafting.approvals(office, draft)
    return {
        "draft": _card(office, draft, ja=ja), "seen": drafting.mark(office, draft),
        "texts": texts(said, ja=ja), "changes": _grouped(difference(before, said)),
        "first": before is None,
        "warnings": warnings(office, draft, ja=ja), "given": given,
        "open": draft.state in drafting.OPEN, "ready": draft.state == drafting.APPROVED,
        "audience": sorted(counted.channels.items()), "at_most": counted.at_most,
        "drawing": _drawing(shape(office, draft)), "fields": typed.shown(draft.said),
        "places": "、".join((*said.area_names, *said.districts)),
        "records": _records(office, draft), **choices(ja=ja),
    }  # fmt: skip


def standing_view(office: Office, version: Version, *, ja: bool) -> dict[str, Any]:
    """An alert in force, its editions, and the fields of what may follow it."""
    said: IssuedAlert = decode(ISSUED, version.body)
    editions = office.editions(version.key, Mode(version.mode))
    content = content_of(office, version)
    return {
        "alert": _standing(version, ja=ja), "texts": texts(said, ja=ja),
        "editions": [_standing(one, ja=ja) for one in reversed(editions)],
        "fields": typed.shown(content) | {"alarm": "no"},
        "longer": (show((content.expires or office.now(Mode(version.mode))) + _LASTS, JST)
                   or "")[:16],
        "drawing": _drawing(version.geometry or office.outline(said.areas)),
        "places": "、".join((*said.area_names, *said.districts)),
        **choices(ja=ja),
    }  # fmt: skip


def _grouped(found: list[Changed]) -> dict[str, list[Changed]]:
    """What has changed by language, in the order of the texts; "" for what is of no text."""
    groups: dict[str, list[Changed]] = {"": []}
    for one in found:
        groups.setdefault(one.language, []).append(one)
    return groups


def choices(*, ja: bool) -> dict[str, Any]:
    """What a form offers: hazards, actions, and languages, each by its name."""
    words = table("ja" if ja else "en")
    return {
        "hazards": [(one, words.hazards[one].name) for one in HAZARDS],
        "actions": [(one, words.actions[one].name) for one in ACTIONS],
        "languages": [(one, table(one).name) for one in languages()],
    }  # fmt: skip


def texts(said: IssuedAlert, *, ja: bool) -> list[dict[str, Any]]:
    """Each text with its readings above the characters, part by part."""
    return [
        {
            "language": one.language, "name": _language(one), "headline": _ruby(one.headline),
            "tag": table(one.language).cap if one.language in languages() else one.language,
            "parts": [(part_ja if ja else part_en, _ruby(getattr(one, part)))
                      for part, part_ja, part_en in _PARTS if getattr(one, part)],
            "voice": [_ruby(line) for line in one.voice.splitlines()],
        }
        for one in said.texts
    ]  # fmt: skip


def _language(text: Text) -> str:
    return table(text.language).name if text.language in languages() else text.language


def _ruby(text: str) -> Markup:
    return Markup(show_readings(text))  # noqa: S704 (it escapes all but its own tags)


def _drawing(wkb: bytes | None) -> Any:
    return None if wkb is None else outline(wkb)


def _records(office: Office, draft: Draft) -> list[tuple[str, str]]:
    from noroshi.channels.features import thing_id
    from noroshi.core.label import OPERATOR

    found = office.store.versions(list(draft.basis), OPERATOR)
    return [(one.kind, thing_id(one)) for one in found.values()]


def _card(office: Office, draft: Draft, *, ja: bool) -> dict[str, Any]:
    said = drafting.body(office, draft, draft.moment or None, [])
    text = _chosen(said, ja=ja)
    given = drafting.approvals(office, draft)
    return {
        "id": draft.id, "alert": draft.alert, "headline": _ruby(text.headline),
        "kind": _KINDS[draft.kind][not ja], "code": draft.kind, "level": said.level,
        "state": _STATES[draft.state][not ja], "state_code": draft.state, "author": draft.author,
        "created": draft.created, "changed": draft.changed, "needed": draft.needed,
        "count": len(given), "why": draft.why, "number": draft.base + 1, "rule": draft.rule,
        "expires": draft.said.expires,
    }  # fmt: skip


def _chosen(said: IssuedAlert, *, ja: bool) -> Text:
    """The text in the language of the page, or else the first."""
    wanted = "ja" if ja else "en"
    return next((one for one in said.texts if one.language == wanted), said.texts[0])


def _standing(version: Version, *, ja: bool) -> dict[str, Any]:
    said: IssuedAlert = decode(ISSUED, version.body)
    text = _chosen(said, ja=ja)
    return {
        "id": version.key, "headline": _ruby(text.headline), "level": said.level,
        "kind": _KINDS[said.kind][not ja], "number": said.number, "issued": version.issued,
        "expires": said.expires, "document": document_id(version), "rule": said.rule,
        "alarm": said.alarm,
    }  # fmt: skip
