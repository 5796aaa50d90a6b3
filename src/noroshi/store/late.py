"""The general form of supersession: a version anywhere in the chain of its key.

Used for what arrives out of order, where `noroshi.store.write` cannot simply add at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from noroshi.core.place import area_token
from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import FOREVER
from noroshi.store import sql
from noroshi.store.merge import merge
from noroshi.store.rows import (
    BY_AREA,
    Head,
    Link,
    digest,
    effective,
    filed,
    plain_key,
    validity,
)

if TYPE_CHECKING:
    from noroshi.store.rows import Origin, SeriesState
    from noroshi.store.write import Writer


class Content(msgspec.Struct, frozen=True):
    """What a version says, apart from where in its chain it stands."""

    kind: int
    place: int
    area: str | None
    start: int
    end: int
    confidence: float | None
    basis: bytes | None
    geometry: bytes | None
    mark: bytes | None
    body: bytes
    ended: bool
    area_token: int | None = None


class Later(msgspec.Struct):
    """An edition after the late one: which keys it stated, and its row to attribute copies to.
    `undone`: keys of which what it said was taken back, so that what holds before it holds on."""

    ord: bytes
    eff: int
    row: tuple[Any, ...]
    whole: bool
    same: set[str]
    undone: set[str] = msgspec.field(default_factory=set)


def insert_late(
    writer: Writer, state: SeriesState, edition: Edition, origin: Origin, ord: bytes
) -> None:
    """Take in an edition that is older than the latest of its series."""
    named = [writer.head_key(one) for one in edition.records]
    writer.load_heads(state, None if edition.whole else named)
    eff, first = effective(edition), writer.last_id + 1
    id = writer.edition_id
    stated: dict[str, Content] = {}
    ended = edition.action is Action.CANCEL
    for key, record in zip(named, edition.records, strict=True):
        mark = digest(record, edition)
        stated[key] = content_of(writer, edition, record, mark, ended=ended)
    wanted: dict[str, Content | None] = dict(stated)
    if edition.whole:
        wanted.update(dict.fromkeys(key for key in state.heads if key not in stated))
    same, copies = restate(writer, state, wanted, ord, eff, origin, id)
    writer.put_edition(id, state.id, ord, edition, origin, first, None if edition.whole else same)
    for later, mine in copies:
        put_copies(writer, state, later, mine, origin)
    writer.flush()


Copies = list[tuple[Later, list[tuple[str, Content]]]]


def restate(
    writer: Writer,
    state: SeriesState,
    wanted: dict[str, Content | None],
    ord: bytes,
    eff: int,
    origin: Origin,
    id: int,
) -> tuple[list[str], Copies]:
    """Let `wanted` (None: nothing any more) hold at `ord`, as edition `id` says.

    Returns the keys of which it held already, and what later editions have to say once more.
    """
    following = _later_editions(writer, state, ord)
    copies: Copies = [(one, []) for one in following]
    same: list[str] = []
    for key, new in wanted.items():
        before, later = around(writer, state, key, ord)
        undone = {one.ord for one in following if key in one.undone}
        after = next((one for one in reversed(later) if one.ord not in undone), None)
        was = None if before is None or before.ended else before
        settled = before is not None and before.eff <= eff
        if new is None:
            if before is None or (before.ended and settled):
                continue
            new = _end(before, eff)
        elif (
            before is not None
            and settled
            and before.digest == new.mark
            and bool(before.ended) == new.ended
        ):
            same.append(key)
            continue
        insert(writer, state, key, new, ord, eff, origin, id)
        # What the next edition said of this key was what held before, so it stored nothing: store
        # it there now, and again at each further one that takes effect from an earlier time.
        bound: int | None = None
        for one, mine in copies:
            if after is not None and one.ord >= after.ord:
                break
            if key in one.undone:
                mine.append((key, _end_of(new, one.eff) if new.ended else new))
                continue
            if (one.whole or key in one.same) and (bound is None or one.eff < bound):
                bound = one.eff
                copy = copy_of(was) if was is not None else _end_of(new, one.eff)
                mine.append((key, copy))
    return same, [(one, mine) for one, mine in copies if mine]


def put_copies(
    writer: Writer,
    state: SeriesState,
    later: Later,
    copies: list[tuple[str, Content]],
    origin: Origin,
) -> None:
    """Say once more, at a later edition and attributed to it, what it had said."""
    writer.last_edition += 1
    id, first = writer.last_edition, writer.last_id + 1
    issued, action, serial, label, source, message = later.row
    as_later = msgspec.structs.replace(origin, label=label, source=source, message=message)
    writer.editions.append(
        (id, state.id, later.ord, issued, action, serial, later.eff, int(later.whole),
         origin.recorded, label, source, message, first, first + len(copies) - 1, None)
    )  # fmt: skip
    for key, content in copies:
        insert(writer, state, key, content, later.ord, later.eff, as_later, id)


def merge_late(
    writer: Writer,
    state: SeriesState,
    edition: Edition,
    origin: Origin,
    ord: bytes,
    key: str,
    record: Record,
) -> None:
    """Merge a statement into its key at `ord` and into every later version of it.

    Merging does not depend on the order, so a later version merged with this statement is what
    it would have been.
    """
    before, later = around(writer, state, key, ord)
    # Of one edition, the last version holds: the first that is met from the newest on.
    later = [one for at, one in enumerate(later) if at == 0 or later[at - 1].ord != one.ord]
    eff = effective(edition)
    standing = before is not None and not before.ended
    merged = _merged(record, before) if before is not None and standing else record
    mark = digest(merged, edition)
    if before is None or not standing or mark != before.digest or before.eff > eff:
        content = content_of(writer, edition, merged, mark, ended=False)
        insert(writer, state, key, content, ord, eff, origin, writer.edition_id)
    for link in reversed(later):
        if link.ended:
            break
        merged = _merged(record, link)
        mark = digest(merged, edition)
        if mark == link.digest:
            continue
        content = content_of(writer, edition, merged, mark, ended=False)
        content = msgspec.structs.replace(content, start=link.vf)
        *row, whole = writer.db.execute(sql.RECORD_EDITION, (link.id,)).fetchone()
        at = Later(link.ord, link.eff, tuple(row), bool(whole), set())
        put_copies(writer, state, at, [(key, content)], origin)
    writer.flush()


def _merged(record: Record, link: Link) -> Record:
    return merge(record, link.body, link.geometry, link.vt, link.area)


def put_version(
    writer: Writer,
    state: SeriesState,
    edition: Edition,
    origin: Origin,
    ord: bytes,
    eff: int,
    key: str,
    record: Record,
    mark: bytes,
    *,
    ended: bool,
) -> None:
    """Add one version whose edition takes effect before its predecessor's does."""
    content = content_of(writer, edition, record, mark, ended=ended)
    insert(writer, state, key, content, ord, eff, origin, writer.edition_id)
    writer.flush()


