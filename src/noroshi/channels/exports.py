"""A picture as a file in one form: the same for whoever exports, and for receivers of outputs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from noroshi import kinds
from noroshi.channels.features import write_geojson, write_jsonl
from noroshi.channels.match import Keep
from noroshi.core.errors import NotFound
from noroshi.core.label import Sharing
from noroshi.core.record import Version
from noroshi.core.time import show
from noroshi.engine.settings import Identity
from noroshi.engine.sharing import Sharings
from noroshi.store import Query, Store

#: Forms of a file: media type, and the end of its name.
FORMS = {
    "sip4d-zip": ("application/zip", "zip"),
    "geojson": ("application/geo+json", "geojson"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "jsonl": ("application/jsonl", "geojsonl"),
    "geoparquet": ("application/vnd.apache.parquet", "parquet"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "cap": ("application/zip", "zip"),
    "lalert": ("application/zip", "zip"),
    "hub": ("text/csv; charset=utf-8", "csv"),
}
#: Forms that hold records of one kind only.
OF_ONE_KIND = {"hub": "health.forecast"}


class Wishes(msgspec.Struct, frozen=True):
    """How a file is to be, beside its form: the title, author and type code of a package, the
    language of a workbook, whether what names only an area is drawn by its boundary, and who sends
    alerts."""

    title: str | None = None
    author: str | None = None
    code: str | None = None
    language: str = "en"
    boundaries: bool = False
    identity: Identity = Identity()


class Export:
    """The picture that `query` asks for, without what `keep` is false for, as a file of `form`.

    `write` it, or take its `pieces`; afterwards `count` tells how many records are in it, and
    `notes` what whoever asked should know.
    """

    def __init__(
        self, store: Store, query: Query, form: str, wishes: Wishes, keep: Keep | None = None
    ) -> None:
        self._store, self._query, self._form, self._wishes = store, query, form, wishes
        self._keep = keep
        self.count = 0
        self.notes: list[str] = []

    def write(self, out: BinaryIO) -> None:
        """Write the file. Raises NotFound where there is nothing that a package could hold."""
        for piece in self.pieces():
            out.write(piece)

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece. Raises as `write` does."""
        if self._query.kind is not None:
            check_kinds(self._form, [self._query.kind])
        versions, query = self._versions(), self._query
        if self._form == "cap":
            yield self._alerts()
        elif self._form == "lalert":
            yield self._commons()
        elif self._form == "geojson":
            yield from write_geojson(versions, times(query))
        elif self._form == "jsonl":
            yield from write_jsonl(versions)
        elif self._form == "sip4d-zip":
            yield self._package(versions)
        elif self._form == "hub":
            yield self._hub(versions)
        else:
            yield from self._table(versions)

    def _versions(self) -> Iterator[Version]:
        shapes = _shapes(self._store) if self._wishes.boundaries else {}
        personal = Sharings(self._store).personal()
        for one in self._store.picture(self._query):
            if one.label in personal:
                continue  # it leaves in no file, whoever asks
            if self._keep is not None and not self._keep(one):
                continue
            self.count += 1
            if one.geometry is None and one.area is not None and shapes.get(one.area):
                one = replace(one, geometry=shapes[one.area])
            yield one

    def _table(self, versions: Iterator[Version]) -> Iterator[bytes]:
        from noroshi.channels.tables import write_csv, write_geoparquet, write_xlsx

        every: Iterable[Version] = versions
        kind, query = self._query.kind, self._query
        if kind is None:
            every = list(versions)
            kind = self._main_kind(every)
        if self._form == "csv":
            yield from write_csv(every, kind)
            return
        buffer = io.BytesIO()
        if self._form == "xlsx":
            write_xlsx(every, kind, self._wishes.language, buffer, at=query.at,
                       as_of=query.as_of, mode=query.mode)  # fmt: skip
        else:
            write_geoparquet(every, kind, buffer)
        yield buffer.getvalue()

    def _main_kind(self, found: list[Version]) -> str:
        """The kind whose columns a table of several has."""
        named = {one.kind for one in found}
        if not named:
            raise NotFound("there is nothing to export", remedy="ask for another series or time")
        if len(named) > 1:
            told = ", ".join(sorted(named))
            self.notes.append(f"the series holds {told}; give --kind for one of them")
        return max(sorted(named), key=lambda name: sum(one.kind == name for one in found))

    def _alerts(self) -> bytes:
        """CAP alerts. Raises NotFound for a kind that has none."""
        from noroshi.channels.alerts.compose import sender
        from noroshi.channels.alerts.package import pack

        shapes = _shapes(self._store) if self._wishes.boundaries else None
        by = sender(self._wishes.identity)
        packed = pack(self._store, self._query, by, self._keep, shapes)
        self.count = packed.count
        self.notes += packed.notes
        return packed.data

    def _commons(self) -> bytes:
        """Documents for the public commons; notes what is left out."""
        from noroshi.channels.alerts.compose import sender
        from noroshi.channels.lalert import pack

        packed = pack(self._store, self._query, sender(self._wishes.identity), self._keep)
        self.count = packed.count
        self.notes += packed.notes
        return packed.data

    def _hub(self, versions: Iterable[Version]) -> bytes:
        """Forecasts of a hub; notes what there is none of, or more than one."""
        from noroshi.channels.hub import write_hub

        written = write_hub(versions, self._query.mode)
        self.count = written.records
        self.notes += written.notes
        return written.data

    def _package(self, versions: Iterator[Version]) -> bytes:
        """A SIP4D-ZIP package; notes what has no place to be drawn at and is not in it."""
        from noroshi.formats.sip4d_zip.write import compose

        title, kind = self._wishes.title, self._query.kind
        if title is None and kind in kinds.all_kinds():
            title = kinds.get(kind).ja
        composed = compose(
            versions, title=title, author=self._wishes.author, code=self._wishes.code,
            place=_shapes(self._store).get, sharings=sharings(self._store),
        )  # fmt: skip
        if composed.left_out:
            some = ", ".join(composed.left_out[:5])
            self.notes.append(f"left out {len(composed.left_out)} without a position: {some} …")
            self.count -= len(composed.left_out)
        return composed.data


