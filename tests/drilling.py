"""A small drill in real formats, for tests of what plays, damages and scores drills: two towns open
shelters and count people, a weather office writes bulletins."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from noroshi.core.time import JST, MINUTE, to_datetime
from noroshi.feeds.drill.scene import Event, Fact, Message, Scenario
from noroshi.feeds.drill.world.model import Land, Plane, World, rng
from telegrams import telegram

START = 1_767_225_600_000_000  # 2026-01-01T09:00+09:00
TOWNS = {"51201": "架空市", "51301": "架空町"}
SHELTERS = 3


def world(number: int = 0, seed: int = 1) -> World:
    """A prefecture of nothing but a name."""
    grid = np.zeros((2, 2), np.float32)
    codes = np.zeros((2, 2), np.int32)
    land = Land(grid, codes, codes, codes, grid, grid, codes)
    return World(
        seed=seed, number=number, code=str(51 + number), name="架空県", kana="かくうけん",
        plane=Plane(144.75, 27.5, 2, 2), land=land, rivers=[], municipalities=[], districts=[],
        settlements=[], meshes=[], nodes=[], roads=[], routes=[],
    )  # fmt: skip


def table(code: str, time: int, rows: list[tuple[int, str, int]]) -> bytes:
    """A town's table of open shelters, in CP932 and under two lines of title."""
    stamp = to_datetime(time, JST).strftime("%Y/%m/%d %H:%M")
    lines = [f"【訓練】避難所開設状況（{TOWNS[code]}）", "", "施設ID,避難所名,地方公共団体名,"
             "市区町村コード,緯度,経度,開設状況,避難者数,時点"]  # fmt: skip
    lines += [
        f"{code}-{number},第{number}避難所,架空県{TOWNS[code]},{code},27.5{number},144.7{number},"
        f"{status},{people},{stamp}"
        for number, status, people in rows
    ]
    return "\r\n".join(lines).encode("cp932")


def play(world: World, start: int, seed: int) -> Iterator[Event]:
    """Every ten minutes a table of each town, in between a bulletin; facts when they happen."""
    return heapq.merge(*(_town(code, start, seed) for code in TOWNS), _office(start, seed),
                       key=lambda event: event.time)  # fmt: skip


def _town(code: str, start: int, seed: int) -> Iterator[Event]:
    random = rng(seed, f"town/{code}")
    people = [0] * SHELTERS
    for step in range(6):
        now = start + (step + 1) * 10 * MINUTE
        for number in range(SHELTERS):
            people[number] += int(random.integers(1, 30))
            body = {"status": "open", "headcount": people[number]}
            yield Fact(now - 5 * MINUTE, "disaster.shelter", f"{code}-{number + 1}", body)
        rows = [(number + 1, "開設", people[number]) for number in range(SHELTERS)]
        yield Message(now, f"town-{code}", f"open-{step}.csv", table(code, now, rows))


def _office(start: int, seed: int) -> Iterator[Event]:
    for step in range(12):
        now = start + step * 5 * MINUTE + MINUTE
        stamp = to_datetime(now, JST).isoformat()
        data = telegram(event=f"E{step % 4}", status="訓練", reported=stamp, serial=step,
                        headline=f"訓練第{step}報。{seed}")  # fmt: skip
        yield Message(now, "weather-office", f"VPFJ50_{step}.xml", data)


SMALL = Scenario("small", "A small drill", "小さな訓練", 1.0, play)
