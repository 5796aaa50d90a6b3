"""A label as it travels: the name of one that means the same everywhere, or what it means.

`public`, `responders`, `isut` are text. Any other is a map of what differs from "everyone":
1 audience, 2 clearance, 3 compartments, 4 purpose, 5 keep, 6 tlp (`noroshi.core.label.Sharing`).
`own` never travels: it would mean the receiver's own organisation.
"""

from __future__ import annotations

from typing import Any

import msgspec

from noroshi.core.label import NAMES, Sharing, checked

Travelling = Sharing | str

#: Names of the labels that mean the same on every node.
NAMED = frozenset(NAMES) - {"own"}

_FIELDS = Sharing.__struct_fields__
_NUMBER = {name: number for number, name in enumerate(_FIELDS, 1)}
_DEFAULTS = Sharing()


def to_wire(label: Travelling) -> Any:
    """`label` as CBOR carries it. Raises ValueError for one that may not travel."""
    if isinstance(label, str):
        if label not in NAMED:
            raise ValueError(f"the label {label!r} means nothing elsewhere")
        return label
    if checked(label) != label:
        raise ValueError("a sharing that is not in its one written form")
    if any("own" in clause for clause in label.audience):
        raise ValueError("`own` would mean the receiver: name the organisation (org:ID)")
    return {
        _NUMBER[name]: value
        for name in _FIELDS
        if (value := getattr(label, name)) != getattr(_DEFAULTS, name)
    }


def from_wire(value: Any) -> Travelling:
    """The label that CBOR carried. Raises ValueError for anything `to_wire` does not write."""
    if isinstance(value, str):
        if value not in NAMED:
            raise ValueError(f"the label {value!r} means nothing elsewhere")
        return value
    if not isinstance(value, dict) or not all(
        type(number) is int and 1 <= number <= len(_FIELDS) for number in value
    ):
        raise ValueError("not a label")
    found = msgspec.convert({_FIELDS[number - 1]: one for number, one in value.items()}, Sharing)
    if to_wire(found).keys() != value.keys():
        raise ValueError("a label that spells out what is understood")
    return found
