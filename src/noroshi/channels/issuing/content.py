"""What an alert is about, before it is put into words."""

from __future__ import annotations

import msgspec

from noroshi.channels.issuing.words.tables import ACTIONS, HAZARDS, languages
from noroshi.core.errors import NoroshiError
from noroshi.core.time import DAY

#: Hazards that the five alert levels are for (内閣府（防災担当）「避難情報に関するガイドライン」):
#: floods, inundation, landslides, storm surges; a tsunami has an evacuation order without a level.
LEVELLED = ("flood", "rain", "inundation", "landslide", "surge")
#: The level that is meant by what people are told to do (the same guideline), and back.
LEVEL_OF = {"save_life": 5, "evacuate": 4, "evacuate_early": 3}
ACTION_OF = {5: "save_life", 4: "evacuate", 3: "evacuate_early", 2: "prepare", 1: "monitor"}
#: No alert holds for longer than this without being issued again.
LONGEST = 31 * DAY
_LONGEST_TEXT, _MOST_AREAS = 500, 200


class Place(msgspec.Struct, frozen=True):
    """A place by its official area, its name, and how that is read (hiragana; empty: not known)."""

    area: str
    name: str
    kana: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is so, where and until when, and what people are to do (see `kinds.issued_alert`).

    Times are microseconds UTC; `begins` None: from its issue on; `expires` None: until it is
    cancelled. `reasons` are words of an officer by language, said in the place of the table's;
    `office` and `name` say by which statement it was drafted. `alarm`: people are to be alarmed.
    """

    hazard: str = "other"
    level: int | None = None
    action: str = "information"
    places: tuple[Place, ...] = ()
    districts: tuple[Place, ...] = ()
    begins: int | None = None
    expires: int | None = None
    reasons: dict[str, str] = {}
    office: str = ""
    name: str = ""
    languages: tuple[str, ...] = ("ja", "easy", "en")
    channels: tuple[str, ...] = ()
    alarm: bool = True


def checked(content: Content) -> Content:
    """`content` if it can be meant. Raises NoroshiError naming the field and what to do."""
    if content.hazard not in HAZARDS:
        _wrong("hazard", content.hazard, f"one of {', '.join(HAZARDS)}")
    if content.action not in ACTIONS:
        _wrong("action", content.action, f"one of {', '.join(ACTIONS)}")
    if content.level is not None and (
        content.hazard not in LEVELLED or not 1 <= content.level <= 5
    ):
        _wrong("level", str(content.level),
               f"1 to 5, and for {', '.join(LEVELLED)} alone")  # fmt: skip
    meant = LEVEL_OF.get(content.action)
    if content.hazard in LEVELLED and meant is not None and content.level not in (None, meant):
        _wrong("level", str(content.level), f"{content.action} is level {meant}")
    if not content.places:
        _wrong("places", "none", "say at least one official area, such as 17202")
    for one in (*content.places, *content.districts):
        if not one.name or one.name.isdigit() or len(one.name) > 100:
            remedy = "noroshi places import, or write 17202=七尾市（ななおし）"
            _wrong("places", f"no name is known of {one.area or one.name!r}", remedy)
    if len(content.places) + len(content.districts) > _MOST_AREAS:
        _wrong("places", f"{len(content.places)}", f"at most {_MOST_AREAS}")
    if not content.languages or content.languages[0] != "ja":
        _wrong("languages", ", ".join(content.languages) or "none", "ja comes first")
    unknown = set(content.languages) - set(languages())
    if unknown or len(set(content.languages)) != len(content.languages):
        _wrong("languages", ", ".join(sorted(unknown)) or "one twice",
               f"of {', '.join(languages())}")  # fmt: skip
    for language, text in content.reasons.items():
        if language not in content.languages:
            _wrong("reasons", language, "a language of the alert")
        if len(text) > _LONGEST_TEXT or any(ord(one) < 32 for one in text):
            _wrong(f"reasons.{language}", f"{len(text)} characters",
                   f"at most {_LONGEST_TEXT}, without line breaks")  # fmt: skip
    begins, expires = content.begins, content.expires
    if begins is not None and expires is not None and expires <= begins:
        _wrong("expires", "before it begins", "later than begins")
    return content


def _wrong(field: str, value: str, remedy: str) -> None:
    raise NoroshiError(f"{field}: {value}", remedy=remedy)
