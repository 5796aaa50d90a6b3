"""Changes published to an MQTT broker: CloudEvents in structured mode, acknowledged.

MQTT 5, or 3.1.1 where the broker knows no better. The topic is `{prefix}/{mode}/{kind}/{area}`, so
that whoever subscribes to what is real never hears a drill.
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from noroshi.channels.cloudevents import event
from noroshi.channels.deliver import (
    Delivery,
    Failed,
    check_privacy,
    from_environment,
    match_of,
    reader_of,
)
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Version
from noroshi.engine.node import Node
from noroshi.engine.settings import Mqtt
from noroshi.store import Change

#: Seconds for a connection, and for the acknowledgement of a batch.
CONNECT, ACKNOWLEDGE = 10.0, 20.0
KEEPALIVE = 30
_MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
#: Room for the topic and the head of a packet beside its payload.
_HEAD = 1_024
#: Reasons (MQTT 5 §3.4.2.1) that are about this one event: topic name, payload format.
_REFUSALS = {0x90, 0x99}


def mqtt(node: Node, settings: Mqtt, base: str) -> Delivery:
    """The delivery to a broker, not yet started. `base` is the address under which receivers reach
    this node. Raises NoroshiError naming the setting that is wrong."""
    where = "settings.toml: mqtt"
    reader = reader_of(node.store, "mqtt", settings)
    check_privacy(settings.labels, settings.host, tls=settings.tls, where=where)
    if settings.qos not in (1, 2):
        raise NoroshiError(
            f"qos = {settings.qos}: only 1 and 2 are acknowledged", where=where, remedy="qos = 1"
        )
    prefix = settings.topic
    if not prefix or prefix[0] in "/$" or prefix[-1] == "/" or set(prefix) & set("+#\0"):
        raise NoroshiError(f"topic = {prefix!r} is no beginning of a topic", where=where)
    password = settings.password
    if settings.password_env:
        password = from_environment(settings.password_env, where)
    wanted = match_of(node.store, reader, settings)
    return Delivery(reader.name, node.store, wanted, Publish(settings, password, base))


def topics(change: Change, prefix: str) -> list[str]:
    """Where a change is published: under the area of the thing; of one that has moved also under
    the area that it left, so that they hear of it there too."""
    found = [_topic(change.version, prefix)]
    if change.previous is not None:
        before = _topic(change.previous, prefix)
        # What says that a thing has ended may not say where it was.
        if change.operation == "delete" and change.version.area is None:
            return [before]
        if before not in found:
            found.append(before)
    return found


def _topic(version: Version, prefix: str) -> str:
    area = (version.area or "-").translate(_LEVEL)
    return f"{prefix}/{version.mode.name.lower()}/{version.kind}/{area}"


#: What has a meaning in a topic, and cannot stand in one level of it.
_LEVEL = str.maketrans({"/": "_", "+": "_", "#": "_", "\0": "_"})


class Publish:
    """Publishes batches to a broker. A `noroshi.channels.deliver.Way`."""

    batch = 50

    def __init__(self, settings: Mqtt, password: str, base: str) -> None:
        self._settings, self._password, self._base = settings, password, base
        self._session: _Session | None = None
        self._protocol = MQTTProtocolVersion.MQTTv5

    def open(self) -> None:
        """See `Way.open`."""
        if self._session is not None and self._session.ready:
            return
        self.close()
        self._session = _Session(self._settings, self._password, self._protocol)
        try:
            self._session.connect()
        except OSError as error:
            raise Failed(f"no connection to the broker: {error.strerror or error}") from None
        except _TooOld:
            self._protocol = MQTTProtocolVersion.MQTTv311
            raise
        finally:
            if not self._session.ready:
                self.close()

    def send(self, changes: list[Change]) -> None:
        """See `Way.send`. What is not acknowledged ends the session: the next one begins with
        nothing under way, so that memory never holds more than a batch."""
        self.open()
        assert self._session is not None
        try:
            self._publish(changes, self._session)
        except Failed as failed:
            if not failed.refused:
                self.close()
            raise

    def _publish(self, changes: list[Change], session: _Session) -> None:
        sent: list[list[int]] = []
        for change in changes:
            payload = event(change, self._base)
            if session.largest is not None and len(payload) + _HEAD > session.largest:
                break
            sent.append([session.publish(topic, payload)
                         for topic in topics(change, self._settings.topic)])  # fmt: skip
        session.acknowledge(sent)
        if len(sent) < len(changes):
            raise Failed("larger than the broker takes", done=len(sent), refused=True)

    def close(self) -> None:
        """See `Way.close`."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


