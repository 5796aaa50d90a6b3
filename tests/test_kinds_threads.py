"""Bodies are read in several threads, from the first one on."""

from __future__ import annotations

import subprocess
import sys

_MANY = """
import sys, threading
from noroshi import kinds
sys.setswitchinterval(1e-7)
for name in kinds.all_kinds():
    together = threading.Barrier(4)
    def read():
        together.wait()
        try:
            kinds.decode(name, b'{"name": "A", "geometry": {}, "level": 1, "people": {"total": 1}}')
        except kinds.InvalidRecord:
            pass
    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads: one.start()
    for one in threads: one.join()
"""


def test_many_threads_may_be_the_first_to_read_a_kind() -> None:
    done = subprocess.run([sys.executable, "-c", _MANY], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
