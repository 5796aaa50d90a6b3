"""Who read which personal data: every access, in the audit log.

Entries are gathered for a moment and written together, since one takes some milliseconds and a page
must not wait for it. `stop` writes what is left.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from noroshi.store.audit import AuditLog

log = logging.getLogger("noroshi")

#: Seconds in which accesses gather.
GATHER = 1.0
#: Records that one entry names.
_NAMED = 200


class Accesses:
    """Accesses to personal data on their way into the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._noted: dict[tuple[str, str], dict[str, None]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._stopping = False
        self._thread: threading.Thread | None = None

    def note(self, actor: str, purpose: str, records: Iterable[str]) -> None:
        """Note that `actor` was shown `records` for a purpose."""
        with self._lock:
            self._noted.setdefault((actor, purpose), {}).update(dict.fromkeys(records))
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="accesses", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def write(self) -> None:
        """Write what was noted, at once."""
        with self._lock:
            noted, self._noted = self._noted, {}
        for (actor, purpose), records in noted.items():
            names = list(records)
            for start in range(0, len(names), _NAMED):
                some = names[start : start + _NAMED]
                self._audit.append(actor, "personal.read", f"purpose:{purpose}", {"records": some})

    def stop(self) -> None:
        """Write what is left, and end."""
        with self._lock:
            self._stopping = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.write()

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                while not self._noted and not self._stopping:
                    self._wake.wait()
                self._wake.wait_for(lambda: self._stopping, timeout=GATHER)
            try:
                self.write()
            except Exception:  # the log of the node is the last place where it can be told
                log.exception("accesses to personal data were not written to the audit log")
