"""Flood sensors: each says something only when the water reaches or leaves one of its heights, and
once or twice a day that it is alive."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from noroshi.core.time import JST, SECOND, to_datetime
from noroshi.feeds.drill.actors.sending import compact, towns
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

Field = npt.NDArray[np.float64]


class Change(msgspec.Struct, frozen=True):
    """At a step, how many of a sensor's heights stand under water from now on."""

    step: int
    sensor: int
    reached: int


def changes(world: World, depth: Field) -> list[Change]:
    """What the sensors notice, in order of time. Water must fall a little below a height before it
    counts as gone (1 cm: floats stick)."""
    found = []
    for at, sensor in enumerate(world.flood_sensors):
        steps = np.array(sensor.steps)
        reached = 0
        for step, one in enumerate(depth[:, at]):
            up = int((one >= steps).sum())
            down = int((one >= steps - 0.01).sum())
            now = max(up, min(reached, down))
            if now != reached:
                reached = now
                found.append(Change(step, at, now))
    return sorted(found, key=lambda one: (one.step, one.sensor))


def message(
    world: World, issued: int, told: Sequence[tuple[int, int, float, int]], number: int
) -> Message:
    """One push of the sensors' operator, to the second: `told` is for each sensor its index, how
    many heights the water reached, the battery (0–1) and since when it is so. `number` tells pushes
    of the same second apart."""
    issued -= issued % SECOND
    names = {code: one.name for code, one in towns(world).items()}
    rows = []
    for at, reached, battery, since in told:
        sensor = world.flood_sensors[at]
        rows.append(
            {
                "sensor_id": sensor.code, "設置場所": sensor.name,
                "市町村": names.get(sensor.municipality, ""),
                "浸水": "検知" if reached else "なし", "段階": reached,
                "浸水深_cm": round(100 * sensor.steps[reached - 1]) if reached else 0,
                "検知高_cm": "/".join(str(round(100 * one)) for one in sensor.steps),
                "電池_pct": round(100 * battery), "変化時刻": _stamp(since),
                "観測時刻": _stamp(issued), "経度": sensor.at[0], "緯度": sensor.at[1],
            }
        )  # fmt: skip
    document = {
        "件名": f"【訓練】浸水センサ通知（{world.name}浸水センサ共同運用）",
        "時点": _stamp(issued),
        "rows": rows,
    }
    name = f"shinsui_{compact(issued)}_{number:03d}.json"
    return Message(issued, f"{world.code}-flood-sensors", name, msgspec.json.encode(document))


def _stamp(time: int) -> str:
    return to_datetime(time - time % SECOND, JST).isoformat()
