"""What really happened, beside the messages: `truth.jsonl`. The first line says of which drill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from noroshi import __version__
from noroshi.core.errors import UnreadableMessage
from noroshi.feeds.drill.scene import Fact

#: The form of the file; a later one that reads differently gets another number.
FORM = 1


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """The first line. `start`: of the scenario, microseconds UTC; `begun`: when it began to be
    played, on the wall. `speed` 0: as fast as possible. `world`: the codes of its prefectures."""

    truth: int = FORM
    scenario: str
    seed: int = 0
    start: int
    hours: float = 0.0
    speed: float = 1.0
    begun: int = 0
    world: list[str] = []
    faults: str = ""
    noroshi: str = __version__


class TruthWriter:
    """Writes facts to a file, a line each."""

    def __init__(self, path: Path, heading: Heading) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("wb")
        self._encode = msgspec.json.Encoder().encode
        self._file.write(msgspec.json.encode(heading) + b"\n")

    def write(self, fact: Fact) -> None:
        """Add a fact."""
        self._file.write(self._encode(fact) + b"\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_truth(path: Path) -> tuple[Heading, list[Fact]]:
    """The heading and the facts of a file, in order of time. A last line that was not finished,
    because the drill was killed, is left out.

    Raises UnreadableMessage with the line.
    """
    with path.open("rb") as file:
        try:
            heading = msgspec.json.decode(file.readline(), type=Heading)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableMessage(
                f"no truth of a drill: {error}", where=f"{path}, line 1",
                remedy="`noroshi drill run … --truth FILE` writes one",
            ) from None  # fmt: skip
        if heading.truth != FORM:
            raise UnreadableMessage(f"its form is {heading.truth}, not {FORM}", where=str(path))
        facts = list(_facts(path, file))
    return heading, sorted(facts, key=lambda one: one.time)


def _facts(path: Path, file: IO[bytes]) -> Iterator[Fact]:
    decode = msgspec.json.Decoder(Fact).decode
    for number, line in enumerate(file, 2):
        try:
            yield decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not line.endswith(b"\n"):
                return
            raise UnreadableMessage(str(error), where=f"{path}, line {number}") from None
