"""The channels that a node's settings set up."""

from __future__ import annotations

from typing import Literal

from noroshi.channels.sending.dispatch import Dispatch
from noroshi.channels.sending.queue import ASKED
from noroshi.channels.sending.sender import Sender
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.node import Node
from noroshi.engine.settings import Settings


def mode_of(settings: Settings, channel: str) -> Mode | Literal["any"] | None:
    """What a channel carries; `any` for one whose people ask by themselves, of one mode; None
    where there is none."""
    if channel in ASKED:
        return "any"
    if channel == "webhook":
        return Mode.ACTUAL
    found = {"line": settings.line, "email": settings.mail, "push": settings.push}.get(channel)
    return None if found is None else _mode(found.mode, channel)


def _mode(text: str, section: str) -> Mode:
    try:
        return Mode[text.upper()]
    except KeyError:
        raise NoroshiError(f"mode {text!r} is not actual, exercise or test",
                           where=f"settings.toml: {section}") from None  # fmt: skip


def senders(node: Node, base: str) -> list[Sender]:
    """A channel for each section of the settings. `base` is the address under which others reach
    this node. Raises NoroshiError naming the setting that is wrong."""
    settings = node.settings
    private = settings.web.allow_private
    found: list[Sender] = []
    if settings.line is not None:
        from noroshi.channels.sending.line import Line

        mode = _mode(settings.line.mode, "line")
        found.append(Line(settings.line, mode, private=private))
    if settings.mail is not None:
        from noroshi.channels.sending.email import Email

        def ends(contact: str) -> str:
            from noroshi.channels.subscribers.subscribing import link_proof

            return f"{base.rstrip('/')}/unsubscribe/{link_proof(node.people, contact, 'stop')}"

        mode, name = _mode(settings.mail.mode, "mail"), settings.node.name_ja or settings.node.name
        found.append(Email(settings.mail, name or settings.web.title, ends, mode))
    if settings.push is not None:
        from noroshi.channels.sending.push import Push

        mode = _mode(settings.push.mode, "push")
        found.append(Push(settings.push, node.home, mode, private=private))
    from noroshi.channels.sending.webhook import Webhook

    found.append(Webhook(Mode.ACTUAL, private=private))
    return found


def dispatches(node: Node, base: str) -> list[Dispatch]:
    """What carries messages to people, not yet started. Raises NoroshiError."""
    return [Dispatch(node.people, one) for one in senders(node, base)]
