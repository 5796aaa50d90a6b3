"""Zero leaks: whatever is said, taken back, shared otherwise or grouped anew, no way out tells a
reader anything of what they may not see.

Two properties, tried together on a real node under a clock that stands still. *Nothing is said*:
words that only a hidden message has are in no answer. *Nothing moves*: whatever happens among what
a reader may not see, every answer to them stays the same byte for byte, headers and all.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from data import cases
from noroshi import kinds
from noroshi.core import time as clock
from noroshi.core.label import OWN, PUBLIC, RESPONDERS
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.engine.accounts import NewPerson
from noroshi.engine.recalls import expire
from noroshi.engine.roles import Role, local_operator
from noroshi.kinds.weather import AreaWarnings, WarningKind
from noroshi.store import Outcome
from onlooker import REPORT, START, WARNING, Answer, Clock, Hub, standing_still, ways

CHIEF = local_operator()
ROAD = "disaster.road"
KEYS = ("qka", "qkb", "qkc")
#: What labels may mean here, as plain words for the oracle: clauses, clearance, compartments,
#: purpose.
MEANINGS: tuple[dict[str, Any], ...] = (
    {}, {"audience": (("own",),)}, {"audience": (("org:city",),)},
    {"audience": (("group:flood",),)}, {"audience": (("person:doctor", "org:power"),)},
    {"audience": (("group:flood",), ("org:city", "org:power"))},
    {"clearance": 5}, {"clearance": 2, "compartments": ("bridge",)}, {"purpose": "health"},
    {"audience": (("org:city",),), "purpose": "health", "keep": 3600},
)  # fmt: skip
MEMBERS = ((), ("org:city",), ("org:power",), ("org:city", "person:doctor"))
LABELS = ("public", "responders", "own", "isut", "la", "lb", "lc")


class Oracle:
    """Who may see what, in plain Python."""

    def __init__(self) -> None:
        self.means: dict[str, dict[str, Any]] = {
            "public": {}, "responders": {"audience": (("group:responders", "own"),)},
            "own": {"audience": (("own",),)}, "isut": {"audience": (("group:isut", "own"),)},
        }  # fmt: skip
        self.groups: dict[str, tuple[str, ...]] = {"flood": ("org:city",), "responders": ()}
        #: Everybody who reads: organisation, person, clearance, compartments, purposes.
        self.readers: dict[str, tuple[str, str, int, set[str], set[str]]] = {
            "nobody": ("", "", 0, set(), set()),
            "city": ("city", "", 0, set(), set()),
            "doctor": ("ken", "doctor", 5, {"bridge"}, {"health"}),
            "engineer": ("power", "engineer", 2, {"bridge"}, set()),
        }

    def atoms(self, reader: str) -> set[str]:
        org, person = self.readers[reader][:2]
        found = {f"org:{org}"} if org else set()
        if person:
            found.add(f"person:{person}")
        if org == "ken":
            found.add("own")
        return found | {f"group:{name}" for name, members in self.groups.items()
                        if found & set(members)}  # fmt: skip

    def sees(self, reader: str, label: str) -> bool:
        means = self.means[label]
        _, _, clearance, compartments, purposes = self.readers[reader]
        return (
            all(self.atoms(reader) & set(clause) for clause in means.get("audience", ()))
            and clearance >= means.get("clearance", 0)
            and compartments >= set(means.get("compartments", ()))
            and (not means.get("purpose") or means["purpose"] in purposes)
        )


class Said:
    """A message: the words that only it has, under which labels it came, and what became of it."""

    def __init__(self, number: int, key: str, label: str, sha: bytes, outcome: Outcome) -> None:
        self.number, self.key, self.sha, self.outcome = number, key, sha, outcome
        self.labels = {label}
        self.recalled: set[str] = set()
        self.received = clock.now()

    def words(self) -> tuple[str, ...]:
        n = self.number
        return (f"qt{n}z", f"qf{n}z", f"{136 + n / 1000 + 0.000137:.6f}", f"city:{1101 + n:05d}00")

    def area(self) -> str:
        return self.words()[3]


class Leaks(RuleBasedStateMachine):
    """What happens to a node, and what its readers are told meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._still = standing_still()
        self.clock: Clock = self._still.__enter__()
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name)
        self.hub = Hub(self.home)
        self.oracle, self.said = Oracle(), list[Said]()
        self.past = START

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.random = random.Random(seed)
        directory = self.hub.node.directory
        for org in ("ken", "city", "power"):
            directory.add_organisation(CHIEF, org, org.title())
        for name, (org, person, clearance, compartments, purposes) in self.oracle.readers.items():
            if person:
                directory.add_person(CHIEF, NewPerson(
                    name, name.title(), clearance=clearance, compartments=tuple(compartments),
                    purposes=tuple(purposes)))  # fmt: skip
                directory.set_role(CHIEF, name, org, Role.VIEWER)
        directory.set_group(CHIEF, "flood", ("org:city",))
        directory.set_group(CHIEF, "responders", ())
        self.numbers = {"public": PUBLIC, "responders": RESPONDERS, "own": OWN, "isut": 3}
        for name in LABELS[4:]:
            self._define(name, self.random.choice(MEANINGS))
        self.tokens: dict[str, dict[str, str] | None] = {"nobody": None}
        for name, (_, person, *_) in self.oracle.readers.items():
            if name != "nobody":
                holder = f"person:{person}" if person else "org:city"
                self.tokens[name] = self.hub.token(holder=holder)
        self.hub.settle()

    def _define(self, name: str, means: dict[str, Any]) -> None:
        self.oracle.means[name] = means
        self.numbers[name] = self.hub.label(name, **means)
        self.hub.settle()

    # --- what happens ---------------------------------------------------------------------------

    @rule(
        label=st.sampled_from(LABELS), key=st.sampled_from(KEYS),
        kind=st.sampled_from((REPORT, ROAD)), late=st.booleans(), whole=st.booleans(),
        drill=st.integers(0, 5), unread=st.integers(0, 5), located=st.booleans(),
        action=st.sampled_from((Action.ISSUE, Action.ISSUE, Action.CORRECT, Action.CANCEL)),
    )  # fmt: skip
    def say(
        self, label: str, key: str, kind: str, late: bool, whole: bool, drill: int, unread: int,
        located: bool, action: Action,
    ) -> None:  # fmt: skip
        """Something new, corrected, cancelled, late, in part, as an exercise, or unreadable."""
        number = len(self.said)
        mode = Mode.EXERCISE if drill == 0 else Mode.ACTUAL

        def happen() -> None:
            one = Said(number, key, label, b"", Outcome())
            title, _, longitude, area = one.words()
            field = {"title": title} if kind == REPORT else {"name": title}
            edition = Edition(
                f"qs{key}", clock.now() - (50_000_000 if late else 0),
                [Record(kind, key, msgspec.json.encode(field), point(float(longitude), 36.0)
                        if located else None, area if number % 2 else None)],
                action, mode, effective=clock.now() - 100_000_000 if late else None, whole=whole,
            )  # fmt: skip
            outcome = Outcome(editions=[edition], format="test", stated=1, media_type="text/plain")
            if unread == 0:
                outcome = Outcome(state="quarantined", reason=f"cannot be read: {title}",
                                  format="test")  # fmt: skip
            one.outcome = outcome
            one.sha = self._take(one, label)
            self.said.append(one)

        self._watch({label}, happen)

    def _take(self, one: Said, label: str) -> bytes:
        title, name, *_ = one.words()
        number = self.numbers[label]
        return self.hub.take(title, one.outcome, number, f"qo{label}", f"{name}.txt")

    @rule(which=st.integers(0, 99), label=st.sampled_from(LABELS))
    def say_again(self, which: int, label: str) -> None:
        """The same bytes, perhaps from somebody else under another label."""
        if not self.said:
            return
        one = self.said[which % len(self.said)]
        if label in one.recalled:
            return

        def happen() -> None:
            self._take(one, label)
            one.labels.add(label)

        self._watch({label}, happen)

    @rule(which=st.integers(0, 99), erase=st.booleans())
    def recall(self, which: int, erase: bool) -> None:
        """It is taken back under one of its labels."""
        open = [(one, label) for one in self.said for label in sorted(one.labels)]
        if not open:
            return
        one, label = open[which % len(open)]

        def happen() -> None:
            self.hub.node.store.recall(one.sha, self.numbers[label], "because", erase=erase)
            one.labels.discard(label)
            one.recalled.add(label)

        self._watch({label}, happen)

    @rule(which=st.integers(0, 99), label=st.sampled_from(LABELS))
    def relabel(self, which: int, label: str) -> None:
        """It is shared under another label."""
        open = [one for one in self.said if one.labels - {label} and label not in one.labels
                and one.outcome.state == "read"]  # fmt: skip
        if not open:
            return
        one = open[which % len(open)]
        old = set(one.labels)

        def happen() -> None:
            self.hub.node.store.relabel(one.sha, [self.numbers[name] for name in sorted(old)],
                                        self.numbers[label], one.outcome, "because")  # fmt: skip
            one.recalled |= one.labels
            one.labels = {label}
            one.recalled.discard(label)

        self._watch(old | {label}, happen)

    @rule(label=st.sampled_from(LABELS[4:]), means=st.sampled_from(MEANINGS))
    def redefine(self, label: str, means: dict[str, Any]) -> None:
        """A label means something else."""
        self._watch({label}, lambda: self._define(label, means))

    @rule(group=st.sampled_from(("flood", "responders")), members=st.sampled_from(MEMBERS))
    def regroup(self, group: str, members: tuple[str, ...]) -> None:
        """Others belong to a group."""

        def happen() -> None:
            self.hub.node.directory.set_group(CHIEF, group, members)
            self.oracle.groups[group] = members

        self._watch(set(LABELS), happen)

    @rule(label=st.sampled_from(LABELS), level=st.integers(2, 5), where=st.integers(0, 2))
    def warn(self, label: str, level: int, where: int) -> None:
        """A warning from which the node computes alert levels; they rest on what is visible."""

        def happen() -> None:
            area = f"city:{13101 + where:05d}00"
            rain = WarningKind(f"q{level}", "03", hazard="大雨", category="warning", level=level)
            body = kinds.encode(AreaWarnings(f"qa{where}", "q", "q", [rain], level))
            edition = Edition(f"w{where}", clock.now(), [Record(WARNING, area, body, None, area)])
            outcome = Outcome(editions=[edition], format="test", stated=1)
            self.hub.take(f"w{len(self.said)}{self.random.random()}", outcome,
                          self.numbers[label], f"qo{label}", "w.xml")  # fmt: skip
            self.hub.products()

        self._watch({label}, happen)

    @rule()
    def expires(self) -> None:
        """Personal data is erased when its time is over."""
        self.clock.move(1800)
        due = {name for name in LABELS if self.oracle.means[name].get("keep")}

        def happen() -> None:
            node = self.hub.node
            expire(node.store, node.settings, node.sharings)
            for one in self.said:
                for label in one.labels & due:
                    if one.received < clock.now() - self.oracle.means[label]["keep"] * 1_000_000:
                        one.labels.discard(label)
                        one.recalled.add(label)

        self._watch(due, happen)

    # --- what is told of it ---------------------------------------------------------------------

    def _watch(self, labels: set[str], happen: Any) -> None:
        """Let something happen that touches `labels`, and look at what is told of it."""
        if self.random.random() < 0.2:
            self.past = clock.now()
        self.clock.move(self.random.uniform(1.5, 60))
        asks = self._asks()
        readers = self.random.sample(sorted(self.oracle.readers), 2)
        self.hub.forget()
        before = {name: self.hub.look(self.tokens[name], asks) for name in readers}
        saw = {name: self._seen(name) & labels for name in readers}
        happen()
        self.hub.settle()
        if self.random.random() < 0.5:
            self.hub.forget()
        for name in readers:
            told = self.hub.look(self.tokens[name], asks)
            if not saw[name] and not self._seen(name) & labels:
                for way, answer in told.items():
                    if way in ("/health", "/metrics") and "own" in self._seen(name):
                        continue  # these have the numbers of the node
                    assert answer == before[name][way], _moved(name, before[name][way], answer, way)
            self._check(name, told)

    def _seen(self, reader: str) -> set[str]:
        return {label for label in LABELS if self.oracle.sees(reader, label)}

    def _asks(self) -> list[str]:
        every = ways((REPORT, ROAD, WARNING, "disaster.alert_level"), KEYS, self.past)
        asks = self.random.sample(every, min(len(every), 16))
        for one in self.random.sample(self.said, min(len(self.said), 3)):
            asks += [f"/messages/{one.sha.hex()}", f"/messages/{one.sha.hex()}/content"]
        return asks

    def _check(self, reader: str, told: dict[str, Answer]) -> None:
        seen = self._seen(reader)
        keys = {one.key for one in self.said if (one.labels | one.recalled) & seen}
        for way, answer in told.items():
            text = answer.body + repr(answer.headers).encode()
            for one in self.said:
                if not one.labels & seen:
                    for word in one.words():
                        assert word.encode() not in text, f"{way} tells {reader} {word}"
                    for ask in ("", "/content"):
                        if way == f"/messages/{one.sha.hex()}{ask}":
                            assert answer.status == 404
            for key in set(KEYS) - keys:
                if key not in way:
                    assert key.encode() not in text, f"{way} tells {reader} of {key}"
            for label in set(LABELS[4:]) - seen:
                assert f'"{label}"'.encode() not in text, f"{way} names {label} to {reader}"

    def teardown(self) -> None:
        self.hub.close()
        self._folder.cleanup()
        self._still.__exit__(None, None, None)


