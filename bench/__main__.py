"""`python -m bench [NAME...] [--big] [--write]`: run benchmarks and print one table."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from functools import partial

from bench import (
    chat,
    chat_answers,
    disclosure,
    drill,
    exchange,
    federation,
    forecast,
    gsi,
    helptime,
    isolation,
    jma,
    labels,
    language,
    live,
    memory,
    nowcast,
    outbreak,
    page,
    pictures,
    products,
    residents,
    rows,
    scores,
    shelter_alarms,
    shelters,
    spread,
    subscribers,
    tiles,
    web,
)
from bench.result import Result, table

BENCHES = {
    "jma": jma.run,
    "rows": rows.run,
    "pictures": pictures.run,
    "gsi": gsi.run,
    "shelters": shelters.run,
    "shelter_alarms": shelter_alarms.run,
    "spread": spread.run,
    "subscribers": subscribers.run,
    "memory": memory.run,
    "help": helptime.run,
    "web": web.run,
    "live": live.run,
    "tiles": tiles.run,
    "page": page.run,
    "exchange": exchange.run,
    "federation": federation.run,
    "forecast": forecast.run,
    "labels": labels.run,
    "language": language.run,
    "drill": drill.run,
    "isolation": isolation.run,
    "nowcast": nowcast.run,
    "products": products.run,
    "outbreak": outbreak.run,
    "scores": scores.run,
    "residents": residents.run,
    "chat": chat.run,
    "chat_answers": chat_answers.run,
    "disclosure": disclosure.run,
}


def main() -> int:
    """Run what was asked for; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="default: all")
    parser.add_argument("--big", action="store_true", help="also 10 million records (hours of I/O)")
    parser.add_argument("--write", action="store_true", help="scores: keep the figures as they are")
    asked = parser.parse_args()
    benches = {**BENCHES, "scores": partial(scores.run, write=asked.write)}
    results: list[Result] = []
    for name in asked.names or benches:
        start = time.perf_counter()
        print(f"… {name}", file=sys.stderr, flush=True)
        results += benches[name](asked.big)
        print(f"  {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    print(f"{platform.platform(terse=True)}, Python {platform.python_version()}")
    print(table(results))
    return 1 if any(one.met is False for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
