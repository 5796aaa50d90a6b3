"""Settings of what goes out to people and comes back from them (docs/chat.md, docs/issuing.md)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of residents. `key_env` names the environment variable with the key (base64 of
    32 bytes) that `people.db` is encrypted with; empty: it is not. `keep`: for how long after they
    were last in touch; `subscriptions`: how long a subscription holds unless it is renewed;
    `safety`: how long answers of the safety check, and groups for one event, are kept after it.
    `line_friend`: the address at which one adds the node's LINE account."""

    key_env: str = ""
    keep: str = "90d"
    subscriptions: str = "400d"
    safety: str = "30d"
    line_friend: str = ""

    def checked(self, duration: Callable[[str], int]) -> People:
        """Itself. Raises ValueError for what is no duration, or no address."""
        for name in ("keep", "subscriptions", "safety"):
            try:
                duration(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"people.{name}: {error}") from None
        if self.line_friend and not self.line_friend.startswith("https://"):
            raise ValueError(f"people.line_friend: {self.line_friend!r} is no https address")
        return self


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conversation with residents. `area`: where somebody is who says no place (a code such as
    17202). `labels`: what it may tell of. `report_label`: under which reports are kept, without
    their words and pictures, which go under `[personal] label`. `neighbours`: people near a report
    may be asked whether they see it too. `rephrase_url`: an OpenAI-compatible endpoint that may
    say in other words what was decided (empty: none), `rephrase_key_env` its key's variable,
    `rephrase_private` allows it in this network."""

    enabled: bool = True
    area: str = ""
    labels: tuple[str | int, ...] = ("public",)
    report_label: str | int = "own"
    neighbours: bool = False
    rephrase_url: str = ""
    rephrase_model: str = ""
    rephrase_key_env: str = ""
    rephrase_private: bool = False


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A LINE official account: the variables with its channel secret and access token, and the
    Messaging API's addresses. `rate`: requests a second at most, as the provider allows. `mode`:
    what it may carry; `exercise` for a test account, by which nothing real goes out."""

    secret_env: str
    token_env: str
    api: str = "https://api.line.me"
    data_api: str = "https://api-data.line.me"
    rate: float = 100.0
    private: bool = False
    mode: str = "actual"


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The server that mail is handed to. `security`: tls, starttls or none (this machine only).
    `rate`: messages a second at most. `mode`: what it may carry."""

    host: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password_env: str = ""
    sender: str
    rate: float = 20.0
    mode: str = "actual"


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Web Push (RFC 8030, 8291, 8292): whom a push service may ask (`mailto:` or `https:`), and
    the file with the VAPID key, in the home, made if absent. `rate`: messages a second at most.
    `mode`: what it may carry."""

    subject: str
    key: str = "vapid.pem"
    rate: float = 200.0
    mode: str = "actual"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an alert is drafted: for records of `kinds` that `filter` (CQL2) keeps, in `area` if
    given, of at least `level` where they have one. `hazard` and `action` name its subject and
    what people are to do; `approvals`: how many persons must agree (0: it goes by itself).
    `channels`: by which it goes; `expires`: how long it holds unless the record says. `labels`:
    what it looks at; `label`: under which its alerts are kept."""

    kinds: tuple[str, ...]
    filter: str = ""
    area: str = ""
    level: int = 0
    hazard: str = ""
    action: str = ""
    approvals: int = 1
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ja", "easy", "en")
    expires: str = "12h"
    mode: str = "actual"
    labels: tuple[str | int, ...] = ("public",)
    label: str | int = "public"
    title: str = ""
    title_ja: str = ""
