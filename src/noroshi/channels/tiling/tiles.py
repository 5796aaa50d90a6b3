"""Tiles of a store's pictures, drawn when asked for and kept while they hold."""

from __future__ import annotations

import gzip
from collections.abc import Hashable
from hashlib import blake2b

import msgspec

from noroshi.channels.tiling.draw import Tile, draw_tile
from noroshi.channels.tiling.grid import tile_box
from noroshi.channels.tiling.layer import Layer
from noroshi.channels.tiling.pictures import BY_TILE_ZOOM, Kept, Pictures
from noroshi.core.label import Reader
from noroshi.core.record import Mode
from noroshi.store import Store

#: Memory for drawn tiles.
TILE_BYTES = 24 * 2**20
#: Smaller tiles are not worth compressing.
_ZIP_FROM = 256


class Drawn(msgspec.Struct, frozen=True):
    """A tile ready to be sent: also compressed (gzip; empty where that does not pay), with an
    entity tag, and the recorded time (µs; 0: nothing) of the newest version it rests on."""

    tile: Tile
    zipped: bytes
    tag: str
    newest: int

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.tile.data) + len(self.zipped) + 500


def finish(tile: Tile, newest: int) -> Drawn:
    """A tile made ready to be sent."""
    data = tile.data
    zipped = gzip.compress(data, 5, mtime=0) if len(data) >= _ZIP_FROM else b""
    if len(zipped) >= len(data):
        zipped = b""
    return Drawn(tile, zipped, blake2b(data, digest_size=12).hexdigest(), newest)


class Tiles:
    """Tiles of one store. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self.pictures = Pictures(store)
        self._store = store
        self._kept: Kept[Drawn] = Kept(TILE_BYTES)

    def present(self, kind: str, mode: Mode, reader: Reader, z: int, x: int, y: int) -> Drawn:
        """A tile of the picture now, as known now. Raises NotFound for an undeclared kind."""
        layer = self.pictures.present(kind, mode, reader)
        return self._draw(layer, layer.stamp, z, x, y)

    def past(
        self,
        kind: str,
        mode: Mode,
        reader: Reader,
        moment: tuple[int, int, int | None],
        z: int,
        x: int,
        y: int,
    ) -> Drawn:
        """A tile of the picture at a moment: `at`, `as_of`, `until` (µs; see
        `noroshi.store.Query`). Raises NotFound for an undeclared kind."""
        at, as_of, until = moment
        # What is known as of the last commit never changes: the tile can be kept for good.
        as_of = min(as_of, self._store.recorded())
        if z < BY_TILE_ZOOM:
            layer = self.pictures.past(kind, mode, reader, at, as_of, until)
            return self._draw(layer, layer.stamp, z, x, y)
        stamp = self._store.label_stamp()
        key = kind, mode, reader.labels, at, as_of, until, stamp
        found = self._kept.get((key, z, x, y))
        if found is None:
            # Wide enough for the casing of a shape beside the tile.
            box = tile_box(z, x, y, margin=0.05)
            layer = self.pictures.around(kind, mode, reader, at, as_of, until, box)
            found = self._draw(layer, key, z, x, y)
        return found

    def _draw(self, layer: Layer, key: Hashable, z: int, x: int, y: int) -> Drawn:
        found = self._kept.get((key, z, x, y))
        if found is None:
            found = finish(draw_tile(layer, z, x, y), layer.newest)
            self._kept.put((key, z, x, y), found)
        return found
