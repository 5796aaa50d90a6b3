"""What is said, as messages of LINE.

https://developers.line.biz/en/reference/messaging-api/#text-message (5,000 characters, counted in
UTF-16 code units), #quick-reply (13 buttons, shown under the last message only), #action-objects
(labels of quick replies 20 characters, counted in grapheme clusters; postback data 300), reply
messages: 5 in one request. Counting: https://developers.line.biz/en/docs/messaging-api/
text-character-count/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.chat.spoken import label, language_of, spoken
from noroshi.channels.chat.turns import Choice, Said
from noroshi.core.record import Mode

#: Messages in a reply, UTF-16 units in a text, buttons, characters of a label, of postback data.
MESSAGES, LONGEST, BUTTONS, LABEL, DATA = 5, 5_000, 13, 20, 300
#: What is in front of the id of a quick reply, in what a postback brings back.
PRESSED = "choice:"
_WORDS = {
    "position": {"ja": "場所を送る", "en": "Send my location"},
    "camera": {"ja": "写真をとる", "en": "Take a picture"},
    "roll": {"ja": "写真をえらぶ", "en": "Choose a picture"},
}


def messages(said: Sequence[Said], mode: Mode, base: str) -> list[dict[str, Any]]:
    """The messages of one reply, what is urgent first. `base`: where links on this node lead; empty
    where the node has no address of its own, and then there are none."""
    ordered = sorted(said, key=lambda one: not one.urgent)
    texts = [cut for one in ordered for cut in _cut(text_of(one, mode, base))]
    if len(texts) > MESSAGES:
        texts = _joined(texts)
    found: list[dict[str, Any]] = [{"type": "text", "text": one} for one in texts]
    if found and (items := _buttons(ordered)):
        found[-1]["quickReply"] = {"items": items}
    return found


def text_of(one: Said, mode: Mode, base: str) -> str:
    """What is said in one piece, with its link."""
    text = drop_readings(spoken(one, mode))
    link = one.link if one.link.startswith("http") else base + one.link if base else ""
    return f"{text}\n{link}" if one.link and link else text


def as_text(said: Sequence[Said], mode: Mode, base: str) -> str:
    """All that is said in one text, with its quick replies as words: for a message that cannot
    have buttons."""
    ordered = sorted(said, key=lambda one: not one.urgent)
    parts = [text_of(one, mode, base) for one in ordered]
    labels = [f"・{_label(each, one)}" for one in ordered[-1:] for each in one.choices]
    return "\n\n".join([*parts, "\n".join(labels)] if labels else parts)


def units(text: str) -> int:
    """Length as LINE counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _first(text: str, most: int) -> str:
    """The beginning of a text, of at most so many units."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


def _cut(text: str) -> list[str]:
    """Pieces that LINE takes, cut at the end of a line where there is one."""
    found: list[str] = []
    rest = text.strip() or "…"
    # What is longer than a whole reply is cut there anyway.
    while units(rest) > LONGEST and len(found) < MESSAGES:
        end = len(_first(rest, LONGEST))
        line = rest.rfind("\n", end // 2, end)
        end = line + 1 if line > 0 else end
        found.append(rest[:end].rstrip() or "…")
        rest = rest[end:].lstrip("\n")
    return [*found, _first(rest, LONGEST)] if rest else found


def _joined(texts: list[str]) -> list[str]:
    """As few pieces as hold everything; what is beyond five full ones says so."""
    found = [texts[0]]
    for one in texts[1:]:
        both = f"{found[-1]}\n\n{one}"
        if units(both) <= LONGEST:
            found[-1] = both
        else:
            found.append(one)
    if len(found) > MESSAGES:
        last = _first(found[MESSAGES - 1], LONGEST - 2)
        found = [*found[: MESSAGES - 1], f"{last}\n…"]
    return found


def _buttons(said: Sequence[Said]) -> list[dict[str, Any]]:
    """Buttons of all that is said; what a person is asked to send comes first."""
    found: list[dict[str, Any]] = []
    for one in said:
        language = language_of(one)
        if one.wants == "position":
            found.append({"type": "location", "label": _WORDS["position"][language]})
        if one.wants == "picture":
            found.append({"type": "camera", "label": _WORDS["camera"][language]})
            found.append({"type": "cameraRoll", "label": _WORDS["roll"][language]})
    for one in said:
        for each in one.choices:
            data = PRESSED + each.id
            if each.id and len(data) <= DATA:
                said_as = _label(each, one)
                found.append({"type": "postback", "label": said_as[:LABEL], "data": data,
                              "displayText": said_as[:DATA]})  # fmt: skip
    return [{"type": "action", "action": one} for one in found[:BUTTONS]]


def _label(choice: Choice, of: Said) -> str:
    return drop_readings(label(choice, of)).strip() or choice.id
