"""An exercise never leaks: after any drill the actual picture is what it was, on every way out."""

from __future__ import annotations

import io
import random
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from data import cases
from drill_scenarios import MAPPINGS, messages
from noroshi.channels.exports import FORMS, Export, Wishes
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.record import Mode
from noroshi.core.time import DAY
from noroshi.engine.ingest import as_sent
from noroshi.engine.reading import read_outcome
from noroshi.engine.settings import Identity, Settings, Source
from noroshi.feeds.drill.scenarios import SCENARIOS
from noroshi.feeds.drill.scene import Message
from noroshi.formats import Hints
from noroshi.store import Incoming, Query
from onlooker import START, Answer, Hub, standing_still, ways

#: What tells of the node and not of the actual picture: that messages came, which collections there
#: are in any mode, how far events have come.
NODE = ("/messages", "/health", "/metrics", "/api", "/collections?f=html")
_CURSOR = re.compile(rb"cursor=[^&\"]+")
#: When everything in the scenarios has happened.
LATER = START + 3 * DAY
#: How a message may claim to be real: the words of each format.
CLAIMS = (
    (b"<Status>\xe8\xa8\x93\xe7\xb7\xb4</Status>", b"<Status>\xe9\x80\x9a\xe5\xb8\xb8</Status>"),
    (b"<status>Exercise</status>", b"<status>Actual</status>"),
    ("訓練".encode(), "実施".encode()),
    ("訓練".encode("cp932"), "実施".encode("cp932")),
)


def claiming(data: bytes) -> bytes:
    """The same message without a word of an exercise, where its format lets that be seen."""
    for word, other in CLAIMS:
        data = data.replace(word, other)
    return data


def take(hub: Hub, message: Message, source: Source, data: bytes) -> set[Mode]:
    """What a node does with bytes that arrive from `source`. Returns the modes of what was read."""
    kept, format = as_sent(data, source, None)
    mapping = MAPPINGS.get(message.source)
    hints = Hints(message.name, LATER, source.name, mapping)
    outcome = read_outcome(kept, hints, format)
    incoming = Incoming(kept, sha256(kept).digest(), source.name, message.name, PUBLIC)
    hub.node.store.commit([(incoming, outcome)])
    return {one.mode for one in outcome.editions}


def looked(
    hub: Hub, paths: list[str], kinds: list[str], who: dict[str, str] | None
) -> dict[str, Any]:
    """What a reader is told of what is actual: bodies, without what counts exercises."""
    hub.forget()
    return {way: _told(way, one, kinds) for way, one in hub.look(who, paths).items()}


def _told(way: str, answer: Answer, kinds: list[str]) -> Any:
    if way.startswith("/summary"):
        told = answer.json()
        # How far the node is, and that there are exercises.
        for name in ("other_modes", "recorded", "as_of"):
            told.pop(name)
        # A kind of which there are exercises only is listed, and holds nothing.
        told["collections"] = [one for one in told["collections"] if one["newest_recorded"]]
        return told
    if way == "/collections":
        found = answer.json()["collections"]
        return [one for one in found if one["id"] in kinds]
    if way.startswith("/events"):
        return [line for line in answer.body.splitlines() if line.startswith(b"data")]
    if way.startswith("/changes") and answer.status == 200:
        return answer.status, answer.json()["changes"]
    # A page's link to the next says up to when it was known: up to the node's last commit.
    return answer.status, _CURSOR.sub(b"", answer.body)


WISHES = Wishes(title="題", author="者", identity=Identity(contact="bosai@city.example"))


def exported(hub: Hub, kinds: list[str]) -> dict[tuple[str, str], bytes]:
    """Every file of the actual picture."""
    store = hub.node.store
    found = {}
    for kind in kinds:
        for form in sorted(FORMS.keys() - {"xlsx"}):  # which holds when it was written
            out = io.BytesIO()
            query = Query(OPERATOR, LATER, LATER + DAY, kind)
            try:
                Export(store, query, form, WISHES).write(out)
            except NotFound:
                continue
            found[kind, form] = out.getvalue()
    return found


@pytest.mark.parametrize("seed", range(cases(1)))
@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_after_any_drill_the_actual_picture_is_unchanged(scenario: str, seed: int) -> None:
    chance = random.Random(seed)
    every = messages(scenario)
    real = chance.sample(every, min(40, len(every)))
    drill = [*chance.sample(every, min(250, len(every))), *real]
    drill += chance.sample(drill, 20)
    chance.shuffle(drill)
    with tempfile.TemporaryDirectory() as folder, standing_still() as clock:
        hub = Hub(Path(folder))
        try:
            # The same things, in earnest: whatever the drill says again, it must not touch them.
            clock.time = LATER
            for one in real:
                take(hub, one, Source(one.source, PUBLIC), claiming(one.data))
            hub.products()
            store = hub.node.store
            kinds = sorted(store.kinds(OPERATOR))
            paths = [one for one in ways(tuple(kinds), past=LATER) if "mode=exercise" not in one]
            paths = [one for one in paths if not one.startswith(NODE)]
            paths += [f"/events?after={store.latest(OPERATOR)}"]
            assert len(kinds) > 3
            readers = (None, hub.token("own", "responders"))
            before = [looked(hub, paths, kinds, who) for who in readers]
            files = exported(hub, kinds)
            for one in drill:
                source = Settings().source(chance.choice(["drill", f"drill/{one.source}"]))
                data = claiming(one.data) if chance.random() < 0.5 else one.data
                modes = take(hub, one, source, data)
                assert Mode.ACTUAL not in modes
            hub.products()
            for was, who in zip(before, readers, strict=True):
                now = looked(hub, paths, kinds, who)
                changed = {way: (was[way], now[way]) for way in paths if now[way] != was[way]}
                assert not changed, "\n".join(changed)
            assert exported(hub, kinds) == files
            count = sum(store.tally(Query(OPERATOR, LATER, LATER + DAY, one, Mode.EXERCISE)).count
                        for one in kinds)  # fmt: skip
            assert count > 0  # the drill did arrive
        finally:
            hub.close()


def test_the_claims_of_this_test_are_claims() -> None:
    """Half of what is sent above would be actual from anyone else."""
    actual = 0
    for one in messages("typhoon")[:200]:
        hints = Hints(one.name, START, one.source, MAPPINGS.get(one.source))
        outcome = read_outcome(claiming(one.data), hints)
        actual += any(each.mode is Mode.ACTUAL for each in outcome.editions)
    assert actual > 50