def _moved(reader: str, old: Answer, new: Answer, way: str) -> str:
    headers = set(old.headers) ^ set(new.headers)
    pairs = zip(old.body, new.body, strict=False)
    start = next((at for at, (one, two) in enumerate(pairs) if one != two), 0)
    place = slice(max(0, start - 60), start + 60)
    return f"{way} moved for {reader}: {headers} {old.body[place]!r} {new.body[place]!r}"


def test_nothing_is_told_of_what_a_reader_may_not_see() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Leaks,
        settings=settings(
            max_examples=cases(8),
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Hub, Clock]]:
    with standing_still() as still:
        opened = Hub(tmp_path)
        yield opened, still
        opened.close()


def test_a_commit_that_a_reader_may_not_see_changes_nothing_that_they_are_told(
    hub: tuple[Hub, Clock],
) -> None:
    node, still = hub
    node.state("open", PUBLIC, key="a", area="city:1720200", at=(136.1, 36.1))
    still.move(5)
    past = clock.now()
    still.move(5)
    asks = ways((REPORT, ROAD), ("a", "b"), past)
    node.forget()
    before = node.look(None, asks)
    node.state("hidden", OWN, key="b", area="city:1720200", at=(136.1, 36.1), source="hidden")
    node.state("hidden drill", OWN, key="c", kind=ROAD, mode=Mode.EXERCISE, source="hidden")
    node.state("hidden trash", OWN, key="a", state="quarantined", source="hidden")
    node.forget()
    moved = [way for way, answer in node.look(None, asks).items() if answer != before[way]]
    assert moved == []


