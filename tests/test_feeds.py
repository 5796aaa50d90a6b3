"""Files, folders and archives: every message found, nothing trusted, nothing written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core.errors import NotFound
from noroshi.feeds.paths import find
from noroshi.formats import Limits
from telegrams import telegram

ONE, TWO = telegram(event="1"), telegram(event="2")


def _tar(mode: str, members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_of_a_tar_are_messages(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "named.anything"
    path.write_bytes(_tar(mode, {"a/1.xml": ONE, "../../etc/2.xml": TWO}))
    found = list(find([path]))
    assert [one.data for one in found] == [ONE, TWO]
    assert [one.name for one in found] == [f"{path}!a/1.xml", f"{path}!../../etc/2.xml"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_is_its_content(pack: object, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(pack(ONE))  # type: ignore[operator]
    assert [one.data for one in find([tmp_path])] == [ONE]


def test_archives_in_archives_are_opened(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(_zip({"inner.tar.gz": _tar("w:gz", {"1.xml": ONE})}))
    (found,) = find([tmp_path])
    assert found.data == ONE
    assert found.name.endswith("x!inner.tar.gz!1.xml")


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.xml", "a/1.xml", ".hidden/3.xml", "c/.4.xml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    names = [one.name for one in find([tmp_path])]
    assert names == [str(tmp_path / "a/1.xml"), str(tmp_path / "b/2.xml")]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        list(find([tmp_path / "none"]))


def test_a_zip_bomb_is_kept_with_its_fault_and_never_expanded(tmp_path: Path) -> None:
    bomb = _zip({"zeros": bytes(50_000_000)})
    assert len(bomb) < 100_000
    (tmp_path / "bomb.zip").write_bytes(bomb)
    (found,) = find([tmp_path])
    assert (found.data, found.fault) == (bomb, "expands beyond the limit")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compression_bomb_is_kept_with_its_fault(pack: object, tmp_path: Path) -> None:
    bomb = pack(bytes(50_000_000))  # type: ignore[operator]
    (tmp_path / "bomb").write_bytes(bomb)
    (found,) = find([tmp_path])
    assert found.data == bomb
    assert "expands beyond" in found.fault


def test_a_tar_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    bomb = _tar("w:gz", {"1.xml": ONE, "zeros": bytes(50_000_000), "2.xml": TWO})
    (tmp_path / "bomb").write_bytes(bomb)
    first, rest = find([tmp_path])
    assert first.data == ONE
    assert "expands beyond the limit" in rest.fault


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    members = {f"{number}.xml": ONE for number in range(20)}
    (tmp_path / "a.zip").write_bytes(_zip(members))
    (tmp_path / "b.tar").write_bytes(_tar("w", members))
    limits = Limits(members=10)
    assert [one.fault for one in find([tmp_path / "a.zip"], limits)] == ["more than 10 members"]
    assert list(find([tmp_path / "b.tar"], limits))[-1].fault.startswith("more than 10 members")


def test_a_file_over_the_limit_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2000))
    (found,) = find([tmp_path], Limits(message_bytes=1000))
    assert found.data == b""
    assert "larger than the limit of 1000 bytes" in found.fault


@settings(max_examples=cases(200), deadline=None)
@given(
    st.sampled_from([
        _tar("w:gz", {"1.xml": ONE}), _zip({"1.xml": ONE, "2.xml": TWO}), gzip.compress(ONE),
        lzma.compress(ONE), bz2.compress(ONE), _tar("w", {"1.xml": ONE}),
    ]),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=8),
    st.integers(0, 3000),
)  # fmt: skip
def test_fuzz_damaged_archives_never_raise(
    archive: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    import tempfile

    data = bytearray(archive)
    for place, value in changes:
        data[place % len(data)] = value
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x").write_bytes(bytes(data[: max(1, len(data) - cut % len(data))]))
        for one in find([folder], Limits(message_bytes=2**20, expanded_bytes=2**20)):
            assert len(one.data) <= 2**20


def test_a_tar_header_that_claims_the_world_is_not_trusted_with_memory(tmp_path: Path) -> None:
    import resource

    info = tarfile.TarInfo("1.xml")
    info.size = len(ONE)
    info.pax_headers = {"comment": "x" * 80_000_000}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(ONE))
    del info
    (tmp_path / "bomb").write_bytes(out.getvalue())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (found,) = find([tmp_path])
    assert "a header is larger than any honest one" in found.fault
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_names_in_shift_jis_are_what_they_were_meant_to_be(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="cp932"
    ) as archive:
        info = tarfile.TarInfo("避難所.xml")
        info.size = len(ONE)
        archive.addfile(info, io.BytesIO(ONE))
    (tmp_path / "x").write_bytes(out.getvalue())
    (found,) = find([tmp_path])
    assert found.name.endswith("!避難所.xml")
