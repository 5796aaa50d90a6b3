"""People who sign in: a node's directory with some, and a browser as far as HTTP goes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx

from noroshi.core.time import DAY, now
from noroshi.engine.accounts import NewPerson
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins
from noroshi.engine.roles import Role, local_operator
from served import PLAIN

PASSWORD = "correct horse on a red bicycle"
#: Who is there: person → organisation and role.
PEOPLE = {
    "sato": ("nanao-city", Role.EDITOR), "ito": ("nanao-city", Role.VIEWER),
    "kato": ("power", Role.LIAISON), "mori": ("power", Role.REPORTER),
    "ono": ("ken", Role.OPERATOR),
}  # fmt: skip
SETTINGS = """
[node]
organisation = "ken"
[sources.nanao-city]
label = "responders"
[sources.ken]
label = "own"
[sources.power]
label = "public"
[web]
title = "試験県"
"""


def settle(home: Path, settings: str = "") -> Directory:
    """A home with people in three organisations; all have the same password. The node is of `ken`;
    `nanao-city` is among the responders, `power` is not."""
    (home / "settings.toml").write_text(SETTINGS + settings)
    directory, operator = Directory(home, "ken"), local_operator()
    logins = Logins(directory)
    for id, name in (("ken", "試験県"), ("nanao-city", "七尾市"), ("power", "電力")):
        directory.add_organisation(operator, id, id.title(), name_ja=name)
    directory.set_group(operator, "responders", ("org:nanao-city", "org:ken"), title="Responders",
                        title_ja="対応機関")  # fmt: skip
    for id, (organisation, role) in PEOPLE.items():
        directory.add_person(operator, NewPerson(id, id.title(), email=f"{id}@example.jp"))
        directory.set_role(operator, id, organisation, role)
        logins.set_password(operator, id, PASSWORD)
    return directory


def until(days: float) -> int:
    """A time ahead."""
    return now() + int(days * DAY)


class Browser:
    """What a browser sends and keeps; scripts and pictures aside."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, timeout=30, verify=PLAIN,
            headers={"Accept": "text/html", "Accept-Language": "ja",
                     "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page, without following where it leads."""
        return self.http.get(path, **more)

    def csrf(self, path: str = "/login") -> str:
        """The secret of the forms of a page."""
        text = self.get(path).text
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
        assert found, text
        return found[1]

    def post(self, path: str, page: str = "", **fields: str) -> httpx.Response:
        """Fill in a form of `page` (the same path by default) and send it."""
        return self.http.post(path, data={"csrf": self.csrf(page or path), **fields})

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """As a person does."""
        return self.post("/login", name=name, password=password, **more)

    @property
    def session(self) -> str | None:
        """What the cookie says."""
        return self.http.cookies.get("noroshi_session")


def signed_in(url: str, name: str) -> Browser:
    """A browser in which somebody is signed in."""
    found = Browser(url)
    answer = found.sign_in(name)
    assert answer.status_code == 303, answer.text
    return found