def test_what_was_recalled_is_not_in_the_past_of_a_thing_either(hub: tuple[Hub, Clock]) -> None:
    node, still = hub
    sha = node.state("a slip", PUBLIC, key="a")
    still.move(5)
    past = clock.show(clock.now()) or ""
    still.move(5)
    (thing,) = [one["id"] for one in node.ask(f"/collections/{REPORT}/items").json()["features"]]
    node.node.store.recall(sha, PUBLIC, "a slip")
    node.settle()
    for way in ("", f"?as-of={past.replace(':', '%3A')}"):
        path, _, query = f"/collections/{REPORT}/items/{thing}{way}".partition("?")
        answer = node.look(None, [f"{path}?{query}"])[f"{path}?{query}"]
        assert (answer.status, b"a slip" in answer.body) == (404, False)


def test_who_follows_is_told_that_something_was_recalled_and_not_what(
    hub: tuple[Hub, Clock],
) -> None:
    node, still = hub
    sha = node.state("a slip", PUBLIC, key="a", at=(136.1, 36.1))
    still.move(5)
    node.node.store.recall(sha, PUBLIC, "a slip")
    node.settle()
    for query in ({}, {"bbox": "0,0,1,1"}, {"collections": REPORT, "filter": "title='other'"}):
        (change,) = node.ask("/changes", None, after=0, **query).json()["changes"]
        assert change["type"].endswith("delete")
        assert "a slip" not in str(change)
        assert change["data"]["geometry"] is None


