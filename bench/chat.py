"""10,000 residents in conversation and 8,000 reports in 30 minutes: what one node on this machine
takes, that nothing of it is lost, and how the pages of others are meanwhile.

A node is served on a home in which the typhoon drill has come to its worst hours. One process talks
to it as residents do (`bench.chat_load`), on the same cores: first for a minute at the pace that is
needed, while pages are asked for as people do; then as fast as it goes until everybody has spoken.
Every report that was acknowledged must be a record afterwards, once.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.chat_load import Load, Person, run_load
from bench.result import Result
from bench.scores import SEED, installed
from bench.server import noroshi, resident
from noroshi.core.label import OPERATOR, Sharing
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, MINUTE, now
from noroshi.engine.accounts import NewPerson
from noroshi.engine.node import Node
from noroshi.engine.roles import Role, local_operator
from noroshi.engine.settings import load_settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill import scenarios
from noroshi.feeds.drill.lockstep import play_in_steps
from noroshi.feeds.drill.scene import Event, Utterance
from noroshi.feeds.drill.world.model import World
from noroshi.kinds.resident_report import REPORT, WORDS
from noroshi.store import Query, open_store

RESIDENTS, REPORTS, MINUTES = 10_000, 8_000, 30
#: In which hour of the drill people talk: after its worst.
HOURS = 27
#: Seconds for which pages are looked at with nobody in conversation, and with all at their pace.
IDLE, PACED = 15.0, 60.0
PAGES = {
    "map": "/",
    "shelters": "/collections/disaster.shelter/items?mode=exercise&limit=100",
    "reports": f"/collections/{REPORT}/items?mode=exercise&limit=100",
    "triage": "/triage?mode=exercise",
}
SETTINGS = """
[personal]
label = "residents"
"""


def run(big: bool) -> list[Result]:
    """Capacity over what is needed; what was lost; pages and answers at the pace that is needed."""
    with tempfile.TemporaryDirectory() as folder:
        home, people = _prepared(Path(folder))
        session = _officer(home)
        with noroshi(home) as (url, pid):
            _warm(url)
            with _looking(url, session) as idle:
                time.sleep(IDLE)
            paced, rest = _split(people)
            needed = sum(map(len, people)) / (MINUTES * 60)
            with _looking(url, session) as meanwhile:
                calm = run_load(url, paced, rate=needed)
            fast = run_load(url, rest, rate=None)
            memory = resident(pid)
        return [*_lines(needed, calm, fast, _kept(home)), *_pages(idle, meanwhile),
                Result("memory afterwards", f"{memory:.0f} MB", note="PSS")]  # fmt: skip


def _prepared(folder: Path) -> tuple[Path, list[Person]]:
    """A home in the middle of the drill, and who will talk to it."""
    world, home = installed(folder)
    _label(home)
    start = now() - HOURS * HOUR
    start -= start % MINUTE
    spoken: list[Utterance] = []
    store = open_store(home)
    settings = load_settings(home, Sharings(store).number)
    played = play_in_steps(
        _until(scenarios.get("typhoon").play(world, start, SEED, residents=RESIDENTS),
               start + HOURS * HOUR, spoken),
        store, settings, start, step=3 * HOUR,
    )  # fmt: skip
    print(f"  … drill: {played.tally.taken:,} messages", file=sys.stderr, flush=True)
    store.close()
    return home, _people(world, spoken)


def _label(home: Path) -> None:
    """Words and pictures are kept, under a label of personal data."""
    store = open_store(home)
    store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue", keep=86_400))
    store.close()
    path = home / "settings.toml"
    path.write_text(path.read_text() + SETTINGS)


def _until(events: Iterable[Event], end: int, spoken: list[Utterance]) -> Iterator[Event]:
    """What happens until `end`; who speaks, of the whole drill, into `spoken`."""
    for event in events:
        if isinstance(event, Utterance):
            spoken.append(event)
        elif event.time < end:
            yield event


def _people(world: World, spoken: list[Utterance]) -> list[Person]:
    """10,000 people: each asks something, and 8,000 of them report; as many to one address as share
    a shelter's line."""
    asks = [one for one in spoken if not one.reports]
    tells = [one for one in spoken if one.reports]
    found = []
    for number in range(RESIDENTS):
        says = [asks[number % len(asks)]]
        if number < REPORTS:
            says.append(tells[number % len(tells)])
        address = f"10.{number // 200}.0.1"
        found.append(Person(address, [
            (one.text, (one.at[0] + number % 97 * 1e-5, one.at[1]), one.sends_position, one.depth)
            for one in says
        ]))  # fmt: skip
    return found


