"""Somebody at the desk for tests of the doors: says what it is told to, hears an id once, and keeps
what it heard."""

from __future__ import annotations

from collections.abc import Callable

from noroshi.channels.chat.turns import Said, Turn
from noroshi.store.people import PeopleFile


class Listening:
    """Answers with `says`; `heard` are the turns, in order, each once."""

    def __init__(
        self, people: PeopleFile, says: Callable[[Turn], list[Said]] | None = None
    ) -> None:
        self.people = people
        self.says = says or (lambda turn: [Said(f"「{turn.text or turn.choice}」")])
        self.heard: list[tuple[str, str, Turn]] = []
        self.answers: dict[str, list[Said]] = {}

    def hear(self, channel: str, address: str, turn: Turn, *, id: str = "") -> list[Said]:
        self.people.meet(channel, address, keep=10**12)
        if id and id in self.answers:
            return self.answers[id]
        said = self.says(turn)
        self.heard.append((channel, address, turn))
        if id:
            self.answers[id] = said
        return said

    def settle(self, at: int) -> int:
        return 0
