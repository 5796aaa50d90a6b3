"""What a step of a conversation wants done in the world; the desk does it."""

from __future__ import annotations

import msgspec

from noroshi.channels.chat.state import Draft, Where


class FileReport(msgspec.Struct, frozen=True):
    """Keep a report."""

    draft: Draft
    language: str


class AskStatus(msgspec.Struct, frozen=True):
    """Tell the person what became of their reports."""


class Subscribe(msgspec.Struct, frozen=True):
    """Send alerts for a place."""

    where: Where
    needs: tuple[str, ...]
    language: str


class Unsubscribe(msgspec.Struct, frozen=True):
    """Send no more alerts."""


class Erase(msgspec.Struct, frozen=True):
    """Erase all that is kept of the person."""


class NeighbourAnswer(msgspec.Struct, frozen=True):
    """Whether somebody near a report sees it too; `key` empty: the report they were asked about
    last. `position` is where their device says that they are."""

    key: str
    sees: bool
    position: tuple[float, float] | None = None


Effect = FileReport | AskStatus | Subscribe | Unsubscribe | Erase | NeighbourAnswer
