"""A command that is forked says and does what one does that a user starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import called


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["--version"], b""),
        (["no-such-verb"], b""),
        (["show", "no.such.kind"], b""),
        (["ingest", "-"], b'{"type":"FeatureCollection","features":[]}'),
    ],
)
def test_it_says_what_one_of_its_own_says(words: list[str], given: bytes, tmp_path: Path) -> None:
    environment = {**os.environ, "NOROSHI_HOME": str(tmp_path / "real")}
    real = subprocess.run(
        [sys.executable, "-c", "from noroshi.cli import main; main()", *words],
        input=given, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    forked = called.run(*words, home=tmp_path / "forked", stdin=given)
    told = (forked.returncode, forked.stdout, forked.stderr)
    assert told == (real.returncode, real.stdout, real.stderr)


def test_it_ends_by_a_signal_as_any_process_does(tmp_path: Path) -> None:
    process = called.start("serve", "--port", "0", home=tmp_path, stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL
    process.kill()  # nobody is hit where it has ended
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_each_has_the_folder_and_environment_of_its_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.json").write_text('{"type":"FeatureCollection","features":[]}')
    assert b"here.json" in called.run("ingest", "--json", "here.json", home=tmp_path / "one").stdout
    assert {one.name for one in tmp_path.iterdir()} == {"here.json", "one"}
    made = called.run(
        "token", "new", "a", home=tmp_path / "one", NOROSHI_HOME=str(tmp_path / "two")
    )
    assert made.returncode == 0
    assert (tmp_path / "two").is_dir()
