"""Matching 100,000 subscribers with an alert, against a plain loop that opens every subscription
and asks the geometry library point by point."""

from __future__ import annotations

import math
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import shapely

from bench.result import Result
from noroshi.channels.subscribers.match import Body, audience, match
from noroshi.channels.subscribers.needs import NEEDS, least_level
from noroshi.channels.subscribers.places import DEGREE, Place, lies_in, place_tokens
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.core.typed import decoder
from noroshi.kinds.issued_alert import IssuedAlert
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.sql_people import FILE_UNDER
from noroshi.store.subscribers import SubscriptionRow

SUBSCRIBERS, CITIES = 100_000, 40
BAR, AUDIENCE_BAR, MEMORY_BAR = 5.0, 0.5, 60.0


def fill(people: PeopleFile, count: int = SUBSCRIBERS) -> None:
    """`count` subscribers in the 40 municipalities of a prefecture: two in five with an exact
    point, one in four with a second place, one in ten with a district, a third with needs."""
    rng, needs, time_ = random.Random(8), sorted(NEEDS), now()
    with people.changing() as db:
        for number in range(1, count + 1):
            contact, channel = f"c{number:06}", rng.choice(("email", "line", "push"))
            places = [_place(rng) for _ in range(1 + (rng.random() < 0.25))]
            chosen = frozenset(rng.sample(needs, 2)) if rng.random() < 0.33 else frozenset[str]()
            body = Body(places=tuple(places), needs=chosen, level=rng.choice((2, 3, 3, 4)))
            people.add(Contact(contact, channel, contact.encode(), b"\x00" + contact.encode(),
                               expires=time_ + 400 * DAY))  # fmt: skip
            sealed = people.vault.seal(msgspec.json.encode(body), f"subscriptions/{number}")
            row = SubscriptionRow(
                number, contact, channel, 0, "ja", least_level(body.level, chosen), sealed, time_,
                time_, time_ + 400 * DAY,
            )  # fmt: skip
            people.add(row)
            tokens = place_tokens(people.vault, places)
            db.executemany(FILE_UNDER, [(one, number) for one in tokens])


def _place(rng: random.Random) -> Place:
    city = rng.randrange(CITIES)
    x, y = 136.5 + (city % 8) * 0.15, 36.2 + (city // 8) * 0.2
    exact = rng.random() < 0.4
    return Place(
        area=f"city:17{201 + city}00", name=f"第{city}市",
        label=rng.choice(("自宅", "職場", "母の家")),
        district=f"第{rng.randrange(30)}地区" if not exact and rng.random() < 0.1 else "",
        point=(x + rng.random() * 0.15, y + rng.random() * 0.2) if exact else None,
        radius=rng.choice((0.0, 300.0, 1000.0)) if exact else 0.0,
    )  # fmt: skip


def shape(vertices: int = 3_000) -> bytes:
    """A ragged outline over a third of the prefecture, as of ground that may be flooded."""
    ring = []
    for step in range(vertices):
        angle = 2 * math.pi * step / vertices
        reach = 0.35 + 0.04 * math.sin(37 * angle) + 0.01 * math.sin(411 * angle)
        ring.append((137.1 + reach * math.cos(angle), 36.7 + reach * math.sin(angle)))
    return bytes(shapely.to_wkb(shapely.Polygon(ring)))


def plainly(people: PeopleFile, alert: IssuedAlert, geometry: bytes | None) -> Iterator[str]:
    """The contacts that an alert of level 4 concerns, one after another without tokens or
    batches."""
    ground = shapely.from_wkb(geometry) if geometry else None
    scale = 1.0
    if ground is not None:
        scale = math.cos(math.radians((ground.bounds[1] + ground.bounds[3]) / 2))
        ground = shapely.transform(ground, lambda one: one * (scale * DEGREE, DEGREE))
    areas = set(alert.areas)
    read = decoder(Body).decode
    rows = people.all(SubscriptionRow)
    for row in rows:
        body: Body = read(people.vault.open(row.body, f"subscriptions/{row.id}"))
        if row.level > (alert.level or 0):
            continue
        for one in body.places:
            if ground is not None and one.point is not None:
                x, y = one.point
                hit = ground.distance(shapely.Point(x * scale * DEGREE, y * DEGREE)) <= one.radius
            else:
                hit = bool(lies_in(one) & areas)
            if hit:
                yield row.contact
                break


def run(big: bool = False) -> list[Result]:
    """The figures."""
    wide = IssuedAlert(number=1, hazard="flood", level=4, action="evacuate", areas=["pref:17"])
    shaped = msgspec.structs.replace(
        wide, areas=[f"city:17{201 + city}00" for city in range(CITIES)]
    )
    results = []
    with tempfile.TemporaryDirectory() as folder:
        people = PeopleFile(Path(folder), os.urandom(32))
        fill(people)
        for what, alert, ground in (
            ("a whole prefecture", wide, None), ("an outline of 3,000 corners", shaped, shape()),
            ("one municipality of 40", msgspec.structs.replace(wide, areas=["city:1720200"]), None),
        ):  # fmt: skip
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun, cpu = time.perf_counter(), time.process_time()
            found = sum(1 for _ in match(people, alert, ground, Mode.ACTUAL))
            took, cpu = time.perf_counter() - begun, time.process_time() - cpu
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            begun = time.perf_counter()
            plain = sum(1 for _ in plainly(people, alert, ground))
            slow = time.perf_counter() - begun
            results.append(Result(
                f"subscribers: {SUBSCRIBERS:,} matched with {what}", f"{took:.2f} s",
                f"< {BAR:g} s", took < BAR,
                f"{found:,} concerned, {cpu:.2f} s of CPU, memory +{grown:.0f} MB; "
                f"plain loop {slow:.2f} s ({slow / took:.1f}×), {plain:,}",
            ))  # fmt: skip
        begun = time.perf_counter()
        count = sum(audience(people, wide).values())
        took = time.perf_counter() - begun
        results.append(Result(
            "subscribers: audience of a whole prefecture by channel", f"{took * 1000:.0f} ms",
            f"< {AUDIENCE_BAR * 1000:g} ms", took < AUDIENCE_BAR, f"{count:,}",
        ))  # fmt: skip
        people.close()
    return results
