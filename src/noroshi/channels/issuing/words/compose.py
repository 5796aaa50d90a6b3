"""The texts of an alert, in each of its languages, in the one order."""

from __future__ import annotations

from noroshi.channels.advice.plain import romanise, say_warning, with_kana
from noroshi.channels.issuing.content import Content, Place
from noroshi.channels.issuing.words import moments
from noroshi.channels.issuing.words.tables import Table, table
from noroshi.channels.issuing.words.voice import Caller, broadcast
from noroshi.core.record import Mode
from noroshi.kinds.issued_alert import Text

#: Kinds of editions that end an alert.
ENDS = ("cancel", "expire")
#: Languages that write the names of Japanese places in Latin letters; the others as they are.
_LATIN = ("en", "pt", "vi", "ko")


def compose(content: Content, kind: str, mode: Mode, by: Caller, moment: int | None) -> list[Text]:
    """What is said of `content` by an edition of this kind, by language. `moment` is when it is
    issued; None leaves it open, in words: nothing else of the texts rests on it."""
    found = []
    for language in content.languages:
        one = _text(table(language), content, kind, mode, by, moment)
        if language == "ja":
            voice = broadcast(content, kind, mode, by)
            one = Text(one.language, one.headline, one.level, one.action, one.place, one.time,
                       one.reason, one.source, voice)  # fmt: skip
        found.append(one)
    return found


def _text(
    words: Table, content: Content, kind: str, mode: Mode, by: Caller, moment: int | None
) -> Text:
    frames = words.frames
    action, hazard = words.actions[content.action], words.hazards[content.hazard]
    ended = kind in ENDS
    level = "" if content.level is None or ended else words.levels[str(content.level)]
    said_kind = words.kinds[kind]
    place = _places(words, content)
    headline = frames["headline"].format(
        mark=mark(words, mode), kind=frames["kind"].format(kind=said_kind) if said_kind else "",
        level=frames["level"].format(level=level) if level else "",
        action=action.name, hazard=hazard.name, place=place,
    )  # fmt: skip
    if ended:
        clear = words.actions["all_clear"]
        do = frames["ended"].format(name=action.name, hazard=hazard.name, kind=said_kind,
                                    do=clear.do)  # fmt: skip
    else:
        do = frames["action"].format(name=action.name, do=action.do)
    return Text(
        language=words.code, headline=headline, level=level, action=says(words, mode) + do,
        place=place, time=_time(words, content, kind, moment), reason=_reason(words, content),
        source=_source(words, by, moment),
    )  # fmt: skip


def mark(words: Table, mode: Mode) -> str:
    """What begins every text of a mode; nothing for what is real."""
    return {Mode.ACTUAL: "", Mode.EXERCISE: words.marks.exercise, Mode.TEST: words.marks.test}[mode]


def says(words: Table, mode: Mode) -> str:
    """The sentence that says of which mode a text is; nothing for what is real."""
    return {Mode.ACTUAL: "", Mode.EXERCISE: words.marks.exercise_says,
            Mode.TEST: words.marks.test_says}[mode]  # fmt: skip


def _names(words: Table, places: tuple[Place, ...]) -> str:
    return words.frames["join"].join(_name(words, one) for one in places)


def _name(words: Table, place: Place) -> str:
    if words.code == "easy":
        return with_kana(place.name, place.kana)
    return romanise(place.name, place.kana) if words.code in _LATIN else place.name


def _places(words: Table, content: Content) -> str:
    names = _names(words, content.places)
    if not content.districts:
        return words.frames["place"].format(names=names)
    return words.frames["districts"].format(names=names, districts=_names(words, content.districts))


def _moment(words: Table, time: int) -> str:
    return words.frames["moment"].format(**moments.parts(time))


def _time(words: Table, content: Content, kind: str, moment: int | None) -> str:
    frames, begins, expires = words.frames, content.begins, content.expires
    if kind in ENDS:
        if moment is None:
            return frames["ended_time_pending"].format(kind=words.kinds[kind])
        return frames["ended_time"].format(issued=_moment(words, moment), kind=words.kinds[kind])
    until = "" if expires is None else _moment(words, expires)
    if begins is None:
        return frames["now_until"].format(until=until) if until else frames["now"].format()
    since = _moment(words, begins)
    if until:
        return frames["from_until"].format(begins=since, until=until)
    return frames["from"].format(begins=since)


def _reason(words: Table, content: Content) -> str:
    """An officer's own words, or else the table's, and by which statement it was drafted where the
    language can say it."""
    own = content.reasons.get(words.code, "")
    said = ""
    frame = words.frames["said_by"]
    if frame and content.name and content.office:
        name = content.name if words.code == "ja" else say_warning(content.name, "", "")
        if words.code == "ja" or (name.isascii() and content.office.isascii()):
            said = frame.format(office=content.office, name=name)
    gap = "" if words.code in ("ja", "easy", "zh-Hans") else " "
    return gap.join(filter(None, (own or words.hazards[content.hazard].reason, said)))


def _source(words: Table, by: Caller, moment: int | None) -> str:
    issuer = by.english if words.code in _LATIN and by.english else by.name
    if words.code == "easy":
        issuer = with_kana(by.name, by.kana)
    if moment is None:
        return words.frames["source_pending"].format(issuer=issuer)
    return words.frames["source"].format(issuer=issuer, issued=_moment(words, moment))
