"""CAP 1.2 alerts of the prefecture, its municipalities and other offices, status Exercise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi.core.time import HOUR
from noroshi.feeds.drill.actors.sending import compact, minute
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import Line, World
from noroshi.formats.cap.message import Alert, Area, Info, Reference
from noroshi.formats.cap.write import write


def alert(
    world: World,
    desk: str,
    issued: int,
    *,
    event: str,
    headline: str,
    description: str = "",
    instruction: str = "",
    category: str = "Safety",
    response: str = "Evacuate",
    urgency: str = "Immediate",
    severity: str = "Severe",
    certainty: str = "Observed",
    areas: Iterable[tuple[str, str, Sequence[Line]]] = (),
    parameters: Iterable[tuple[str, str]] = (),
    number: int = 1,
    hours: float = 24,
    type: str = "Alert",
    replaces: tuple[int, int] | None = None,
) -> Message:
    """One alert of a desk: its source is `<world.code>-<desk>`.

    `areas`: name, municipality code (five digits) and outlines of each. `number` tells the desk's
    alerts apart; an update or cancellation (`type` Update, Cancel) names in `replaces` the number
    and the time of issue of the alert it is about.
    """
    issued = minute(issued)
    source = f"{world.code}-{desk}"
    by = f"{desk}@pref{world.code}.example.jp"
    info = Info(
        language="ja-JP", categories=(category,), event=event, responses=(response,),
        urgency="Past" if type == "Cancel" else urgency, severity=severity, certainty=certainty,
        effective=issued, expires=issued + int(hours * HOUR), sender_name=f"{world.name}（訓練）",
        headline=f"【訓練】{headline}", description=description, instruction=instruction,
        parameters=tuple(parameters),
        areas=tuple(
            Area(name, tuple(_ring(one) for one in rings), (("JIS X 0402", code),) if code else ())
            for name, code, rings in areas
        ),
    )  # fmt: skip
    references: tuple[Reference, ...] = ()
    if replaces is not None:
        references = (Reference(by, f"{source}-{replaces[0]}", minute(replaces[1])),)
    found = Alert(
        identifier=f"{source}-{number}", sender=by, sent=issued, status="Exercise", type=type,
        scope="Public", note="訓練", references=references, infos=(info,),
    )  # fmt: skip
    return Message(issued, source, f"cap_{desk}_{compact(issued)}_{number}.xml", write(found))


def _ring(line: Line) -> tuple[tuple[float, float], ...]:
    return (*line, line[0]) if line[0] != line[-1] else tuple(line)