def _split(people: list[Person]) -> tuple[list[Person], list[Person]]:
    """Who talks in the first minute, at the pace that is needed; and the rest."""
    count = round(len(people) * PACED / (MINUTES * 60))
    step = len(people) // count
    return people[::step], [one for place, one in enumerate(people) if place % step]


def _officer(home: Path) -> str:
    """An editor of the node's organisation who is signed in: what their browser brings."""
    node, chief = Node(home), local_operator()
    org = node.directory.own
    if not any(one.id == org for one in node.directory.organisations()):
        node.directory.add_organisation(chief, org, org)
    node.directory.add_person(chief, NewPerson("officer", "Officer"))
    node.directory.set_role(chief, "officer", org, Role.EDITOR)
    _, text = node.access.logins.open_session("officer", by="bench", address="")
    node.people.close()
    node.directory.close()
    node.store.close()
    return text


def _warm(url: str) -> None:
    """What answers stand on is made before anybody is measured."""
    for text in ("避難所はどこですか", "道路は通れますか", "停電はいつ直りますか"):
        httpx.post(f"{url}/chat/messages?mode=exercise", json={"text": text}, timeout=120)


@contextmanager
def _looking(url: str, session: str) -> Iterator[dict[str, list[float]]]:
    """Somebody who looks at the pages, one after another, until the block ends: milliseconds."""
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    ending = threading.Event()

    def look() -> None:
        headers = {"Cookie": f"noroshi_session={session}", "Accept": "text/html, application/json"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            while not ending.is_set():
                for name, path in PAGES.items():
                    began = time.perf_counter()
                    if client.get(path).status_code == 200:
                        found[name].append(1e3 * (time.perf_counter() - began))
                    ending.wait(0.05)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ending.set()
        thread.join()


def _kept(home: Path) -> Counter[str]:
    """How often each report is a record, by its key; and how many have words beside them."""
    store = open_store(home)
    found: Counter[str] = Counter()
    moment = max(now(), store.recorded())
    for kind in (REPORT, WORDS):
        for one in store.picture(Query(OPERATOR, moment, moment, kind, Mode.EXERCISE)):
            found[one.key if kind == REPORT else "words"] += 1
    store.close()
    return found


def _lines(needed: float, calm: Load, fast: Load, kept: Counter[str]) -> list[Result]:
    keys = [*calm.reports, *fast.reports]
    words = kept.pop("words", 0)
    lost = [one for one in keys if one not in kept]
    rate = fast.conversations / fast.seconds
    turns = fast.turns / fast.seconds
    reports = len(fast.reports) / fast.seconds
    late, quick = calm.times(0.95), fast.times(0.95)
    everyone = calm.conversations + fast.conversations
    return [
        Result("residents in conversation", f"{everyone:,}", f"{RESIDENTS:,}",
               everyone >= RESIDENTS, f"{calm.turns + fast.turns:,} messages, answered each"),
        Result("reports acknowledged", f"{len(keys):,}", f"≥ {REPORTS:,}", len(keys) >= REPORTS,
               f"{words:,} with words beside them"),
        Result("  lost, or twice", f"{len(lost)}, {sum(kept.values()) - len(kept)}", "0, 0",
               not lost and sum(kept.values()) == len(kept)),
        Result("  refused or failed", f"{calm.failed + fast.failed}", "0",
               calm.failed + fast.failed == 0, ", ".join(sorted(calm.errors | fast.errors))),
        Result("capacity over what is needed", f"{rate / (RESIDENTS / (MINUTES * 60)):.1f} ×",
               "≥ 1.5 ×", rate >= 1.5 * RESIDENTS / (MINUTES * 60),
               f"{turns:.0f} messages/s and {reports:.1f} reports/s; needed "
               f"{REPORTS / (MINUTES * 60):.1f} reports/s"),
        Result("answers at the pace needed", f"p50 {calm.times(0.5):.0f} ms, p95 {late:.0f} ms",
               "p95 < 1,000 ms", late < 1_000, f"{calm.turns / calm.seconds:.0f} messages/s"),
        Result("answers as fast as it goes", f"p50 {fast.times(0.5):.0f} ms, p95 {quick:.0f} ms"),
    ]  # fmt: skip


def _pages(idle: dict[str, list[float]], meanwhile: dict[str, list[float]]) -> list[Result]:
    found = []
    for name in PAGES:
        if not idle[name] or not meanwhile[name]:
            found.append(Result(f"page: {name}", "skipped", note="it is not here"))
            continue
        before, then = _p95(idle[name]), _p95(meanwhile[name])
        found.append(Result(
            f"page: {name}", f"{then / before:.1f} × idle", "< 1,000 ms", then < 1_000,
            f"p95 {then:.0f} ms at the pace needed, {before:.0f} ms idle",
        ))  # fmt: skip
    return found


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
