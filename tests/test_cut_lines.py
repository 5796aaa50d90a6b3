"""Five nodes, every line between them cut, slowed, torn and restored at random, nodes killed and
started again: afterwards each has exactly what its labels allow.

Three prefectures know the ministry, and the utility knows the ministry and one prefecture, which
makes a loop. `NOROSHI_CUT_SECONDS` bounds the disturbance, `NOROSHI_CUT_SEED` repeats one.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

import called
from lines import STATES, Line, Lines, free_port
from noroshi.cli import noroshi
from noroshi.core.label import OPERATOR, Principal, Reader
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER
from noroshi.engine.sharing import Sharings
from noroshi.store import Query, Store, open_store
from served import PLAIN
from telegrams import telegram

SECONDS = float(os.environ.get("NOROSHI_CUT_SECONDS", "25"))
SEED = int(os.environ.get("NOROSHI_CUT_SEED", str(random.SystemRandom().randrange(10**6))))
HEALING = float(os.environ.get("NOROSHI_HEAL_SECONDS", "90"))

PREFS = ("pref-a", "pref-b", "pref-c")
EDGES = [(one, "ministry") for one in PREFS] + [("ministry", "utility"), ("pref-a", "utility")]
ORGS = (*PREFS, "ministry", "utility")
#: The utility is no responder: it is in a group of its own.
LIFELINE = frozenset({"utility"})
KIND = "disaster.bulletin"


def run(home: Path, *arguments: str, given: bytes | None = None) -> str:
    """What a user would type; its output."""
    done = CliRunner().invoke(noroshi, ["--home", str(home), *arguments], input=given)
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done.stdout


class Office:
    """One organisation: its node, which may be down, and what it said."""

    def __init__(self, org: str, folder: Path) -> None:
        self.org, self.home = org, folder / org
        self.port = free_port()
        self.log = folder / f"{org}.log"
        self.process: subprocess.Popen[bytes] | called.Called | None = None
        run(self.home, "peer", "init", org, "--name-ja", org)
        self.card = folder / f"{org}.json"
        run(self.home, "peer", "invite", "--url", f"http://127.0.0.1:{self.port}", "--out",
            str(self.card))  # fmt: skip
        (self.home / "settings.toml").write_text('[sources.town]\nlabel = "public"\n')
        self.token = run(self.home, "token", "new", "town", "--send").split()[0]
        self.store: Store = open_store(self.home)

    def accepts(self, other: Office, line: Line) -> None:
        fingerprint = json.loads(other.card.read_bytes())["root"]
        group = "lifeline" if other.org in LIFELINE else "responders"
        run(self.home, "peer", "accept", str(other.card), "--url", f"http://127.0.0.1:{line.port}",
            "--fingerprint", fingerprint, "--group", group)  # fmt: skip

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = called.start(
                "serve", "--port", self.port, home=self.home, stdout=log, stderr=log
            )  # fmt: skip

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def up(self) -> bool:
        try:
            return (
                httpx.get(
                    f"http://127.0.0.1:{self.port}/health", timeout=5, verify=PLAIN
                ).status_code
                == 200
            )
        except httpx.HTTPError:
            return False

    def sharings(self) -> Sharings:
        return Sharings(self.store)


class Thing:
    """Something an office speaks of: what it said of it, in order, under one label."""

    def __init__(self, office: str, event: str, label: str) -> None:
        self.office, self.event, self.label = office, event, label
        self.said: list[tuple[str, str, str]] = []  # message id, marker, action
        self.minutes = 0
        self.history: list[str] = []

    @property
    def now(self) -> str | None:
        """What holds: the marker of what was said last, unless that ended it."""
        if not self.said or self.said[-1][2] == "取消":
            return None
        return self.said[-1][1]


class World:
    """All of it, and the oracle: who was ever allowed to have which words."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines = Lines(seed)
        self.offices = {org: Office(org, folder) for org in ORGS}
        self.lines_of: dict[str, list[Line]] = {}
        for one, two in EDGES:
            for here, there in ((one, two), (two, one)):
                line = self.lines.lay(f"{here}>{there}", self.offices[there].port)
                self.lines_of.setdefault(here, []).append(line)
                self.offices[here].accepts(self.offices[there], line)
        self.things: list[Thing] = []
        self.counter = itertools.count()
        #: Who sees a label of an office, now; and who has ever been allowed a marker.
        self.audience: dict[tuple[str, str], frozenset[str]] = {}
        self.allowed: dict[str, set[str]] = {}
        self.marker_label: dict[str, tuple[str, str]] = {}
        everyone = frozenset(ORGS)
        for org in ORGS:
            self.audience[org, "public"] = everyone
            self.audience[org, "responders"] = everyone - LIFELINE | {org}
            self.audience[org, "own"] = frozenset({org})
            self.define(org, "named", self.choose(org))
            if org in ("ministry", "pref-a"):
                run(
                    self.offices[org].home, "label", "set", "lifeline", "--to", "own,group:lifeline"
                )
                self.audience[org, "lifeline"] = frozenset({org}) | LIFELINE

    def choose(self, org: str) -> frozenset[str]:
        """An audience that has a way to everyone in it: through the ministry, or next door."""
        others = [one for one in ORGS if one not in (org, "ministry")]
        some = frozenset(self.rng.sample(others, self.rng.randint(0, len(others))))
        if org == "pref-a" and self.rng.random() < 0.3:
            return frozenset({"utility"})
        return some | {"ministry"} if some or self.rng.random() < 0.5 else frozenset()

    def define(self, org: str, label: str, audience: frozenset[str]) -> None:
        atoms = ",".join(["own", *(f"org:{one}" for one in sorted(audience))])
        run(self.offices[org].home, "label", "set", label, "--to", atoms)
        self.audience[org, label] = audience | {org}
        for marker, where in self.marker_label.items():
            if where == (org, label):
                self.allowed[marker] |= self.reached(org, label)

    def reached(self, org: str, label: str) -> set[str]:
        """Who can have what carries a label: whoever it is for, by way of those it is for."""
        found, rest = {org}, [org]
        while rest:
            at = rest.pop()
            for edge in EDGES:
                if at in edge:
                    other = edge[1 - edge.index(at)]
                    if other not in found and other in self.audience[org, label]:
                        found.add(other)
                        rest.append(other)
        return found

    # --- what offices do -----------------------------------------------------------------------

    def say(self, thing: Thing, action: str) -> None:
        office = self.offices[thing.office]
        marker = f"marker-{next(self.counter):06d}-{thing.office}"
        thing.minutes += 1
        data = telegram(
            thing.office, event=thing.event, action=action, headline=marker,
            reported=f"2026-01-01T{thing.minutes // 60:02d}:{thing.minutes % 60:02d}:00+09:00",
        )  # fmt: skip
        self.marker_label[marker] = thing.office, thing.label
        self.allowed[marker] = self.reached(thing.office, thing.label)
        id = ""
        if thing.label == "public" and office.process is not None:
            try:
                id = self.post(office, data)
            except httpx.HTTPError:  # it is just starting; the same bytes again are the same
                id = ""
        if not id:
            told = run(office.home, "ingest", "--json", "--source", "town", "--label", thing.label,
                       "-", given=data)  # fmt: skip
            id = json.loads(told.splitlines()[0])["id"]
        thing.said.append((id, marker, action))
        thing.history.append(f"{action} {marker} {thing.label}")

    def post(self, office: Office, data: bytes) -> str:
        answer = httpx.post(
            f"http://127.0.0.1:{office.port}/messages", content=data, timeout=20, verify=PLAIN,
            headers={"Authorization": f"Bearer {office.token}"},
        )  # fmt: skip
        assert answer.status_code in (200, 201, 202), answer.text
        return str(answer.json()["id"])

    def begin(self) -> None:
        org = self.rng.choice(ORGS)
        label = self.rng.choice([name for one, name in self.audience if one == org])
        thing = Thing(org, f"{org}{len(self.things):05d}", label)
        self.things.append(thing)
        self.say(thing, "発表")

    def go_on(self) -> None:
        live = [one for one in self.things if one.now is not None]
        if live:
            thing = self.rng.choice(live)
            self.say(thing, self.rng.choice(("発表", "訂正", "取消")))

    def recall(self) -> None:
        some = [one for one in self.things if one.said]
        if some:
            thing = self.rng.choice(some)
            id, marker, _ = thing.said.pop(self.rng.randrange(len(thing.said)))
            thing.history.append(f"recall {marker}")
            run(self.offices[thing.office].home, "recall", id, "--reason", "a mistake", "--yes")

    def relabel(self) -> None:
        some = [one for one in self.things if len(one.said) == 1]
        if some:
            thing = self.rng.choice(some)
            names = [name for one, name in self.audience if one == thing.office]
            new = self.rng.choice([name for name in names if name != thing.label])
            id, marker, _ = thing.said[0]
            run(self.offices[thing.office].home, "relabel", id, new)
            thing.label = new
            thing.history.append(f"relabel {marker} {new}")
            self.marker_label[marker] = thing.office, new
            self.allowed[marker] |= self.reached(thing.office, new)

    def redefine(self) -> None:
        org = self.rng.choice(ORGS)
        self.define(org, "named", self.choose(org))

    def disturb(self) -> None:
        line = self.rng.choice(self.lines.lines)
        self.lines.set(line, self.rng.choice(STATES))

    def kill(self) -> None:
        office = self.offices[self.rng.choice(ORGS)]
        if office.process is None:
            office.start()
        else:
            office.kill()

    # --- what must be so -----------------------------------------------------------------------

    def expected(self, org: str) -> dict[str, str]:
        """What the people of an organisation see of what everyone said: by event."""
        return {
            thing.event: thing.now for thing in self.things
            if thing.now is not None and org in self.reached(thing.office, thing.label)
        }  # fmt: skip

    def picture(self, org: str) -> list[tuple[str, str]]:
        office = self.offices[org]
        atoms = {"own", f"org:{org}", "group:responders", "group:lifeline", "group:isut"}
        seen = office.sharings().visible(Principal("test", frozenset(atoms)))
        query = Query(Reader("test", seen), FOREVER - 1, FOREVER - 1, KIND, Mode.ACTUAL)
        found = []
        for version in office.store.picture(query):
            fields = version.fields()
            found.append((str(fields["event"]), str(fields["headline"])))
        return sorted(found)

    def differences(self) -> dict[str, tuple[Any, Any]]:
        found = {}
        for org in ORGS:
            wanted, had = sorted(self.expected(org).items()), self.picture(org)
            if wanted != had:
                less, more = set(wanted) - set(had), set(had) - set(wanted)
                about = {event for event, _ in less | more}
                found[org] = (sorted(less), sorted(more), [
                    thing.history for thing in self.things if thing.event in about
                ])  # fmt: skip
        return found

    def close(self) -> None:
        for one in self.offices.values():
            one.kill()
            one.store.close()
        self.lines.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SEED)
    yield made
    made.close()


