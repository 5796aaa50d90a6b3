"""The interface of every store; `tests/test_store_contract.py` says what it promises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from noroshi.core.label import OPERATOR, Label, Reader, Sharing
from noroshi.core.record import Edition, Mode, Version
from noroshi.formats.boundaries import Place
from noroshi.store.words import (
    Arrival,
    Arrived,
    Change,
    Cursor,
    Incoming,
    Lifetime,
    News,
    Outcome,
    Page,
    Query,
    Receipt,
    SourceState,
    Tally,
)

if TYPE_CHECKING:
    from noroshi.store.exchange import Log


class Store(Protocol):
    """Everything that Noroshi keeps. Every read takes the reader it is for."""

    @property
    def exchange(self) -> Log:
        """What is sent to peers and came from them."""
        ...

    def commit(self, batch: Sequence[tuple[Incoming, Outcome | None]]) -> list[Receipt]:
        """Keep messages and what came of them, durably, in one transaction.

        An Outcome of None keeps the bytes as WAITING, to be settled later. Bytes in quarantine are
        settled anew. Bytes that were read already under this label are recorded as one more
        arrival (DUPLICATE) and change nothing else.
        """
        ...

    def settle(self, sha: bytes, outcome: Outcome) -> Receipt:
        """Set what came of a kept message: one that waited, or one read again after a fix.

        Raises NoroshiError, and changes nothing, where what was read before cannot be read now.
        """
        ...

    def publish(self, editions: Sequence[Edition], *, source: str, label: int) -> int:
        """Keep editions that rest on records and not on a message (products).

        Returns how many versions were stored.
        """
        ...

    def picture(self, query: Query) -> Iterator[Version]:
        """The versions in the picture that `query` asks for, in no particular order."""
        ...

    def page(
        self,
        query: Query,
        limit: int,
        after: Cursor | None = None,
        keep: Callable[[Version], bool] | None = None,
    ) -> Page:
        """At most `limit` versions of the picture, in the order of place and id, `after` a cursor.

        `keep` leaves out what it is false for. With the `at` and `as_of` of the first page, the
        pages together are the picture, whatever is committed meanwhile.
        """
        ...

    def page_ids(
        self, query: Query, limit: int, after: Cursor | None = None
    ) -> tuple[list[int], Cursor | None] | None:
        """As `page`, but only the ids of the versions, where the index can tell by itself and
        within milliseconds: of a whole kind at one moment. None otherwise."""
        ...

    def versions(self, ids: list[int], reader: Reader) -> dict[int, Version]:
        """Those of the versions that `reader` may see, by id; without what ended them."""
        ...

    def timeline(self, query: Query, start: int, end: int, limit: int) -> list[Lifetime]:
        """At most `limit` versions that are true at some time from `start` to `end`, however
        known since `start`, and when each is in the picture. The times in `query` do not count."""
        ...

    def next_change(self, query: Query) -> int | None:
        """The first moment after `query.at` at which the picture of its kind and mode, as known
        at `as_of`, changes by itself; None if it never does. Places and areas do not count.

        `query.at` where the reader sees a series of the kind under several labels: then any
        commit, and any moment, may change what an edition of one label hides of the other."""
        ...

    def thing(
        self, kind: str, series_id: int, key: str, reader: Reader, at: int, as_of: int
    ) -> Version:
        """The version of one thing that is in the picture. Raises NotFound."""
        ...

    def editions(
        self, kind: str, series_id: int, key: str, reader: Reader, as_of: int
    ) -> list[Version]:
        """Every version of one thing in the order of its editions. Raises NotFound for none."""
        ...

    def changes(
        self,
        reader: Reader,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 1000,
        kinds: Collection[str] | None = None,
    ) -> list[Change]:
        """Versions kept `after` a cursor, oldest first; or without it the newest (`before` a
        cursor), newest first."""
        ...

    def tally(self, query: Query) -> Tally:
        """How many versions the picture holds, without reading them."""
        ...

    def kinds(self, reader: Reader) -> set[str]:
        """Kinds of which there is anything that `reader` may see, in any mode."""
        ...

    def latest(self, reader: Reader = OPERATOR) -> int:
        """The highest id of a version that came under a label which `reader` sees; 0 where there
        is none."""
        ...

    def news(self, after: int, limit: int) -> list[News]:
        """What was kept after a version, whoever may see it, in order and without what it says."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Whatever this thread reads within it is of one moment, and sooner found. What the thread
        itself writes meanwhile is seen after that."""
        ...

    def generation(self) -> int:
        """A number that changes with every commit of any process, as one thread sees it."""
        ...

    def sources(self, reader: Reader, mode: Mode = Mode.ACTUAL) -> list[SourceState]:
        """Every source of messages that `reader` may see, and how it stands by what it said in
        `mode`."""
        ...

    def arrived(self, after: int, limit: int) -> list[Arrived]:
        """At most `limit` arrivals with a number `after` this one, in order, of every label: for
        the node itself."""
        ...

    def last_arrival(self) -> int:
        """The number of the latest arrival; 0 where there is none."""
        ...

    def density(
        self, reader: Reader, start: int, end: int, bins: int, mode: Mode = Mode.ACTUAL
    ) -> tuple[list[int], list[int]]:
        """How many versions came from messages in each of `bins` equal parts of a time: by when
        they were recorded, and by when they were issued."""
        ...

    def history(
        self, kind: str, key: str, reader: Reader, as_of: int, mode: Mode = Mode.ACTUAL
    ) -> list[Version]:
        """Every version of one thing, in the order of its editions."""
        ...

    def version(self, id: int, reader: Reader) -> Version:
        """One version. Raises NotFound, also for what the reader may not see."""
        ...

    def messages(
        self, reader: Reader, *, state: str | None = None, id: str | None = None
    ) -> Iterator[Arrival]:
        """Arrivals in order; `id` is a SHA-256 in hexadecimal or its beginning."""
        ...

    def message(self, id: str, reader: Reader) -> bytes:
        """The bytes of a message by its (abbreviated) id. Raises NotFound."""
        ...

    def settled(self, shas: Sequence[bytes], label: int) -> set[bytes]:
        """Which of these messages were read already under `label`: reading them again would
        change nothing."""
        ...

    def waiting(self) -> list[bytes]:
        """SHA-256 of messages that are kept but not settled."""
        ...

    def labels(self, after: int = -1) -> list[Label]:
        """Labels beyond the built-in ones, with a stamp `after` this one."""
        ...

    def label_stamp(self) -> int:
        """A number that rises whenever the meaning of a label changes or something is recalled:
        what was made from pictures before may not hold for the same reader any more."""
        ...

    def define_label(
        self, name: str, sharing: Sharing, *, origin: str = "", stream: int = 0
    ) -> Label:
        """Define or change the label called `name`, or that of another node's stream: every
        record that carries it follows at once. Raises ValueError."""
        ...

    def meaning(self, label: int) -> Sharing:
        """What a label means. Raises NoroshiError for one that was never defined."""
        ...

    def labels_of(self, kinds: Collection[str]) -> set[int]:
        """Labels under which there is, or was, anything of these kinds."""
        ...

    def narrowest(self, labels: set[int]) -> int:
        """The label of something made from what carries `labels`: who sees it is who sees them
        all. Raises ValueError where nobody may (personal data of several purposes)."""
        ...

    def recall(
        self, sha: bytes, label: int, reason: str, *, erase: bool = False, origin: str = ""
    ) -> tuple[int, list[bytes]]:
        """Take what a message said under `label` out of every picture, present and past, with all
        that was computed from it; what held before holds again. It never comes back by being sent
        again. `erase` also destroys what it said. With `origin`, this node's organisation, its
        peers are told.

        Returns how many versions went, and messages that are to be read again (`settle`), because
        they were merged with it. Raises NotFound."""
        ...

    def relabel(
        self,
        sha: bytes,
        old: Sequence[int],
        new: int,
        outcome: Outcome,
        reason: str,
        origin: str = "",
    ) -> tuple[Receipt, list[bytes]]:
        """Recall a message under the labels `old` and take it in under `new`, in one transaction;
        returns as `recall` and `commit` do. Raises NotFound."""
        ...

    def recalls(self) -> list[tuple[str, int, int, str]]:
        """What was recalled: message (hexadecimal SHA-256), label, time, reason."""
        ...

    def expired(self, label: int, before: int, limit: int = 500) -> list[bytes]:
        """Messages under `label` that came before a time."""
        ...

    def put_places(self, places: Sequence[Place]) -> int:
        """Import official areas; those of the same code are replaced. Returns their number."""
        ...

    def places(self, scheme: str | None = None) -> Iterator[Place]:
        """Imported official areas."""
        ...

    def counts(self, reader: Reader) -> dict[str, Any]:
        """Numbers for the self-check, of what `reader` may see: messages by state, records by
        kind, series, editions, versions, arrivals; and places, and the size on disk."""
        ...

    def recorded(self, reader: Reader = OPERATOR) -> int:
        """The latest recorded time of what came under a label that `reader` sees (0: nothing
        did): as of then, everything that they may see is known, and it tells nothing of the rest.
        It may lie ahead of this machine's clock, if the clock was set back."""
        ...

    def newest(self) -> int:
        """The highest id of a version that came from a message; 0 where there is none."""
        ...

    def marked(self, name: str) -> int:
        """A number that `mark` kept, or 0."""
        ...

    def mark(self, name: str, value: int) -> None:
        """Keep a number under a name: how far some work on this store has come."""
        ...

    def mark_all(self, values: Mapping[str, int]) -> None:
        """As `mark`, several together."""
        ...

    def last_issue(self, series: str, mode: Mode, label: int) -> tuple[int, int] | None:
        """Time of issue and serial of the last edition of a series under a label, also of one that
        ended it; None where there was none."""
        ...

    def check(self) -> list[str]:
        """What is wrong inside the store; empty when all is well."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
