"""Files put on an SFTP server, as many organisations take them. Needs `noroshi[sftp]`.

SSH file transfer (draft-ietf-secsh-filexfer-02, version 3). The server's key must be in the
`known_hosts` file that the settings name, and the node proves itself with the key in a file:
nothing of the user's own SSH configuration, agent or keys is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from noroshi.channels.deliver import Failed
from noroshi.channels.targets import Sheet, pieces
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.engine.addresses import Lookup, check_host, resolve
from noroshi.engine.settings import Output

if TYPE_CHECKING:
    import asyncssh

#: Seconds for a connection with its keys, and for a whole file.
CONNECT, WHOLE = 15.0, 600.0


def sftp(
    output: Output, home: Path, *, private: bool, where: str, lookup: Lookup | None = None
) -> Sftp:
    """The SFTP server that an output goes to. Raises NoroshiError naming what is wrong."""
    try:
        import asyncssh
    except ImportError:
        raise NoroshiError(
            "SFTP needs asyncssh", where=where, remedy="pip install 'noroshi[sftp]'"
        ) from None
    try:
        parts = urlsplit(output.to)
        host, port = parts.hostname or "", parts.port or 22
    except ValueError as error:
        raise NoroshiError(f"to cannot be read: {error}", where=where) from None
    if parts.password is not None or not parts.username or parts.query or parts.fragment:
        raise NoroshiError("write sftp://user@host/folder/, without a password", where=where)
    check_host(host, private=private, where=where)
    for name in ("key", "known_hosts"):
        path = home / getattr(output, name)
        if not getattr(output, name) or not path.is_file():
            raise NoroshiError(f"{name} is to name a file: {path}", where=where)
    try:
        key = asyncssh.read_private_key(home / output.key)
        known = asyncssh.read_known_hosts(str(home / output.known_hosts))
    except (OSError, ValueError, asyncssh.KeyImportError) as error:
        raise NoroshiError(f"the key or known_hosts cannot be read: {error}", where=where) from None
    folder = unquote(parts.path)
    return Sftp(
        unquote(parts.username), host, port, folder.removeprefix("/~/"), key, known,
        private=private, lookup=lookup,
    )  # fmt: skip


class Sftp:
    """Puts files into a folder of an SFTP server. A `noroshi.channels.targets.Target`."""

    def __init__(
        self, user: str, host: str, port: int, folder: str, key: object, known: object, *,
        private: bool, lookup: Lookup | None = None,
    ) -> None:  # fmt: skip
        self._user, self._host, self._port, self._folder = user, host, port, folder
        self._key, self._known = key, known
        self._private, self._lookup = private, lookup

    def put(self, sheet: Sheet, body: BinaryIO) -> None:
        """See `Target.put`."""
        import asyncssh

        try:
            addresses = resolve(self._host, self._port, private=self._private, lookup=self._lookup)
            asyncio.run(self._put(addresses, sheet, body))
        except NotPermitted as error:
            raise Failed(str(error)) from None
        except TimeoutError:
            raise Failed(f"{self._host} took too long") from None
        except (OSError, UnicodeError, asyncssh.Error) as error:
            raise Failed(f"{self._host}: {type(error).__name__}: {error}") from None

    def close(self) -> None:
        """See `Target.close`. A connection lasts for one file."""

    async def _put(self, addresses: list[str], sheet: Sheet, body: BinaryIO) -> None:
        import asyncssh

        for left, address in enumerate(addresses, 1 - len(addresses)):
            try:
                connection = await asyncssh.connect(
                    address, self._port, username=self._user, host_key_alias=self._host,
                    known_hosts=self._known, client_keys=[self._key], config=[],
                    agent_path=None, preferred_auth="publickey", x509_trusted_certs=None,
                    gss_host=None, connect_timeout=CONNECT,
                )  # fmt: skip
            except (ConnectionError, TimeoutError):
                if not left:
                    raise
                continue
            async with asyncio.timeout(WHOLE), connection, connection.start_sftp_client() as client:
                await _upload(client, self._folder, sheet.name, body)
            return


async def _upload(client: asyncssh.SFTPClient, folder: str, name: str, body: BinaryIO) -> None:
    """Write under another name, and give it its own when it is whole."""
    import asyncssh

    path = posixpath.join(folder, name)
    partial = posixpath.join(folder, f".{name}.partial")
    try:
        async with client.open(partial, "wb") as opened:
            for piece in pieces(body):
                await opened.write(piece)
        try:
            await client.posix_rename(partial, path)
        except asyncssh.SFTPOpUnsupported:  # a server that cannot replace a file in one step
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await client.remove(path)
            await client.rename(partial, path)
    except BaseException:
        with contextlib.suppress(asyncssh.Error, OSError):
            await client.remove(partial)
        raise
