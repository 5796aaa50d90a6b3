"""`make demo`: ingest real data if there is any, else the samples of an invented prefecture, and
print the picture. Everything is kept in `.noroshi/demo`, made anew each time."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".noroshi" / "demo"
NOROSHI = Path(sys.executable).with_name("noroshi")
DATA = Path(os.environ.get("NOROSHI_DATA") or ROOT.parent / "shared" / "data")
SAMPLES = ROOT / "demo" / "samples"

Step = tuple[str, list[str]]

REAL: list[Step] = [
    ("A fresh node takes in everything: telegrams, packages, tables, boundaries.",
     ["places", "import", "{data}/places/municipalities.topojson"]),
    ("", ["ingest", "--label", "public", "{data}/jma_xml/samples", "{data}/jma_xml/live"]),
    ("", ["ingest", "--label", "public", "{data}/sip4d_zip",
          "{data}/shelters/nanao_2024"]),
    ("Alert levels of municipalities in Hokkaido, from warnings of all products.",
     ["show", "disaster.alert_level", "--area", "01", "--limit", "8"]),
    ("How many people were in Nanao's shelters on 13 January 2024 at six in the morning?",
     ["show", "disaster.shelter", "--area", "17202", "--at", "2024-01-13T06:00", "--limit", "5"]),
    ("One shelter through the weeks: when true, when known, from which message.",
     ["history", "disaster.shelter", "CC0000000518"]),
    ("Earthquakes, each with its latest estimate.",
     ["show", "disaster.earthquake", "--limit", "5"]),
    ("A drill stays a drill: nothing of it is in the picture above.",
     ["show", "disaster.shelter", "--mode", "exercise", "--limit", "3"]),
    ("The same layer out again as a SIP4D-ZIP package …",
     ["export", "sip4d-zip", "--kind", "disaster.shelter", "--at", "2024-01-13T06:00",
      "--title", "避難所", "--out", "{home}/shelters.zip"]),
    ("… which passes the check.", ["validate", "{home}/shelters.zip"]),
    ("And how the node is.", ["doctor"]),
]  # fmt: skip

INVENTED: list[Step] = [
    ("A fresh node takes in telegrams, tables and a layer of an invented prefecture.",
     ["ingest", "--label", "public", "{samples}"]),
    ("What was cut off on its way is in quarantine, with the reason.",
     ["messages", "--state", "quarantined"]),
    ("Alert levels by municipality, from warnings of all products.",
     ["show", "disaster.alert_level"]),
    ("The warnings they rest on, as they were two hours earlier.",
     ["show", "disaster.weather_warning", "--at", "2026-06-20T15:30"]),
    ("Shelters at nine in the evening …", ["show", "disaster.shelter"]),
    ("… and at seven.", ["show", "disaster.shelter", "--at", "2026-06-20T19:00"]),
    ("One shelter: when true, when known, from which message.",
     ["history", "disaster.shelter", "S01"]),
    ("The earthquake with its better estimate; the drill is not in it.",
     ["show", "disaster.earthquake"]),
    ("The drill, asked for as a drill.", ["show", "disaster.earthquake", "--mode", "exercise"]),
    ("The shelters out again as a SIP4D-ZIP package …",
     ["export", "sip4d-zip", "--kind", "disaster.shelter", "--title", "避難所",
      "--out", "{home}/shelters.zip"]),
    ("… which passes the check.", ["validate", "{home}/shelters.zip"]),
    ("And how the node is.", ["doctor"]),
]  # fmt: skip


def main() -> int:
    """Run every step, showing the command before its output. Stops at the first that fails."""
    real = (DATA / "jma_xml" / "samples").is_dir()
    shutil.rmtree(HOME, ignore_errors=True)
    print(f"Data: {DATA if real else SAMPLES}   Home: {HOME}")
    for told, arguments in REAL if real else INVENTED:
        filled = [one.format(data=DATA, home=HOME, samples=SAMPLES) for one in arguments]
        if told:
            print(f"\n\033[1m{told}\033[0m" if sys.stdout.isatty() else f"\n{told}")
        print(f"$ noroshi {' '.join(filled)}", flush=True)
        done = subprocess.run([NOROSHI, "--home", HOME, *filled], check=False)
        if done.returncode:
            print(f"exit code {done.returncode}", file=sys.stderr)
            return done.returncode
    print(
        f"\nLook further:  export NOROSHI_HOME={HOME}\n"
        f"  {NOROSHI} serve          the page, the API, live events\n"
        f"  {NOROSHI} list kinds\n  {NOROSHI} show disaster.bulletin --limit 20\n"
        f"  {NOROSHI} --help"
    )
    if sys.stdout.isatty():
        print(
            "\nServing it now; open the address below in a browser. Ctrl-C ends it.\n", flush=True
        )
        with contextlib.suppress(KeyboardInterrupt):
            subprocess.run([NOROSHI, "--home", HOME, "serve", "--port", "0"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
