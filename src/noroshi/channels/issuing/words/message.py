"""A text of an alert as one message: a title, and what follows it, a line for each part."""

from __future__ import annotations

from typing import NamedTuple

from noroshi.kinds.issued_alert import Text


class Message(NamedTuple):
    """A title and the lines under it, with readings `{漢字|かな}` where the language has them: who
    sends it shows them above, puts them in brackets, or drops them."""

    title: str
    text: str


def message(text: Text) -> Message:
    """What is sent of a text, on every channel, in the one order: level and action, place, time,
    reason, source. The title is the headline, which says first where it is an exercise."""
    action = text.action.replace("。", "。\n").rstrip("\n") if text.action else ""
    parts = (action, text.place, text.time, text.reason, text.source)
    return Message(text.headline, "\n".join(part for part in parts if part))
