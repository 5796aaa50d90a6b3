"""Everyone to whom the settings say that changes go: webhooks, the MQTT broker, outputs; what
issues alerts, and what tells residents what became of their reports."""

from __future__ import annotations

from typing import Protocol

from noroshi.channels.deliver import Delivery
from noroshi.channels.issuing.following import Clock, followers
from noroshi.channels.reports.answering import teller
from noroshi.engine.node import Delivery as Attached
from noroshi.engine.node import Node


class Beside(Attached, Protocol):
    """What goes on beside the deliveries of changes, in a thread of its own."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def start(self) -> None:
        """Begin."""
        ...


def deliveries(node: Node, base: str) -> list[Delivery | Clock]:
    """A delivery for each of them, not yet started. `base` is the address under which receivers
    reach this node. Raises NoroshiError naming the setting that is wrong."""
    found: list[Delivery | Clock] = []
    if node.settings.webhooks:
        from noroshi.channels.webhooks import webhook

        found += [webhook(node, name, hook, base) for name, hook in node.settings.webhooks.items()]
    if node.settings.mqtt is not None:
        from noroshi.channels.mqtt import mqtt

        found.append(mqtt(node, node.settings.mqtt, base))
    if node.settings.outputs:
        from noroshi.channels.outputs import output

        found += [output(node, name, one) for name, one in node.settings.outputs.items()]
    return [*found, *followers(node), teller(node)]


def start_deliveries(node: Node, base: str) -> None:
    """Deliver from a node that was started, for as long as it runs. Raises NoroshiError, before
    any has begun, naming the setting that is wrong."""
    from noroshi.channels.sending.channels import dispatches
    from noroshi.channels.subscribers.reminding import Reminding

    found, sending = deliveries(node, base), dispatches(node, base)
    beside: list[Beside] = [*sending, Reminding(node.people, base)]
    if node.settings.chat.enabled:
        from noroshi.channels.chat.settling import Settling

        beside.append(Settling(node))
    if node.settings.line is not None and node.settings.chat.enabled:
        from noroshi.channels.line.answering import Answering

        beside.append(Answering(node, node.settings.line))
    for delivery in found:
        delivery.start(node)
        node.attach(delivery.name, delivery)
    for one in beside:
        one.start()
        node.attach(one.name, one)
