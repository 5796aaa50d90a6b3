"""Settings of a node: `settings.toml` in its home. Everything has a default; nothing is required.

[node]                   whose node it is
organisation = "nanao-city"

[limits]                 how much a reader may take on (`noroshi.formats.Limits`)
message_bytes = 268435456

[sources.nanao-city]     a sender: its sharing label, and the mapping of its tables
label = "responders"     public | responders | own, or a number from 16
mapping = "nanao.toml"   a mapping file, relative to the home (docs/mapping.md); without it
                         mappings/nanao-city.toml, or all of mappings/nanao-city/
every = "10m"            how often it is expected to say something new
mode = "exercise"        whatever it sends is an exercise (or a test)

[web]                    `noroshi serve`
[webhooks.NAME]          where changes are posted to
[products."field/name"]    parameters of a product
[release."field/name"]   how far the results of a product may go beyond what they rest on
labels = ["own"]
to = "responders"
[mqtt]                   the broker that changes are published to
[outputs.NAME]           files for a receiver: which, in which form, when, and where to
[personal]               under which label those who report are kept
label = "residents"
[oidc.NAME]              an OpenID provider whose people sign in here
[people]                 what is kept of residents, and how it is encrypted
[chat]                   the conversation with them
[line] [mail] [push]     how they are reached
[alerts.NAME]            a rule by which an alert is drafted
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from noroshi.core import label as labels
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.mappings import load_mappings, load_toml
from noroshi.engine.settings_people import Chat, Line, Mail, People, Push, Rule
from noroshi.formats import Limits

#: The source of drills. What it sends, and `drill/NAME` for any NAME, is never actual.
DRILL = "drill"


class Source(msgspec.Struct, frozen=True):
    """Who sends, under which sharing label, how its tables are to be read, and how often it is
    expected to say something new (microseconds; None: not stated). `mode`: where it is not actual,
    whatever comes from it is an exercise, or a test, however real it calls itself. `title`,
    `description`, `contact` (an e-mail or web address, or words) and `licence` are for the
    catalogue."""

    name: str = "operator"
    label: int = labels.OWN
    mapping: dict[str, Any] | None = None
    every: int | None = None
    mode: Mode = Mode.ACTUAL
    title: str = ""
    title_ja: str = ""
    description: str = ""
    contact: str = ""
    licence: str = ""


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose node it is: the id of its organisation, as which `own` is read and operators belong
    (empty: `own`), what the node is called, and whom to ask."""

    organisation: str = ""
    name: str = ""
    name_ja: str = ""
    contact: str = ""


