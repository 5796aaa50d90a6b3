"""By which code and with which parameters products are computed, kept as records: a result of any
time can be traced to them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from noroshi import __version__
from noroshi.core.capability import Capability
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OWN, Reader
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import now
from noroshi.kinds import encode, name_of
from noroshi.kinds.method import ProductMethod
from noroshi.store import Query, Store

#: Everything but samples and tests: what a result may depend on.
_CODE = "*.py"


class Method(msgspec.Struct, frozen=True):
    """A product's parameters, and what its code is."""

    name: str
    params: msgspec.Struct
    code: str

    @staticmethod
    def of(name: str, capability: Capability, given: Mapping[str, Any] | None = None) -> Method:
        """The method of a capability with parameters as they were `given`, else by default.

        Raises NoroshiError naming the parameter that is wrong.
        """
        kind = capability.load_params()
        try:
            params = msgspec.convert(dict(given or {}), kind)
        except msgspec.ValidationError as error:
            raise NoroshiError(
                f"{name}: {error}", remedy=f"parameters: {', '.join(kind.__struct_fields__)}"
            ) from None
        unknown = sorted(set(given or {}) - set(kind.__struct_fields__))
        if unknown:
            raise NoroshiError(
                f"{name} has no parameter {unknown[0]!r}",
                remedy=f"it has {', '.join(kind.__struct_fields__) or 'none'}",
            )
        return Method(name, params, code_of(capability.build.partition(":")[0]))

    def body(self) -> ProductMethod:
        """As it is kept."""
        values: dict[str, Any] = msgspec.to_builtins(self.params)
        return ProductMethod(product=self.name, version=__version__, code=self.code, params=values)

    def stamp(self, released: Mapping[int, int]) -> int:
        """A number that changes with the method, and with what is `released`."""
        content = encode(self.body()) + repr(sorted(released.items())).encode()
        return int.from_bytes(sha256(content).digest()[:6])

    def edition(self, mode: Mode) -> Edition:
        """The edition that says from now on this is the method, in a mode."""
        moment = now()
        record = Record(name_of(ProductMethod), self.name, encode(self.body()))
        return Edition(f"method/{self.name}", moment, [record], mode=mode, effective=moment)


#: Under which label methods are kept: parameters may tell what a node looks for.
LABEL = OWN


class Telling:
    """Keeps what a product says by `publish` (see `Store.publish`), and before it how it computes:
    in its mode, so that a drill says nothing of what is actual, and to those of `LABEL` who may
    know what it says, so that nobody else learns that it was computed."""

    def __init__(self, store: Store, publish: Callable[..., int], method: Method) -> None:
        self._store, self._publish, self._method = store, publish, method
        self._told: set[tuple[Mode, int]] = set()

    def __call__(self, source: str, label: int, editions: Sequence[Edition]) -> int:
        """How many versions of the product were stored."""
        for mode in sorted({one.mode for one in editions}):
            if (mode, label) not in self._told:
                self._tell(mode, label)
                self._told.add((mode, label))
        return self._publish(editions, source=source, label=label)

    def _tell(self, mode: Mode, label: int) -> None:
        try:
            narrow = self._store.narrowest({LABEL, label})
        except ValueError:  # see `Circles.label_of`
            return
        edition = self._method.edition(mode)
        query = Query(Reader("methods", frozenset({narrow})), edition.issued,
                      self._store.recorded(), mode=mode, series=edition.series)  # fmt: skip
        if [one.body for one in self._store.picture(query)] != [edition.records[0].body]:
            self._publish([edition], source="node", label=narrow)


@cache
def code_of(module: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the code in a module's folder."""
    path = importlib.import_module(module.rpartition(".")[0] or module).__file__
    digest = sha256()
    if path is not None:
        folder = Path(path).parent
        for one in sorted(folder.rglob(_CODE)):
            if not one.name.startswith("test_"):
                digest.update(one.relative_to(folder).as_posix().encode())
                digest.update(one.read_bytes())
    return digest.hexdigest()[:16]