def check_kinds(form: str, names: Iterable[str], where: str = "") -> None:
    """Raises NotFound for kinds that a form has no place for."""
    only = OF_ONE_KIND.get(form)
    if form == "cap":
        _check_alerting(names, where)
    elif form == "lalert":
        _check_commons(names, where)
    elif only is not None and (other := [name for name in names if name != only]):
        raise NotFound(f"{', '.join(other)}: not what {form} holds", where=where,
                       remedy=f"{form} is of {only}")  # fmt: skip


def _check_alerting(names: Iterable[str], where: str) -> None:
    """Raises NotFound for kinds of which there are no alerts."""
    from noroshi.channels.alerts.compose import SAYS

    other = [name for name in names if name not in SAYS]
    if other:
        raise NotFound(
            f"{', '.join(other)}: says nothing that is in force", where=where,
            remedy=f"alerts are of {', '.join(sorted(SAYS))}",
        )  # fmt: skip


def _check_commons(names: Iterable[str], where: str) -> None:
    """Raises NotFound for kinds of which there are no documents for the public commons."""
    from noroshi.channels.lalert import KINDS

    other = [name for name in names if name not in KINDS]
    if other:
        raise NotFound(f"{', '.join(other)}: not what lalert holds", where=where,
                       remedy=f"lalert is of {', '.join(sorted(KINDS))}")  # fmt: skip


def check_sender(form: str, by: Identity, where: str = "") -> None:
    """Raises NoroshiError where a form needs more of who sends it than a node says of itself."""
    if form == "lalert":
        from noroshi.channels.alerts.compose import sender
        from noroshi.channels.lalert import check_sender as check

        check(sender(by), where)


def times(query: Query) -> dict[str, str | None]:
    """The two times and the mode of a picture, as a file tells them."""
    return {"at": show(query.at), "as_of": show(query.as_of), "mode": query.mode.name.lower()}


def sharings(store: Store) -> Mapping[int, Sharing]:
    """What the labels of a store mean."""
    return {one.id: one.sharing for one in Sharings(store).all()}


def _shapes(store: Store) -> dict[str, bytes | None]:
    """The boundaries of imported areas."""
    return {one.area: one.geometry for one in store.places()}