def test_bytes_that_were_erased_are_there_again_for_whom_they_come_again(
    hub: tuple[Hub, Clock],
) -> None:
    node, _ = hub
    outcome = Outcome(format="test", media_type="text/plain")
    sha = node.take("said twice " * 100, outcome, OWN, "one", "one.txt")
    node.node.store.recall(sha, OWN, "erase it", erase=True)
    node.take("said twice " * 100, outcome, PUBLIC, "two", "two.txt")
    assert node.ask(f"/messages/{sha.hex()}/content").body == b"said twice " * 100


def test_a_product_for_some_does_not_show_what_is_computed_for_others(
    hub: tuple[Hub, Clock],
) -> None:
    """Of two circles neither of which holds the other, one hears nothing of the other's results."""
    node, still = hub
    city, power = (node.label(name, audience=((f"org:{name}",),)) for name in ("city", "power"))

    def warn(text: str, label: int, level: int) -> None:
        area = "city:1720200"
        rain = WarningKind("x", "03", hazard="大雨", category="warning", level=level)  # type: ignore[arg-type]
        body = kinds.encode(AreaWarnings("x", "x", "x", [rain], level))  # type: ignore[arg-type]
        edition = Edition(f"w/{text}", clock.now(), [Record(WARNING, area, body, None, area)])
        node.take(text, Outcome(editions=[edition], format="test", stated=1), label, "jma", "w")
        node.products()

    warn("one", city, 3)
    still.move(5)
    reader = node.token("org:city")
    asks = ways((WARNING, "disaster.alert_level"), ("city:1720200",))
    node.forget()
    before = node.look(reader, asks)
    warn("two", power, 5)
    node.forget()
    moved = [way for way, answer in node.look(reader, asks).items() if answer != before[way]]
    assert moved == []
