"""Alerts that an organisation issues to the people: what is so, where, and what to do."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

ISSUED = "disaster.issued_alert"
LANGUAGE_NAMES = {"ja": "日本語", "easy": "やさしい日本語", "en": "English"}


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said in one language, in this order and no other: level, action, place, time, reason,
    source."""

    language: Annotated[str, note("言語", "ja, easy (やさしい日本語), en, or another by its code")]
    headline: Annotated[str, note("見出し", "in one line, level and action first")]
    level: Annotated[str, note("警戒レベル", "level in words; empty if it has none")] = ""
    action: Annotated[str, note("行動", "what to do")] = ""
    place: Annotated[str, note("場所", "where")] = ""
    time: Annotated[str, note("時刻", "from when, until when")] = ""
    reason: Annotated[str, note("理由", "why")] = ""
    source: Annotated[str, note("発信者", "who says so, and when")] = ""
    voice: Annotated[str, note("放送文", "as read out by loudspeakers")] = ""


@kind(ISSUED, en="Alert issued to the public", ja="発信した緊急情報", layer="warnings")
class IssuedAlert(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One edition of an alert; its key is the alert's own id, and a later edition takes the place
    of it. `kind` update, extend and correct do not alarm again unless `alarm` says so."""

    number: Annotated[int, note("版", "edition, from 1 on")]
    kind: Annotated[str, note("種類", "issue, update, extend, correct, cancel or expire")] = "issue"
    alarm: Annotated[bool, note("鳴動", "true: people are to be alarmed by this edition")] = True
    hazard: Annotated[str, note("災害", "flood, landslide, surge, tsunami, earthquake, … other")]
    level: Annotated[int | None, note("警戒レベル", "alert level 1–5")] = None
    action: Annotated[
        str,
        note(
            "行動種別",
            "save_life (緊急安全確保), evacuate (避難指示), evacuate_early (高齢者等避難), "
            "prepare, shelter_in, avoid, monitor, information or all_clear",
        ),
    ] = "information"
    areas: Annotated[list[str], note("対象地域", "official areas: city:1720200 …")] = []
    area_names: Annotated[list[str], note("対象地域名", "their names, in the same order")] = []
    districts: Annotated[list[str], note("対象地区", "names of districts within; none: all")] = []
    begins: Annotated[str | None, note("開始", "from when it holds, RFC 3339")] = None
    expires: Annotated[str | None, note("失効", "until when it holds, RFC 3339")] = None
    texts: Annotated[list[Text], note("文面", "what is said, by language")] = []
    rule: Annotated[str, note("規則", "rule it was drafted by; empty: by hand")] = ""
    approved_by: Annotated[
        list[str], note("承認者", "who approved it; none: by the rule itself")
    ] = []
    issuer: Annotated[str, note("発信機関", "organisation that issues it")] = ""
    replaces: Annotated[int | None, note("前の版", "edition it takes the place of")] = None
    channels: Annotated[list[str], note("経路", "channels by which it goes")] = []