def until(held: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if held():
            return True
        time.sleep(0.25)
    return held()


def test_after_healing_every_node_has_exactly_what_its_labels_allow(world: World) -> None:
    print(f"seed {SEED}, {SECONDS} s")
    for one in world.offices.values():
        one.start()
    assert until(lambda: all(one.up() for one in world.offices.values()), 60)
    acts = [(world.begin, 30), (world.go_on, 24), (world.recall, 6), (world.relabel, 4),
            (world.redefine, 5), (world.disturb, 16), (world.kill, 4)]  # fmt: skip
    done: dict[str, int] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        act = world.rng.choices([one for one, _ in acts], [weight for _, weight in acts])[0]
        done[act.__name__] = done.get(act.__name__, 0) + 1
        act()
        time.sleep(world.rng.uniform(0, 0.1))
    _check_alone(world)
    for line in world.lines.lines:
        world.lines.set(line, "up")
    for one in world.offices.values():
        if one.process is None:
            one.start()
    begun = time.monotonic()
    healed = until(lambda: world.differences() == {}, HEALING)
    print(f"{done}, healed in {time.monotonic() - begun:.1f} s")
    assert healed, f"seed {SEED}\n{pformat(world.differences())}\n{_tail(world)}"
    _check_logs(world)
    _check_leaks(world)
    _check_peace(world)


def _check_alone(world: World) -> None:
    """With every line cut, each node takes in and answers."""
    for line in world.lines.lines:
        world.lines.set(line, "cut")
    for org, office in world.offices.items():
        if office.process is None:
            office.start()
        assert until(office.up, 60)
        thing = Thing(org, f"{org}-alone", "public")
        world.things.append(thing)
        world.say(thing, "発表")
        answer = httpx.get(
            f"http://127.0.0.1:{office.port}/collections/{KIND}/items", timeout=30, verify=PLAIN,
            params={"filter": f"event = '{org}-alone'"},
        )  # fmt: skip
        found = [one["properties"]["headline"] for one in answer.json()["features"]]
        assert found == [thing.now], answer.text[:500]


def _check_logs(world: World) -> None:
    """The same bytes in the same order, whole, wherever a stream may be had."""
    for origin in ORGS:
        whole = list(world.offices[origin].store.exchange.log(origin))
        numbers = {(stream, seq): (time, signed, content)
                   for stream, seq, time, signed, content in whole}  # fmt: skip
        assert len(numbers) == len(whole)
        sharings = world.offices[origin].sharings()
        for org in ORGS:
            if org == origin:
                continue
            theirs = list(world.offices[org].store.exchange.log(origin))
            order = [one[:2] for one in whole]
            assert [one[:2] for one in theirs] == [
                one for one in order if one in {two[:2] for two in theirs}
            ], (origin, org)
            for stream, seq, at, signed, content in theirs:
                assert (at, signed) == numbers[stream, seq][:2]
                assert content in (None, numbers[stream, seq][2]) or (
                    numbers[stream, seq][2] is None
                )
            had: dict[int, list[int]] = {}
            for stream, seq, *_ in theirs:
                had.setdefault(stream, []).append(seq)
            for stream, seqs in had.items():
                assert sorted(seqs) == list(range(1, len(seqs) + 1)), (origin, org, stream)
            for stream in {one[0] for one in whole}:
                if org in world.reached(origin, sharings.name(stream)):
                    last = max(seq for at, seq, *_ in whole if at == stream)
                    assert len(had.get(stream, [])) == last, (origin, org, stream)


def _check_leaks(world: World) -> None:
    """No word of what a node was never allowed is anywhere in its store."""
    for org, office in world.offices.items():
        stored = b"".join(_everything(office.home / "noroshi.db"))
        for marker, allowed in world.allowed.items():
            assert org in allowed or marker.encode() not in stored, (SEED, org, marker)


def _everything(path: Path) -> Iterator[bytes]:
    """Every text and blob of every table, and what is inside of those that are compressed."""
    import zlib

    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        for row in db.execute(f"SELECT * FROM {table}"):
            for cell in row:
                if isinstance(cell, str):
                    yield cell.encode()
                elif isinstance(cell, bytes):
                    yield cell
                    for skipped in (0, 1):
                        try:
                            yield zlib.decompressobj().decompress(cell[skipped:])
                        except zlib.error:
                            continue
    db.close()


def _check_peace(world: World) -> None:
    """A bad line is no attack, and a kill no damage: nothing was refused, and stores are sound."""
    for office in world.offices.values():
        assert "exchange.refused" not in run(office.home, "audit", "list", "--json"), office.org
        assert office.store.check() == []
        text = office.log.read_text()
        assert "Traceback" not in text, text[-5000:]
        states = {one.state for one in office.store.messages(OPERATOR)}
        assert "quarantined" not in states


def _tail(world: World) -> str:
    return "\n".join(
        f"== {org}: {office.store.exchange.counts()} {office.store.exchange.active()} "
        f"{[(one.origin, one.stream, one.seq) for one in office.store.exchange.streams()]}\n"
        + "\n".join(office.log.read_text().splitlines()[-6:])
        for org, office in world.offices.items()
    )
