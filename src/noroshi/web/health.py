"""How the node is, and its sources: for people, monitors and Prometheus."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.responses import Response

from noroshi import __version__
from noroshi.core.freshness import STATES, Freshness, judge, never_heard, unjudged
from noroshi.core.label import ANONYMOUS, OWN, Reader
from noroshi.core.record import Mode
from noroshi.core.time import SECOND, now, parse, show
from noroshi.engine.node import Node
from noroshi.feeds.peers import Pullers
from noroshi.kinds import decode
from noroshi.kinds.intake import INTAKE, Intake, freshness_of
from noroshi.store import Query, SourceState
from noroshi.web import params
from noroshi.web.answers import answer_html, answer_json
from noroshi.web.routing import Asked, operation

#: Free bytes on the disk below which a node is not healthy.
LEAST_FREE = 256 * 2**20


def standing(
    node: Node, reader: Reader, mode: Mode = Mode.ACTUAL
) -> list[tuple[SourceState, Freshness]]:
    """Every source that `reader` may see, and how it stands; also those that the settings expect
    and that were never heard. What can send exercises only stands among those alone."""
    present = now()
    told, clock = _intake(node, reader, mode)

    def stands(one: SourceState) -> Freshness:
        intake = told.get(one.name)
        heard = 0 if intake is None or not intake.last_received else parse(intake.last_received)
        # What came since the node told it last is judged by itself: a moment later it is told.
        if intake is not None and (mode is not Mode.ACTUAL or heard >= one.last_received):
            return freshness_of(intake, clock or present if intake.drill else present)
        if mode is not Mode.ACTUAL:
            return unjudged(one.newest_issued, present)
        return judge(one, node.settings.source(one.name).every, present)

    if mode is not Mode.ACTUAL:
        return [
            (one, stands(one))
            for one in node.store.sources(reader, mode)
            if one.newest_issued is not None or node.settings.source(one.name).mode is mode
        ]
    found = [
        (one, stands(one))
        for one in node.store.sources(reader)
        if node.settings.source(one.name).mode is mode
    ]
    heard = {one.name for one, _ in found}
    found += [
        (SourceState(one.name, 0, 0, None), never_heard(one.every))
        for one in node.settings.sources.values()
        if one.every is not None
        and one.name not in heard
        and reader.sees(one.label)
        and node.settings.source(one.name).mode is mode
    ]
    return found


def _intake(node: Node, reader: Reader, mode: Mode) -> tuple[dict[str, Intake], int | None]:
    """What the node told of its sources (`noroshi.engine.heard`), from which their state is judged
    here as in products, and the time in a drill."""
    moment = max(now(), node.store.recorded(reader))
    told: dict[str, Intake] = {}
    clock: int | None = None
    for version in node.store.picture(Query(reader, moment, moment, INTAKE, mode)):
        one: Intake = decode(INTAKE, version.body)
        if one.source:
            told[one.source] = one
        elif one.clock is not None:
            clock = parse(one.clock)
    return told, clock


@operation("/health", en="Whether the node works", ja="ノードの健全性", tag="Node",
           refuses=())  # fmt: skip
async def health(asked: Asked) -> Response:
    """200 while the node can take in and answer, 503 otherwise; `checks` says what is wrong. How
    much waits, is kept and fails is for those who see what stays on the node: these numbers move
    with everything that comes in, whoever may see it."""
    node, reader = asked.node, asked.reader
    waiting, size = node.intake.backlog
    free = shutil.disk_usage(node.home).free
    checks: dict[str, dict[str, Any]] = {
        "store": {"ok": True, "recorded": show(node.store.recorded(reader) or None)},
        "disk": {"ok": free >= LEAST_FREE},
        "intake": {"ok": node.intake.alive and not node.intake.error},
        "live": {"ok": node.live.alive, "cursor": node.store.latest(reader)},
        "products": {"ok": node.products.alive and not node.products.failures},
    }
    deliveries = node.deliveries()
    checks["deliveries"] = {"ok": not any(one.error for one in deliveries.values())}
    if reader.sees(OWN):
        checks["disk"]["free_bytes"] = free
        checks["intake"] |= {"waiting": waiting, "bytes": size}
        checks["products"] |= {"failed": len(node.products.failures), "error": node.products.error,
                               "each": _products(node)}  # fmt: skip
        checks["deliveries"] |= {
            "count": len(deliveries),
            "failing": sum(one.error != "" for one in deliveries.values()),
            "each": {name: {"behind": one.behind, "error": one.error}
                     for name, one in deliveries.items()},
        }  # fmt: skip
    if node.exchange.active:
        checks["exchange"] = _exchange(node, own=reader.sees(OWN))
    needed = ("store", "disk", "intake", "live")
    well = all(checks[name]["ok"] for name in needed)
    every = all(one["ok"] for one in checks.values())
    found = {"status": "pass" if every else "warn" if well else "fail",
             "version": __version__, "checks": checks}  # fmt: skip
    response = answer_json(found, headers={"Cache-Control": "no-store"})
    response.status_code = 200 if well else 503
    return response


def _products(node: Node) -> dict[str, Any]:
    """How each product stands."""
    return {
        name: {
            "state": one.state, "since": show(one.since or None), "ran": show(one.ran or None),
            "seconds": one.seconds, "parts": one.parts, "stored": one.stored,
            # Nothing waits for one that is idle, and nothing helps one that is broken.
            "behind": 0 if one.state in ("idle", "broken")
            else max(0, node.live.cursor - one.cursor), "failures": one.failures,
        }
        for name, one in node.products.standings.items()
    }  # fmt: skip


def _exchange(node: Node, *, own: bool) -> dict[str, Any]:
    """Whether the exchange goes well; how much and with whom is for this organisation only."""
    exchange, alerts = node.exchange, list(node.exchange.alerts)
    found: dict[str, Any] = {"ok": not exchange.error and not alerts}
    if own:
        streams, envelopes, due = node.store.exchange.counts()
        found |= {
            "alerts": len(alerts), "waiting": due, "streams": streams, "envelopes": envelopes,
            "error": exchange.error,
            "refused": [{"time": show(one.time), "peer": one.peer, "what": one.what}
                        for one in alerts],
        }  # fmt: skip
        pullers = node.deliveries().get("peers")
        if isinstance(pullers, Pullers):
            found["peers"] = pullers.each()
        found["stopped"] = sorted(one.org for one in exchange.peers.all().values() if one.stopped)
    return found


@operation(
    "/sources", en="How each source stands, judged by the time of what it says",
    ja="情報源の状態（内容の時刻で判定）", tag="Node", cached=True, params=(params.MODE,),
    produces={"application/json": {"type": "object"}, "text/html": {"type": "string"}},
)  # fmt: skip
def sources(asked: Asked) -> Response:
    """Last message, age of the newest content, expected cadence, lateness and quarantine."""
    form, present = asked.form("json", "html"), now()
    found = [
        {
            "name": one.name, "state": fresh.state, "state_ja": STATES[fresh.state],
            "reason": fresh.reason, "reason_ja": fresh.reason_ja, "arrivals": one.arrivals,
            "last_received": show(one.last_received) if one.arrivals else None,
            "newest_issued": None if fresh.age is None else show(present - fresh.age),
            "age_s": _seconds(fresh.age), "lateness_s": _seconds(fresh.lateness),
            "cadence_s": _seconds(fresh.cadence), "cadence_from": fresh.cadence_from,
            "quarantined": one.quarantined, "quarantined_last_day": one.quarantined_recent,
        }
        for one, fresh in standing(asked.node, asked.reader, asked.mode)
    ]  # fmt: skip
    if form == "html":
        return answer_html(asked, "sources.html", sources=found)
    return answer_json({"sources": found})


def _seconds(time: int | None) -> float | None:
    return None if time is None else round(time / SECOND, 1)


@operation("/metrics", en="Metrics for Prometheus", ja="Prometheus形式の計測値", tag="Node",
           produces={"text/plain": {"type": "string"}})  # fmt: skip
def metrics(asked: Asked) -> Response:
    """Gauges of the public sources, whoever asks; and of the node, for those who see what stays
    on it: monitoring has a token (docs/operate.md)."""
    node, registry = asked.node, CollectorRegistry()

    def gauge(name: str, told: str, value: float) -> None:
        Gauge(f"noroshi_{name}", told, registry=registry).set(value)

    gauge("cursor", "Number of the last version", node.store.latest(asked.reader))
    if asked.reader.sees(OWN):
        waiting, size = node.intake.backlog
        gauge("intake_waiting_messages", "Messages that wait to be taken in", waiting)
        gauge("intake_waiting_bytes", "Bytes that wait to be taken in", size)
        gauge("products_failed", "Products that failed when last run", len(node.products.failures))
        gauge("disk_free_bytes", "Free bytes where the store is", shutil.disk_usage(node.home).free)
        _exchange_gauges(node, gauge)
    measured = {
        "arrivals": "Messages that came", "quarantined": "Messages that cannot be read",
        "age_seconds": "Age of the newest content", "lateness_seconds": "How late it last came",
        "up": "1 unless stale or silent",
    }  # fmt: skip
    gauges = {name: Gauge(f"noroshi_source_{name}", told, ["source"], registry=registry)
              for name, told in measured.items()}  # fmt: skip
    for one, fresh in standing(node, ANONYMOUS)[:500]:
        gauges["arrivals"].labels(one.name).set(one.arrivals)
        gauges["quarantined"].labels(one.name).set(one.quarantined)
        gauges["up"].labels(one.name).set(fresh.state not in ("stale", "silent"))
        if fresh.age is not None:
            gauges["age_seconds"].labels(one.name).set(fresh.age / SECOND)
        if fresh.lateness is not None:
            gauges["lateness_seconds"].labels(one.name).set(fresh.lateness / SECOND)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


def _exchange_gauges(node: Node, gauge: Callable[[str, str, float], None]) -> None:
    """How the exchange goes: how many, never which."""
    if node.exchange.active:
        gauge("exchange_alerts", "Things of peers that were refused", len(node.exchange.alerts))
        gauge(
            "exchange_waiting", "Messages that wait to be sealed", node.store.exchange.counts()[2]
        )
    pullers = node.deliveries().get("peers")
    if isinstance(pullers, Pullers):
        states = [one.status for one in pullers.pullers.values()]
        gauge("peers", "Peers that are pulled from", len(states))
        gauge("peers_connected", "Peers that answer", sum(one.connected for one in states))
        gauge("peers_behind", "Envelopes that are known of and not here", pullers.behind)
