"""What a record says is in force, before it is put into either language."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.channels.advice.actions import Advice, Both
from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.alerts.scales import Scale
from noroshi.core.time import parse
from noroshi.formats.cap.message import Named


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One event that is in force somewhere.

    `event` is its name, as printed and in English; `place` what it is for. `text` is what is said
    of it. `onset` is the time at which the event itself is expected, µs.
    """

    event: Both
    place: str
    category: str
    scale: Scale
    responses: tuple[str, ...]
    text: Both = Both("", "")
    advice: tuple[Advice, ...] = ()
    office: str = ""
    onset: int | None = None
    codes: tuple[Named, ...] = ()
    parameters: tuple[Named, ...] = ()

    def name(self, language: str) -> str:
        """The name of the event in `ja` or `en`."""
        return self.event.ja if language == "ja" else self.event.en

    def instruction(self, language: str) -> str:
        """What to do, one sentence a line."""
        found: dict[str, None] = {}
        for one in self.advice:
            for step in one.steps:
                found[drop_readings(step.ja) if language == "ja" else step.en] = None
        return "\n".join(found)


def moment(text: str | None) -> int | None:
    """The time a body names; None for none, or for text that is no time."""
    try:
        return None if not text else parse(text)
    except (ValueError, OverflowError):
        return None


def lines(*parts: str) -> str:
    """The parts that say something, one a line."""
    return "\n".join(part for part in parts if part)


def labelled(ja: str, en: str, value: str | Iterable[str]) -> Both:
    """`value` under its name in both languages; nothing for nothing."""
    text = value if isinstance(value, str) else "、".join(filter(None, value))
    return Both(f"{ja}：{text}", f"{en}: {text}") if text else Both("", "")


def join(parts: Iterable[Both]) -> Both:
    """The parts that say something, one a line, in both languages."""
    found = list(parts)
    return Both(lines(*(one.ja for one in found)), lines(*(one.en for one in found)))