class _TooOld(Failed):
    """The broker does not speak MQTT 5."""


class _Session:
    """One connection, and what the broker has said in it."""

    def __init__(self, settings: Mqtt, password: str, protocol: MQTTProtocolVersion) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._reasons: dict[int, ReasonCode] = {}
        self._connected: ReasonCode | None = None
        #: Why the connection ended, once it has.
        self.lost: str | None = None
        #: Bytes of the largest packet that the broker takes, if it says so.
        self.largest: int | None = None
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"noroshi-{secrets.token_hex(8)}",
            protocol=protocol, reconnect_on_failure=False,
        )  # fmt: skip
        client.connect_timeout = CONNECT
        if settings.username:
            client.username_pw_set(settings.username, password or None)
        if settings.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        self._client = client
        self._properties: Properties | None = None
        if protocol == MQTTProtocolVersion.MQTTv5:
            self._properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            self._properties.ContentType = _MEDIA_TYPE
            self._properties.PayloadFormatIndicator = 1

    def connect(self) -> None:
        """Connect. Raises OSError or Failed."""
        self._client.connect(self._settings.host, self._settings.port, KEEPALIVE)
        self._client.loop_start()
        with self._changed:
            done = self._changed.wait_for(lambda: self._connected or self.lost, CONNECT)
        reason = self._connected
        if reason is not None and reason.is_failure:
            text = f"the broker refused the connection: {reason}"
            raise _TooOld(text) if reason == "Unsupported protocol version" else Failed(text)
        if not done or self.lost is not None:
            raise Failed(f"the broker did not answer: {self.lost or 'timeout'}")

    @property
    def ready(self) -> bool:
        """True while the broker takes what is published."""
        return self.lost is None and self._connected is not None and not self._connected.is_failure

    def publish(self, topic: str, payload: bytes) -> int:
        """Begin to publish. Returns the number by which it will be acknowledged."""
        info = self._client.publish(topic, payload, self._settings.qos, properties=self._properties)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise Failed(f"the connection to the broker is lost: {paho.error_string(info.rc)}")
        return info.mid

    def acknowledge(self, sent: list[list[int]]) -> None:
        """Wait until everything was acknowledged. Raises Failed, with how much was."""
        numbers = {number for one in sent for number in one}
        until = time.monotonic() + ACKNOWLEDGE
        with self._changed:
            while self.lost is None and not numbers <= self._reasons.keys():
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            reasons = [[self._reasons.pop(number, None) for number in one] for one in sent]
        for done, one in enumerate(reasons):
            for reason in one:
                if reason is None:
                    raise Failed(f"not acknowledged: {self.lost or 'timeout'}", done=done)
                if reason.is_failure:
                    raise Failed(f"the broker refused: {reason}", done=done,
                                 refused=reason.value in _REFUSALS)  # fmt: skip

    def close(self) -> None:
        """End the connection."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: Any, data: Any, flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        with self._changed:
            self._connected = reason
            self.largest = getattr(properties, "MaximumPacketSize", None)
            self._changed.notify_all()

    def _on_disconnect(
        self, client: Any, data: Any, flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        with self._changed:
            self.lost = str(reason)
            self._changed.notify_all()

    def _on_publish(
        self, client: Any, data: Any, mid: int, reason: ReasonCode, properties: Any
    ) -> None:
        with self._changed:
            self._reasons[mid] = reason
            self._changed.notify_all()
