"""The vocabulary: what a record of each kind says.

One small module per subject. A kind is a frozen `msgspec.Struct` under the decorator `kind`;
its fields are annotated with `note("Japanese name", "English meaning, with the unit")`. SI units
throughout. Importing this package imports no kind; `all_kinds()` imports the small modules.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from noroshi.core import typed
from noroshi.core.errors import InvalidRecord, NotFound

T = TypeVar("T", bound=type[msgspec.Struct])
Scalar = str | int | float | bool | None
"""A JSON scalar: what a sender's own column may hold."""


class Kind(msgspec.Struct, frozen=True):
    """A kind's name, titles, the layer of the picture it belongs to, and its body type."""

    name: str
    en: str
    ja: str
    layer: str
    body: type[msgspec.Struct]


_KINDS: dict[str, Kind] = {}
_NAME_OF: dict[type, str] = {}
_encoder = msgspec.json.Encoder()

#: Layers of the picture, by the question they answer.
LAYERS = (
    "warnings", "earthquake-tsunami", "volcano", "water", "shelters", "medical", "roads",
    "lifelines", "cyber", "reports", "facilities",
)  # fmt: skip


def kind(name: str, *, en: str, ja: str, layer: str) -> Callable[[T], T]:
    """Declare a `msgspec.Struct` as the body of records of kind `name` (dotted)."""

    def declare(body: T) -> T:
        if layer not in LAYERS:
            raise ValueError(f"{name}: layer {layer!r} is not one of {', '.join(LAYERS)}")
        if name in _KINDS and _KINDS[name].body.__qualname__ != body.__qualname__:
            raise ValueError(f"kind {name} is declared twice")
        _KINDS[name] = Kind(name, en, ja, layer, body)
        _NAME_OF[body] = name
        return body

    return declare


def note(ja: str, en: str) -> msgspec.Meta:
    """A field's Japanese name and its English meaning with the unit, for schemas and tables."""
    return msgspec.Meta(title=ja, description=en)


Extra = Annotated[
    dict[str, Scalar], note("その他の項目", "the sender's columns that have no field here")
]
LayerTitle = Annotated[str, note("レイヤ", "title of the layer the record came in")]


def name_of(body: type[msgspec.Struct]) -> str:
    """The kind's name for a body type."""
    return _NAME_OF[body]


def encode(body: msgspec.Struct) -> bytes:
    """The JSON of a body. Kinds leave out what is not known (`omit_defaults`)."""
    return _encoder.encode(body)


@cache
def _import_all() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def all_kinds() -> dict[str, Kind]:
    """Every declared kind by name, in order of name."""
    _import_all()
    return dict(sorted(_KINDS.items()))


def known(name: str) -> bool:
    """True if there is a kind of this name."""
    _import_all()
    return name in _KINDS


def get(name: str) -> Kind:
    """The kind called `name`. Raises NotFound with the nearest names."""
    _import_all()
    found = _KINDS.get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, _KINDS, n=3, cutoff=0.4)
        remedy = f"did you mean {', '.join(near)}? " if near else ""
        raise NotFound(f"no kind {name!r}", remedy=remedy + "`noroshi list kinds` shows them all")
    return found


def decoder(name: str) -> msgspec.json.Decoder[Any]:
    """What reads bodies of kind `name`, in any thread. Raises NotFound."""
    return typed.decoder(get(name).body)


def decode(name: str, body: bytes) -> Any:
    """The typed body of a record of kind `name`. Raises InvalidRecord where it does not fit."""
    try:
        return decoder(name).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRecord(str(error), where=name) from None
