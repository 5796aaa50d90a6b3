"""Hospitals: what they say of themselves, and those that only stand in a list."""

from __future__ import annotations

from typing import Any, NamedTuple

from noroshi.channels.chat.pictures import Look, Pictures, position_of
from noroshi.channels.chat.tell import Ref, ref
from noroshi.core.place import municipality
from noroshi.kinds import decode

STATUS, FACILITY = "health.hospital_status", "infrastructure.facility"


class Hospital(NamedTuple):
    """A hospital: what it says of itself, or (`said` None) only that it is there."""

    ref: Ref
    name: str
    kana: str
    phone: str
    address: str
    said: Any
    town: str
    position: tuple[float, float] | None


def hospitals(pictures: Pictures, at: int) -> list[Hospital]:
    """All hospitals that are known."""
    return pictures.kept(
        "hospitals", (STATUS, FACILITY), at, lambda look: _hospitals(look, pictures)
    )


def _hospitals(look: Look, pictures: Pictures) -> list[Hospital]:
    listed = {}
    for version in look.picture(FACILITY):
        body = decode(FACILITY, version.body)
        if body.category == "hospital":
            town = municipality(pictures.borders.of(version))
            listed[body.code or version.key] = Hospital(
                ref(version),
                body.name,
                body.kana,
                body.phone,
                body.address,
                None,
                town,
                position_of(version),
            )
    found = []
    for version in look.picture(STATUS):
        said = decode(STATUS, version.body)
        known = listed.pop(said.code or version.key, None)
        place = position_of(version) or (None if known is None else known.position)
        town = pictures.borders.of(version) or pictures.borders.named(said.municipality)
        found.append(Hospital(
            ref(version), said.name, known.kana if known and known.name == said.name else "",
            said.phone, "", said, municipality(town) or (known.town if known else ""), place,
        ))  # fmt: skip
    return found + list(listed.values())
