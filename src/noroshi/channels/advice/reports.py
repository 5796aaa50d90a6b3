"""What senders report of evacuation orders in a town.

No kind of record holds an evacuation order yet; a municipality's report (disaster.report) may
name one. It is quoted as written and no level is read into it: it may as well say 解除.
"""

from __future__ import annotations

import msgspec

from noroshi.channels.advice.notices import OLD, STALE, Sought
from noroshi.channels.features import thing_id
from noroshi.kinds import decode

KIND = "disaster.report"

#: The words of the law: 災害対策基本法 第56条, 第60条 (高齢者等避難, 避難指示, 緊急安全確保).
_ORDERS = ("緊急安全確保", "避難指示", "高齢者等避難", "避難勧告", "避難情報")


class Said(msgspec.Struct, frozen=True):
    """A report as written, at most 80 characters."""

    text: str
    issued: int
    source: str
    record: tuple[str, str]
    old: bool


def evacuation_reports(sought: Sought, most: int = 6) -> list[Said]:
    """Reports of the last week that name an evacuation order, newest first."""
    found = []
    for version in sought.picture(KIND):
        if sought.at - version.issued > STALE:
            continue
        body = decode(KIND, version.body)
        values = [str(one) for one in body.attributes.values() if isinstance(one, str)]
        parts = [one for one in (body.title, body.category, body.layer, *values) if one]
        if any(order in part for part in parts for order in _ORDERS):
            named = [one for one in parts if any(order in one for order in _ORDERS)]
            text = " / ".join(dict.fromkeys([body.title, *named]))[:80]
            old = sought.at - version.issued > OLD
            found.append(Said(text, version.issued, version.source,
                              (KIND, thing_id(version)), old))  # fmt: skip
    return sorted(found, key=lambda one: -one.issued)[:most]