def put_end(
    writer: Writer, state: SeriesState, key: str, origin: Origin, ord: bytes, eff: int
) -> None:
    """As `put_version`, for a key that the edition leaves out."""
    before, _ = around(writer, state, key, ord)
    if before is not None:
        insert(writer, state, key, _end(before, eff), ord, eff, origin, writer.edition_id)
        writer.flush()


def content_of(
    writer: Writer, edition: Edition, record: Record, mark: bytes, *, ended: bool
) -> Content:
    """A record of `edition` as the content of a version."""
    kind = writer.name("kind", record.kind) * 4 + edition.mode
    place, area = filed(record)
    start, end = validity(record, edition)
    basis = msgspec.json.encode(record.basis) if record.basis else None
    return Content(
        kind, place, record.area, start, end, record.confidence, basis, record.geometry, mark,
        record.body, ended, area,
    )  # fmt: skip


def chain(writer: Writer, id: int | None) -> Iterator[Link]:
    """The versions of a key from `id` back, newest edition first."""
    while id is not None:
        link = Link(*writer.db.execute(sql.CHAIN_LINK, (id,)).fetchone())
        yield link
        id = link.prev


def around(
    writer: Writer, state: SeriesState, key: str, ord: bytes
) -> tuple[Link | None, list[Link]]:
    """The version of `key` that holds at `ord`, and those after it, newest edition first."""
    later: list[Link] = []
    head = state.heads.get(key)
    for link in chain(writer, None if head is None else head.id):
        if link.ord <= ord:
            return link, later
        later.append(link)
    return None, later


