"""Residents of the typhoon drill in conversation with the node: who was told the right shelter and
the right state of a road, what was said that no record says, and how reports were put together.

Played in lock-step (as `bench scores`), so that all but the time of answers is the same on every
machine. The bar: no wrong fact.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.result import Result
from bench.scores import SEED, START, STEP, installed
from noroshi.cli.talk import Talk, listening
from noroshi.feeds.drill import scenarios
from noroshi.feeds.drill.answered import Answered, Incident, score_answers
from noroshi.feeds.drill.lockstep import Played, play_in_steps
from noroshi.feeds.drill.scene import Utterance
from noroshi.feeds.drill.statements import from_home
from noroshi.feeds.drill.world.model import World
from noroshi.kinds.reported_incident import INCIDENT

#: How many people are in conversation; those who do speak are about as many again.
RESIDENTS, MANY = 400, 4_000


def run(big: bool) -> list[Result]:
    """What residents were told, and what became of what they told."""
    with tempfile.TemporaryDirectory() as folder:
        world, base = installed(Path(folder))
        home = Path(folder) / "typhoon"
        shutil.copytree(base, home)
        found, played, talk = _played(world, home, MANY if big else RESIDENTS)
    return [*_lines(found), *_wrong(talk), Result("  drill", f"{played.tally.taken:,} messages")]


def _played(world: World, home: Path, residents: int) -> tuple[Answered, Played, Talk]:
    with listening(home) as (node, desk):
        talk = Talk(node, desk, checks=True)

        def hear(said: list[Utterance]) -> None:
            desk.pictures.look_again()
            for one in said:
                talk.hear(one)

        scenario = scenarios.get("typhoon")
        events = scenario.play(world, START, SEED, residents=residents)
        played = play_in_steps(events, node.store, node.settings, START, step=STEP, talk=hear)
    routes = {one.code: one.route for one in world.roads}
    incidents = _incidents(home, played)
    return score_answers(talk.answers, incidents, played.facts, routes), played, talk


def _incidents(home: Path, played: Played) -> list[Incident]:
    """Incidents as they were last, since when each was known."""
    known = played.known()
    first: dict[str, int] = {}
    last: dict[str, tuple[str, ...]] = {}
    for one in from_home(home, {INCIDENT}):
        if not one.ended:
            first[one.key] = min(first.get(one.key, known(one)), known(one))
            last[one.key] = tuple(one.body["keys"])
    return [Incident(key, first[key], keys) for key, keys in last.items()]


def _lines(found: Answered) -> list[Result]:
    late = found.late
    minutes = "" if late.p50 is None or late.p90 is None else (
        f"{late.p50 / 60:.0f} min, nine of ten {late.p90 / 60:.0f} min")  # fmt: skip
    return [
        Result("answers", f"{found.answers:,}"),
        Result("wrong facts", f"{found.wrong_facts:,}", "0", found.wrong_facts == 0),
        Result("shelter named first is open with room", str(found.shelter)),
        Result("  and is not much farther than the nearest such", str(found.near)),
        Result("closed road told as closed", str(found.road_closed)),
        Result("open road not told as closed", str(found.road_open)),
        Result("not known said where nobody knows", str(found.honest)),
        Result("reports that became records", str(found.reports)),
        Result("  with the category that was meant", str(found.category)),
        Result("pairs put together that belong together", str(found.pairs_precision)),
        Result("pairs that belong together put together", str(found.pairs_recall)),
        Result("what is so and was told, as an incident", str(found.incidents)),
        Result("  later than it was so (median)", minutes),
        Result("answer, half and 95 %", f"{found.p50 * 1e3:.0f} ms, {found.p95 * 1e3:.0f} ms",
               note="the picture is another every ten minutes; see chat_answers, chat"),
    ]  # fmt: skip


def _wrong(talk: Talk) -> list[Result]:
    told = [(one, fault) for one in talk.answers for fault in one.wrong]
    return [Result(f"  {fault[:90]}", one.utterance.text[:40]) for one, fault in told[:10]]
