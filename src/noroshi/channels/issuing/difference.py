"""What a draft changes in what is in force, field by field."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.issuing.words.tables import table
from noroshi.kinds.issued_alert import LANGUAGE_NAMES, IssuedAlert

#: Fields of an alert that people notice, in the order in which they are told.
_FIELDS = {
    "level": ("警戒レベル", "Level"), "action": ("行動", "Action"),
    "hazard": ("災害", "Hazard"), "area_names": ("対象地域", "Areas"),
    "districts": ("対象地区", "Districts"), "begins": ("開始", "Begins"),
    "expires": ("失効", "Expires"), "alarm": ("鳴動", "Alarm"), "channels": ("経路", "Channels"),
}  # fmt: skip
_PARTS = {
    "action": ("行動", "action"), "place": ("場所", "place"),
    "time": ("時刻", "time"), "reason": ("理由", "reason"),
}  # fmt: skip


class Changed(msgspec.Struct, frozen=True):
    """One field: its name in both languages, and what it says before and after (empty: nothing).
    `language`: whose text it is of."""

    ja: str
    en: str
    before: str
    after: str
    language: str = ""


def difference(before: IssuedAlert | None, after: IssuedAlert) -> list[Changed]:
    """What `after` says otherwise than `before` (None: nothing is in force, so all of it)."""
    found = []
    for name, (ja, en) in _FIELDS.items():
        if name == "begins" and before is not None and after.begins is None:
            continue  # it goes on from its issue
        one = _shown(name, None if before is None else getattr(before, name))
        other = _shown(name, getattr(after, name))
        if one != other:
            found.append(Changed(ja, en, one, other))
    texts = {} if before is None else {one.language: one for one in before.texts}
    for text in after.texts:
        told = LANGUAGE_NAMES.get(text.language, text.language)
        old = texts.pop(text.language, None)
        for part, (ja, en) in _PARTS.items():
            one = "" if old is None else drop_readings(getattr(old, part))
            other = drop_readings(getattr(text, part))
            if one != other and before is not None:
                found.append(Changed(f"{told}：{ja}", f"{told}: {en}", one, other, told))
    for language in texts:
        told = LANGUAGE_NAMES.get(language, language)
        found.append(Changed(told, told, drop_readings(texts[language].headline), "", told))
    return found


def _shown(name: str, value: object) -> str:
    words = table("ja")
    if name == "action" and value in words.actions:
        return words.actions[str(value)].name
    if name == "hazard" and value in words.hazards:
        return words.hazards[str(value)].name
    if value is None:
        return ""
    if isinstance(value, bool):
        return "あり yes" if value else "なし no"
    if isinstance(value, str):
        return value
    return "、".join(map(str, value)) if isinstance(value, Iterable) else str(value)
