"""The `noroshi` command as a user calls it, in a process of its own, without waiting for imports.

Loading what a node is made of takes over a second of CPU, and tests call hundreds of commands. A
process beside the tests loads it once and forks for each call: what is forked has the arguments,
environment, folder and files of the call, no state of an earlier one, and ends as any Python does.
Where the system cannot (it needs Linux), and where Python itself is set otherwise (such as by
PYTHONPATH), a call starts an interpreter of its own; so do `make demo` and tests of imports.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

_CODE = "from noroshi.cli import main; main()"
_FORKS = hasattr(os, "pidfd_open")
#: A number of bytes, of a process, or an exit code, on a line between processes.
_NUMBER = 8
_FILES = 4


class Called:
    """A command that runs: as much of `subprocess.Popen` as tests use."""

    def __init__(self, pid: int, ended: int, stderr: IO[str] | None) -> None:
        self.pid, self.stderr = pid, stderr
        self.returncode: int | None = None
        self._ended = ended

    def poll(self, seconds: float | None = 0) -> int | None:
        """Its exit code, if it has ended or does so within `seconds` (None: for ever)."""
        if self.returncode is None:
            waiting = select.poll()
            waiting.register(self._ended, select.POLLIN)
            if not waiting.poll(None if seconds is None else seconds * 1000):
                return None
            said = os.read(self._ended, _NUMBER)
            os.close(self._ended)
            self.returncode = _integer(said) if said else -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired."""
        if (code := self.poll(timeout)) is None:
            raise subprocess.TimeoutExpired("noroshi", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, where it runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and that is not told yet
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def start(
    *arguments: object,
    home: Path,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
    stderr: IO[bytes] | int = subprocess.DEVNULL,
    **environment: str,
) -> subprocess.Popen[Any] | Called:
    """Begin `noroshi ARGUMENTS` on a home. Files are open ones, DEVNULL, or, for stderr, PIPE,
    which is text."""
    given = {**os.environ, "NOROSHI_HOME": str(home), **environment}
    words = list(map(str, arguments))
    if not _FORKS or _at_start(given) != _forker().at_start:
        return subprocess.Popen(
            [sys.executable, "-c", _CODE, *words], env=given, stdin=stdin, stdout=stdout,
            stderr=stderr, text=stderr == subprocess.PIPE,
        )  # fmt: skip
    nothing = os.open(os.devnull, os.O_RDWR)
    heard, told = os.pipe() if stderr == subprocess.PIPE else (None, None)
    waited, ended = os.pipe()

    def descriptor(one: IO[bytes] | int) -> int:
        if told is not None and one == subprocess.PIPE:
            return told
        return nothing if isinstance(one, int) else one.fileno()

    try:
        pid = _forker().ask(words, given, [*map(descriptor, (stdin, stdout, stderr)), ended])
    finally:
        for one in (nothing, ended, *([told] if told is not None else [])):
            os.close(one)
    return Called(pid, waited, None if heard is None else os.fdopen(heard, encoding="utf-8"))


def run(
    *arguments: object, home: Path, stdin: bytes = b"", timeout: float = 300, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """`noroshi ARGUMENTS` on a home, to its end. Raises TimeoutExpired."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        process = start(
            *arguments, home=home, stdin=given, stdout=out, stderr=err, **environment
        )  # fmt: skip
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read(), err.read())


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python heeds only when it starts."""
    return {name: value for name, value in environment.items()
            if name.startswith("PYTHON") and name != "PYTHONUNBUFFERED"}  # fmt: skip


def _integer(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def _bytes(number: int) -> bytes:
    return number.to_bytes(_NUMBER, "little", signed=True)


class _Forker:
    """The process beside the tests, as they see it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._turn = threading.Lock()
        self.at_start = _at_start(os.environ)
        code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n" \
               f"import called; called.answer({theirs.fileno()})\n{_CODE}"  # fmt: skip
        # A session of its own: Ctrl-C is for the tests, which end what they began.
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], start_new_session=True
        )  # fmt: skip
        theirs.close()
        atexit.register(self.end)

    def ask(self, words: list[str], environment: Mapping[str, str], files: list[int]) -> int:
        """Have a command forked; its process."""
        asked = json.dumps([words, dict(environment), str(Path.cwd())]).encode()
        with self._turn:
            socket.send_fds(self._line, [_bytes(len(asked))], files)
            self._line.sendall(asked)
            return _integer(self._line.recv(_NUMBER, socket.MSG_WAITALL))

    def end(self) -> None:
        """End it; what it forked stays."""
        self._line.close()
        self._process.wait()


@cache
def _forker() -> _Forker:
    return _Forker()


def answer(descriptor: int) -> None:
    """The life of the process beside the tests. Returns in each process that it forks, with
    everything as that command was called."""
    sys.path.pop(0)
    _load()
    line = socket.socket(fileno=descriptor)
    watched = select.poll()
    watched.register(line, select.POLLIN)
    running: dict[int, tuple[int, int]] = {}
    while True:
        for one, _ in watched.poll():
            if one in running:
                pid, ended = running.pop(one)
                watched.unregister(one)
                os.write(ended, _bytes(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
                os.close(one)
                os.close(ended)
                continue
            head, files, _, _ = socket.recv_fds(line, _NUMBER, _FILES)
            if not head:
                os._exit(0)
            asked = json.loads(line.recv(_integer(head), socket.MSG_WAITALL))
            if (pid := os.fork()) == 0:
                line.detach()
                _become(*asked, files)
                return
            *given, ended = files
            for file in given:
                os.close(file)
            handle = os.pidfd_open(pid)
            running[handle] = pid, ended
            watched.register(handle, select.POLLIN)
            line.sendall(_bytes(pid))


def _load() -> None:
    """What commands and nodes import."""
    from noroshi import cli, domains, formats
    from noroshi.web import app

    for name in {module for module, _ in cli.VERBS.values()}:
        importlib.import_module(name)
    for name in app.MODULES:
        importlib.import_module(f"noroshi.web.{name}")
    for name in ("noroshi.channels.deliveries", "noroshi.engine.workshop", "noroshi.feeds.peers",
                 "uvicorn", "uvicorn.protocols.http.httptools_impl", "uvloop"):  # fmt: skip
        importlib.import_module(name)
    domains.all_capabilities()
    for format in formats.all_formats().values():
        formats.load(format)
    gc.collect()
    gc.freeze()  # looking through it in each fork would copy it


def _become(words: list[str], environment: dict[str, str], folder: str, files: list[int]) -> None:
    """Be the process of a command."""
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["-c", *words]
    through = bool(environment.get("PYTHONUNBUFFERED"))
    for name, number in (("stdout", 1), ("stderr", 2)):
        file = open(number, "wb", 0 if through else -1, closefd=False)  # noqa: SIM115
        text = io.TextIOWrapper(file, "utf-8", "backslashreplace" if number == 2 else None,
                                write_through=through, line_buffering=number == 2)  # fmt: skip
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
