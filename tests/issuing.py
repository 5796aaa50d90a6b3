"""What the tests of issued alerts share: an office with people and places, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from noroshi.channels.issuing.content import Content
from noroshi.channels.issuing.drafts import Draft, Proposal, approve, mark, propose
from noroshi.channels.issuing.lifecycle import issue
from noroshi.channels.issuing.office import Office, open_office
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, now
from noroshi.engine.accounts import NewPerson
from noroshi.engine.roles import Actor, Role, local_operator
from noroshi.formats.boundaries import Place
from noroshi.kinds import decode
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert
from noroshi.store import open_store

SETTINGS = '[node]\norganisation = "nanao"\nname = "Nanao City"\nname_ja = "七尾市"\n'
SATO, KATO, MORI = (Actor(f"person:{one}", Role.LIAISON) for one in ("sato", "kato", "mori"))
ITO = Actor("person:ito", Role.EDITOR)
#: A liaison of another organisation.
ONO = Actor("person:ono", Role.LIAISON)
PLACES = [
    Place("city:1720200", "七尾市", "municipality", "ななおし", ("pref:17",),
          shapely.to_wkb(shapely.box(136.8, 37.0, 137.0, 37.2))),
    Place("city:1720400", "輪島市", "municipality", "わじまし", ("pref:17",),
          shapely.to_wkb(shapely.box(136.7, 37.3, 137.0, 37.5))),
]  # fmt: skip


def office(home: Path, settings: str = "") -> Office:
    """An office of 七尾市 with three liaisons, an editor, and a liaison of another organisation."""
    fresh = not (home / "directory.db").exists()
    if fresh:
        (home / "settings.toml").write_text(SETTINGS + settings, encoding="utf-8")
    found = open_office(home, open_store(home))
    if fresh:
        found.store.put_places(PLACES)
        chief = local_operator()
        for org in ("nanao", "power"):
            found.directory.add_organisation(chief, org, org)
        for one, org in ((SATO, "nanao"), (KATO, "nanao"), (MORI, "nanao"), (ITO, "nanao"),
                         (ONO, "power")):  # fmt: skip
            id = one.name.removeprefix("person:")
            found.directory.add_person(chief, NewPerson(id, id))
            found.directory.set_role(chief, id, org, one.role)
    return found


def close(found: Office) -> None:
    """Let go of all files, as a process that ends does."""
    found.people.close()
    found.directory.close()
    found.store.close()


def content(found: Office, areas: tuple[str, ...] = ("17202",), **more: object) -> Content:
    """An evacuation order for floods in places for six hours."""
    said: dict[str, object] = {
        "hazard": "flood", "level": 4, "action": "evacuate", "expires": now() + 6 * HOUR,
        "places": tuple(found.place(one) for one in areas), **more,
    }  # fmt: skip
    return Content(**said)  # type: ignore[arg-type]


def draft(found: Office, needed: int = 1, mode: Mode = Mode.ACTUAL, **more: Any) -> Draft:
    """A new alert, drafted by sato."""
    said = content(found, **more)
    return propose(found, SATO, Proposal(kind="issue", mode=mode, content=said, needed=needed))


def agree(found: Office, one: Draft, *who: Actor) -> Draft:
    """Approved as it is by these."""
    for each in who:
        one = approve(found, each, one.id, mark(found, one))
    return one


def issued(found: Office, mode: Mode = Mode.ACTUAL, **more: Any) -> Version:
    """An alert in force."""
    return issue(found, SATO, agree(found, draft(found, mode=mode, **more), SATO).id)


def said(version: Version) -> IssuedAlert:
    """What an edition says."""
    found: IssuedAlert = decode(ISSUED, version.body)
    return found