def insert(
    writer: Writer,
    state: SeriesState,
    key: str,
    content: Content,
    ord: bytes,
    eff: int,
    origin: Origin,
    edition: int,
) -> None:
    """Put a version into the chain of `key` at `ord`, and cut what it hides and what hides it."""
    writer.flush()
    before, later = around(writer, state, key, ord)
    writer.last_id += 1
    id = writer.last_id
    db = writer.db
    db.execute(
        sql.PUT_RECORD,
        (id, edition, content.kind, plain_key(key), None if before is None else before.id,
         int(content.ended), content.place, content.area, content.start, content.end,
         content.confidence, content.basis, content.geometry, content.mark, content.body),
    )  # fmt: skip
    area = content.area_token
    if later:
        db.execute(sql.RELINK, (id, later[-1].id))
    else:
        new = Head(id, ord, eff, content.mark, int(content.ended), content.kind, content.place,
                   area)  # fmt: skip
        state.heads[key] = new
        writer.heads[state.id, key] = new
    if not content.ended:
        start, bound = max(content.start, eff), min([FOREVER, *(link.eff for link in later)])
        since = FOREVER if bound == FOREVER else origin.recorded
        if start < bound:
            writer.use(content.kind >> 2, origin.label)
            rest = (origin.label, start, content.end, origin.recorded, FOREVER, bound, since)
            for place, piece in ((content.place, 0), (area, BY_AREA)):
                if place is not None:
                    db.execute(sql.PUT_SPAN, (content.kind, place, id, piece, *rest))
    while before is not None:
        _hide(writer, before, eff, origin.recorded)
        if before.eff <= eff or before.prev is None:
            break
        before = next(chain(writer, before.prev))


def _hide(writer: Writer, link: Link, eff: int, recorded: int) -> None:
    """Take a version out of the picture from `eff` on, as known since `recorded`."""
    if link.ended:
        return
    places = [link.place]
    if link.geometry is not None and link.area is not None:
        places.append(area_token(link.area))
    for place in places:
        where = (link.kind, place, link.id)
        for piece, label, vf, vt, sv in writer.db.execute(sql.OPEN_SPANS, where).fetchall():
            if eff >= sv:
                continue
            if sv == FOREVER:
                writer.db.execute(sql.HIDE_SPAN, (eff, recorded, *where))
                continue
            writer.db.execute(sql.END_SPAN, (recorded, *where, piece))
            if vf < eff:
                (count,) = writer.db.execute(sql.SPAN_PIECES, where).fetchone()
                number = count if piece >= 0 else BY_AREA - count
                rest = (label, vf, vt, recorded, FOREVER, eff, recorded)
                writer.db.execute(sql.PUT_SPAN, (*where, number, *rest))


def _later_editions(writer: Writer, state: SeriesState, ord: bytes) -> list[Later]:
    found: list[Later] = []
    for row in writer.db.execute(sql.LATER_EDITIONS, (state.id, ord)):
        _, later, eff, whole, issued, action, serial, label, source, message, same = row
        keys = msgspec.json.decode(same) if same else []
        undone = set(keys["undone"]) if isinstance(keys, dict) else set()
        restated = set() if isinstance(keys, dict) else set(keys)
        attribution = (issued, action, serial, label, source, message)
        if found and found[-1].ord == later:
            found[-1].same |= restated
            found[-1].undone |= undone
            if undone:  # what is let hold again there is not the word of what was taken back
                found[-1].row = attribution
            continue
        found.append(Later(later, eff, attribution, bool(whole), restated, undone))
    return found


def _end(link: Link, eff: int) -> Content:
    return Content(link.kind, link.place, None, eff, FOREVER, None, None, None, None, b"{}", True)


def _end_of(content: Content, eff: int) -> Content:
    return Content(
        content.kind, content.place, None, eff, FOREVER, None, None, None, None, b"{}", True
    )


def copy_of(link: Link) -> Content:
    """What a version says, to be said elsewhere in its chain."""
    twice = link.geometry is not None and link.area is not None
    return Content(
        link.kind, link.place, link.area, link.vf, link.vt, link.confidence, link.basis,
        link.geometry, link.digest, link.body, False,
        area_token(link.area) if twice and link.area else None,
    )  # fmt: skip
