"""MQTT: everything reaches a real broker, acknowledged and in order, drills apart."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from deliveries import BASE, REPORT, eventually, following, report
from noroshi.channels import deliver
from noroshi.channels import mqtt as channel
from noroshi.channels.deliver import Delivery
from noroshi.channels.mqtt import mqtt
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OWN
from noroshi.core.record import Action, Mode
from noroshi.engine.node import Node
from noroshi.engine.settings import Mqtt

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Broker:
    """A mosquitto of our own, which keeps sessions over a restart."""

    def __init__(self, folder: Path, *more: str) -> None:
        if MOSQUITTO is None:
            assert os.environ.get("CI") != "true", "CI must have mosquitto"
            pytest.skip("mosquitto is not installed")
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence true", "max_queued_messages 0",
                 f"persistence_location {folder}/", "user root" if os.getuid() == 0 else "",
                 *(more or ("allow_anonymous true",))]  # fmt: skip
        self._config.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)],
                                        stderr=subprocess.DEVNULL)  # fmt: skip

        def listens() -> bool:
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", self.port)) == 0

        eventually(listens)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None


class Subscriber:
    """Hears what is published, also what was published while the broker restarted."""

    def __init__(self, port: int, topic: str = "#", name: str = "hears") -> None:
        self.heard: list[tuple[str, dict[str, Any], Any]] = []
        ready = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name,
                                  protocol=MQTTProtocolVersion.MQTTv5)  # fmt: skip
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *rest: client.subscribe(topic, 1)
        self.client.on_subscribe = lambda *rest: ready.set()
        self.client.on_message = lambda client, data, message: self.heard.append(
            (message.topic, json.loads(message.payload), message.properties)
        )
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 600
        self.client.connect("127.0.0.1", port, clean_start=False, properties=lasting)
        self.client.loop_start()
        assert ready.wait(10)

    def titles(self) -> list[str]:
        return [event["data"]["properties"]["title"] for _, event, _ in self.heard]

    def wait(self, count: int) -> None:
        eventually(lambda: len(self.heard) >= count)
        time.sleep(0.2)
        assert len(self.heard) == count

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    one = Broker(tmp_path)
    yield one
    one.stop()


@pytest.fixture
def subscriber(broker: Broker) -> Iterator[Subscriber]:
    one = Subscriber(broker.port)
    yield one
    one.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with following(tmp_path / "home") as one:
        yield one


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(deliver, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(deliver, "IDLE", 0.2)


@contextmanager
def delivering(node: Node, port: int, **more: Any) -> Iterator[Delivery]:
    one = mqtt(node, Mqtt(host="127.0.0.1", port=port, **more), BASE)
    one.start(node)
    try:
        yield one
    finally:
        one.stop()


def test_every_change_reaches_the_broker_once_in_order_under_its_topic(
    node: Node, broker: Broker, subscriber: Subscriber
) -> None:
    with delivering(node, broker.port) as delivery:
        for number in range(130):
            report(node, f"R{number % 9}", f"{number}", area="city:1720200")
        report(node, "nowhere", "nowhere")
        subscriber.wait(131)
        eventually(lambda: delivery.progress().behind == 0)
    assert subscriber.titles() == [f"{number}" for number in range(130)] + ["nowhere"]
    topic, event, properties = subscriber.heard[0]
    assert topic == f"noroshi/actual/{REPORT}/city:1720200"
    assert subscriber.heard[-1][0] == f"noroshi/actual/{REPORT}/-"
    assert properties.ContentType == "application/cloudevents+json; charset=utf-8"
    assert event["specversion"] == "1.0"
    assert event["source"] == f"{BASE}/collections/{REPORT}"


@pytest.mark.usefixtures("impatient")
def test_what_is_said_while_the_broker_is_away_comes_when_it_is_back(
    node: Node, broker: Broker, subscriber: Subscriber
) -> None:
    with delivering(node, broker.port) as delivery:
        report(node, "R0", "0")
        subscriber.wait(1)
        broker.stop()
        for number in range(1, 6):
            report(node, f"R{number}", f"{number}")
        eventually(lambda: delivery.progress().error != "")
        assert delivery.progress().behind == 5
        broker.start()
        eventually(lambda: delivery.progress().behind == 0)
        assert not delivery.progress().error
    eventually(lambda: len(set(subscriber.titles())) == 6)
    assert list(dict.fromkeys(subscriber.titles())) == [f"{number}" for number in range(6)]


def test_a_drill_is_on_no_topic_of_what_is_real(
    node: Node, broker: Broker, subscriber: Subscriber
) -> None:
    with delivering(node, broker.port):
        report(node, "R1", "drill", mode=Mode.EXERCISE)
        report(node, "R2", "real")
        subscriber.wait(1)
        assert subscriber.titles() == ["real"]
    with delivering(node, broker.port, mode="exercise"):
        report(node, "R3", "drill", mode=Mode.EXERCISE)
        report(node, "R4", "real")
        subscriber.wait(2)
    assert subscriber.titles() == ["real", "drill"]
    assert subscriber.heard[1][0] == f"noroshi/exercise/{REPORT}/-"


def test_the_broker_gets_nothing_that_its_labels_do_not_allow(
    node: Node, broker: Broker, subscriber: Subscriber
) -> None:
    with delivering(node, broker.port):
        report(node, "R1", "secret", label=OWN)
        report(node, "R2", "public")
        subscriber.wait(1)
    assert subscriber.titles() == ["public"]


def test_what_moves_or_ends_is_told_where_it_was(
    node: Node, broker: Broker, subscriber: Subscriber
) -> None:
    with delivering(node, broker.port):
        report(node, "R", "1", area="city:1720200")
        report(node, "R", "2", area="city:1720400")
        report(node, "R", action=Action.CANCEL)
        subscriber.wait(4)
    told = [(topic.rpartition("/")[2], event["type"].rpartition(".")[2])
            for topic, event, _ in subscriber.heard]  # fmt: skip
    assert told[0] == ("city:1720200", "create")
    assert sorted(told[1:3]) == [("city:1720200", "update"), ("city:1720400", "update")]
    assert told[3] == ("city:1720400", "delete")


@pytest.mark.usefixtures("impatient")
def test_a_wrong_password_shows_before_anything_is_to_be_said(node: Node, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(passwords), "hub", "right"], check=True)
    broker = Broker(tmp_path, "allow_anonymous false", f"password_file {passwords}")
    try:
        with delivering(node, broker.port, username="hub", password="wrong") as delivery:
            eventually(lambda: "Not authorized" in delivery.progress().error)
            assert "wrong" not in repr(delivery.progress())
            report(node, "R", "kept")
            time.sleep(0.3)
            assert delivery.progress().behind == 1
        os.environ["TEST_MQTT_PASSWORD"] = "right"
        with delivering(
            node, broker.port, username="hub", password_env="TEST_MQTT_PASSWORD"
        ) as delivery:
            eventually(lambda: delivery.progress().delivered == 1)
            assert not delivery.progress().error
    finally:
        os.environ.pop("TEST_MQTT_PASSWORD", None)
        broker.stop()


@pytest.mark.usefixtures("impatient")
def test_what_the_broker_may_not_take_is_seen_and_not_lost(node: Node, tmp_path: Path) -> None:
    """A broker of MQTT 5 says so; with 3.1.1 it would acknowledge what it drops."""
    rules = tmp_path / "acl"
    rules.write_text("topic write other/#\n")
    rules.chmod(0o600)
    broker = Broker(tmp_path, "allow_anonymous true", f"acl_file {rules}")
    try:
        with delivering(node, broker.port) as delivery:
            report(node, "R")
            eventually(lambda: "Not authorized" in delivery.progress().error)
            assert delivery.progress().behind == 1
        with delivering(node, broker.port, topic="other") as delivery:
            eventually(lambda: delivery.progress().delivered == 1)
    finally:
        broker.stop()


@pytest.mark.usefixtures("impatient")
def test_an_event_too_large_for_the_broker_does_not_hold_up_the_others(
    node: Node, tmp_path: Path
) -> None:
    broker = Broker(tmp_path, "allow_anonymous true", "max_packet_size 6000")
    subscriber = Subscriber(broker.port)
    try:
        with delivering(node, broker.port) as delivery:
            for title in ("1", "x" * 8000, "2"):
                report(node, title[:1], title)
            subscriber.wait(2)
            eventually(lambda: delivery.progress().set_aside == 1)
        assert subscriber.titles() == ["1", "2"]
    finally:
        subscriber.close()
        broker.stop()


class Deaf:
    """A broker that takes connections and never acknowledges what is published; with `old`, one
    that knows MQTT 3.1.1 only, and acknowledges."""

    def __init__(self, old: bool = False) -> None:
        self.old = old
        self.published = 0
        self.versions: list[int] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        version = 0
        with connection, connection.makefile("rb") as stream:
            while head := stream.read(1):
                length, shift = 0, 0
                while True:
                    byte = stream.read(1)[0]
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                packet = stream.read(length)
                kind = head[0] >> 4
                if kind == 1:
                    version = packet[6]
                    self.versions.append(version)
                    if self.old and version != 4:
                        connection.sendall(b"\x20\x02\x00\x01")
                        return
                    connection.sendall(b"\x20\x02\x00\x00" if version == 4 else b"\x20\x03\0\0\0")
                elif kind == 3:
                    self.published += 1
                    (topic,) = struct.unpack_from(">H", packet)
                    if self.old:
                        connection.sendall(b"\x40\x02" + packet[2 + topic : 4 + topic])
                elif kind == 14:
                    return


@pytest.mark.usefixtures("impatient")
def test_the_cursor_waits_for_the_acknowledgement(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "ACKNOWLEDGE", 0.3)
    deaf = Deaf()
    try:
        with delivering(node, deaf.port) as delivery:
            before = delivery.progress().cursor
            report(node, "R")
            eventually(lambda: deaf.published >= 2)  # it was sent, and sent again
            eventually(lambda: "not acknowledged" in delivery.progress().error)
            assert delivery.progress().cursor == before
            assert delivery.progress().delivered == 0
    finally:
        deaf.close()


@pytest.mark.usefixtures("impatient")
def test_a_broker_of_mqtt_3_is_spoken_to_as_such(node: Node) -> None:
    old = Deaf(old=True)
    try:
        with delivering(node, old.port) as delivery:
            report(node, "R")
            eventually(lambda: delivery.progress().delivered == 1)
            assert old.versions == [5, 4]
    finally:
        old.close()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"qos": 0}, "qos"),
        ({"topic": "a/#"}, "topic"),
        ({"topic": "/a"}, "topic"),
        ({"labels": ("own",), "host": "broker.example"}, "TLS"),
        ({"password_env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(node: Node, wrong: Any, told: str) -> None:
    with pytest.raises(NoroshiError, match=told):
        mqtt(node, Mqtt(**{"host": "localhost"} | wrong), BASE)