class Web(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`noroshi serve`: what the node is called, where it listens, which collections features may
    be created in, and the basemaps of the page. `url` is the address under which others reach it
    (for events that are sent out). `online_tiles` is a template with {z}, {x}, {y}, off where
    empty; `basemap` a PMTiles file, relative to the home. `allow_private`: what is sent out may
    go to private addresses (`noroshi.engine.addresses`)."""

    title: str = "Noroshi"
    url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    create: tuple[str, ...] = ("disaster.report", "disaster.road")
    basemap: str = "basemap.pmtiles"
    online_tiles: str = ""
    allow_private: bool = False


class Followed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which changes go out: of which collections, where, with which labels, in which mode."""

    collections: tuple[str, ...] | None = None
    bbox: tuple[float, float, float, float] | None = None
    area: str | None = None
    filter: str | None = None
    labels: tuple[str | int, ...] = ("public",)
    mode: str = "actual"


class Webhook(Followed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where changes are posted to, signed with `secret` (Standard Webhooks, `whsec_` or plain).
    `private`: it may have a private address."""

    url: str
    secret: str
    private: bool = False


class Mqtt(Followed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The broker that changes are published to, under `topic`/mode/kind/area. The password may be
    in the environment variable that `password_env` names."""

    host: str
    port: int = 1883
    tls: bool = False
    username: str = ""
    password: str = ""
    password_env: str = ""
    topic: str = "noroshi"
    qos: int = 1


class Output(Followed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Files for a receiver: a picture of each of `collections` in `format`, `to` a folder
    (`file:/srv/out/`), an HTTP receiver (with `secret`), or an SFTP server (with the files `key`
    and `known_hosts`, relative to the home). Written `every` so often and `on_change`, at most
    once in `at_most_every`; with neither by hand only. `file` is the name of a file, with
    {name}, {collection} and {time} in it."""

    collections: tuple[str, ...]
    format: str
    to: str
    every: str = ""
    on_change: bool = False
    at_most_every: str = "1m"
    file: str = "{collection}-{time}"
    title: str | None = None
    author: str | None = None
    code: str | None = None
    language: str = "ja"
    boundaries: bool = False
    secret: str = ""
    key: str = ""
    known_hosts: str = ""
    private: bool = False


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An OpenID provider. The secret is in the environment variable that `client_secret_env` names
    (none: a public client). `create`: who is not known here is added to `organisation`, as viewer.
    `members` says which value of the claim `groups_claim` makes one a member of what: `org:ID` (as
    viewer) or `group:NAME`. `name` is that of the section."""

    issuer: str
    client_id: str
    client_secret_env: str = ""
    title: str = ""
    title_ja: str = ""
    scope: str = "openid profile email"
    create: bool = False
    organisation: str = ""
    groups_claim: str = "groups"
    members: dict[str, str] = {}
    name: str = ""


class Personal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Personal data of those who report (docs/personal-data.md): the label under which they are
    kept. Without one they are not taken."""

    label: str | int = ""


class Settings(msgspec.Struct, frozen=True):
    """A node's settings, checked. `personal` is the label of those who report, None for none.
    `mappings` are those of sources by name, for a source that has none of its own."""

    node: Identity = Identity()
    limits: Limits = Limits()
    sources: dict[str, Source] = {}
    web: Web = Web()
    webhooks: dict[str, Webhook] = {}
    mqtt: Mqtt | None = None
    releases: dict[str, dict[int, int]] = {}
    outputs: dict[str, Output] = {}
    oidc: dict[str, Provider] = {}
    personal: int | None = None
    mappings: dict[str, dict[str, Any]] = {}
    products: dict[str, dict[str, Any]] = {}
    people: People = People()
    chat: Chat = Chat()
    line: Line | None = None
    mail: Mail | None = None
    push: Push | None = None
    alerts: dict[str, Rule] = {}

    def source(self, name: str) -> Source:
        """The settings of a source; one that is not configured has the defaults.

        `drill`, and any `drill/NAME`, sends exercises. `drill/NAME` is read as NAME is; its label
        is that of `drill` where one is set, else NAME's.
        """
        drill, separator, acted = name.partition("/")
        if drill != DRILL:
            return self._mapped(self.sources.get(name) or Source(name), name)
        told = self.sources.get(DRILL)
        found = self.sources.get(name)
        if found is None and separator:
            found = self.source(acted)
            if told is not None:
                found = msgspec.structs.replace(found, label=told.label)
            if name in self.mappings:
                found = msgspec.structs.replace(found, mapping=self.mappings[name])
        found = self._mapped(self._mapped(found or Source(name), name), acted)
        mode = Mode.TEST if found.mode is Mode.TEST else Mode.EXERCISE
        return msgspec.structs.replace(found, name=name, mode=mode)

    def _mapped(self, found: Source, name: str) -> Source:
        """The source with the mapping that `mappings/` has for `name`, where it has none yet."""
        if found.mapping is not None or name not in self.mappings:
            return found
        return msgspec.structs.replace(found, mapping=self.mappings[name])


T = TypeVar("T")
F = TypeVar("F", bound=Followed)
_MODES = {one.name.lower(): one for one in Mode}
_TOLD = ("title", "title_ja", "description", "contact", "licence")
_SECTIONS = {
    "node", "limits", "sources", "web", "webhooks", "mqtt", "release", "outputs", "oidc",
    "personal", "products", "people", "chat", "line", "mail", "push", "alerts",
}  # fmt: skip


def load_settings(home: Path, number: Callable[[str | int], int] | None = None) -> Settings:
    """Settings of the node at `home`; `number` gives the labels that its store names (without it,
    such a label is taken for `own`: never for a wider one). Raises NoroshiError naming file and
    field."""
    from noroshi.engine.access import duration

    path = home / "settings.toml"
    mappings = load_mappings(home)
    if not path.exists():
        return Settings(mappings=mappings)
    raw = load_toml(path)
    number = number or _known_or_own
    try:
        unknown = set(raw) - _SECTIONS
        if unknown:
            known = ", ".join(sorted(_SECTIONS))
            raise ValueError(f"unknown section {sorted(unknown)[0]!r}: {known}")
        limits = msgspec.convert(raw.get("limits", {}), _Strict)
        found = {}
        for name, one in raw.get("sources", {}).items():
            unknown = set(one) - {"label", "mapping", "every", "mode", *_TOLD}
            if unknown:
                raise ValueError(f"sources.{name}: unknown setting {sorted(unknown)[0]!r}")
            mapping = load_toml(home / one["mapping"]) if "mapping" in one else None
            every = duration(one["every"]) if "every" in one else None
            told = {each: str(one.get(each, "")) for each in _TOLD}
            label = number(one.get("label", "own"))
            mode = _MODES.get(one.get("mode", "actual"))
            if mode is None:
                raise ValueError(f"sources.{name}.mode: {', '.join(_MODES)}")
            found[name] = Source(name, label, mapping, every, mode, **told)
        return Settings(
            _identity(raw), Limits(**msgspec.structs.asdict(limits)), found,
            _section(raw, "web", Web) or Web(),
            {name: _followed(one, f"webhooks.{name}", Webhook, number)
             for name, one in raw.get("webhooks", {}).items()},
            _followed(raw["mqtt"], "mqtt", Mqtt, number) if "mqtt" in raw else None,
            {name: _release(one, f"release.{name}", number)
             for name, one in raw.get("release", {}).items()},
            {name: _followed(one, f"outputs.{name}", Output, number)
             for name, one in raw.get("outputs", {}).items()},
            {name: _provider(one, name) for name, one in raw.get("oidc", {}).items()},
            None if not (personal := _section(raw, "personal", Personal)) else number(
                personal.label),
            mappings,
            {name: dict(one) for name, one in raw.get("products", {}).items()},
            (_section(raw, "people", People) or People()).checked(duration),
            _section(raw, "chat", Chat) or Chat(),
            _section(raw, "line", Line), _section(raw, "mail", Mail), _section(raw, "push", Push),
            {name: _rule(one, f"alerts.{name}") for name, one in raw.get("alerts", {}).items()},
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError) as error:
        raise NoroshiError(
            str(error), where=str(path), remedy="docs/operate.md lists the settings"
        ) from None


def _identity(raw: dict[str, Any]) -> Identity:
    from noroshi.engine.accounts import ID

    found = _section(raw, "node", Identity) or Identity()
    if found.organisation and not ID.fullmatch(found.organisation):
        raise ValueError(f"node.organisation: {found.organisation!r} is not an id like nanao-city")
    return found


def _section(raw: dict[str, Any], name: str, type: type[T]) -> T | None:
    if name not in raw:
        return None
    try:
        return msgspec.convert(raw[name], type, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from None


def _provider(one: Any, name: str) -> Provider:
    from noroshi.engine.accounts import ID

    found = _section({f"oidc.{name}": one}, f"oidc.{name}", Provider)
    assert found is not None
    url = urlsplit(found.issuer)
    local = url.hostname in ("localhost", "127.0.0.1", "::1")
    if (
        not url.hostname
        or url.query
        or url.fragment
        or not (url.scheme == "https" or (url.scheme == "http" and local))
    ):
        raise ValueError(f"oidc.{name}.issuer: an https address (http on this machine alone)")
    if not ID.fullmatch(name) or not found.client_id or found.name:
        raise ValueError(f"oidc.{name}: a name in lower case, and a client_id")
    if "openid" not in found.scope.split():
        raise ValueError(f"oidc.{name}.scope: it must hold openid")
    if found.create and not found.organisation:
        raise ValueError(f"oidc.{name}.organisation: to which those who are created belong")
    for claim, target in found.members.items():
        kind, _, id = target.partition(":")
        if kind not in ("org", "group") or not ID.fullmatch(id):
            raise ValueError(f"oidc.{name}.members.{claim}: {target!r} is not org:ID or group:NAME")
    return msgspec.structs.replace(found, name=name)


def _followed(one: Any, name: str, type: type[F], number: Callable[[str | int], int]) -> F:
    """A section that says which changes go out, with what it names checked."""
    found = _section({name: one}, name, type)
    assert found is not None
    for label in found.labels:
        number(label)
    if found.mode not in ("actual", "exercise", "test"):
        raise ValueError(f"{name}.mode: {found.mode!r} is not actual, exercise or test")
    return found


def _rule(one: Any, name: str) -> Rule:
    from noroshi.engine.access import duration

    found = _section({name: one}, name, Rule)
    assert found is not None
    if found.mode not in _MODES:
        raise ValueError(f"{name}.mode: {found.mode!r} is not actual, exercise or test")
    if not found.kinds or not 0 <= found.approvals <= 2:
        raise ValueError(f"{name}: at least one of kinds, and 0, 1 or 2 approvals")
    duration(found.expires)
    return found


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An owner's decision that what a product makes of its records goes further than they do: what
    rests on records with a label in `labels` is told under the label `to`."""

    labels: tuple[str | int, ...]
    to: str | int


def _release(one: Any, name: str, number: Callable[[str | int], int]) -> dict[int, int]:
    found = _section({name: one}, name, Release)
    assert found is not None
    return {number(label): number(found.to) for label in found.labels}


def _known_or_own(name: str | int) -> int:
    return labels.NAMES.get(str(name), labels.OWN)


class _Strict(Limits, frozen=True, forbid_unknown_fields=True):
    """Limits as written in the file: a misspelt name is an error, not silence."""
