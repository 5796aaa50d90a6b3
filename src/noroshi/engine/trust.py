"""Whom this node believes: its own identity and keys, and the identities of others, in files.

`exchange/` in the node's home holds `root.pem` (to be moved offline), `keys/` (the pairs that sign
what is sent), `identity.cose` (what others know of this organisation) and `known/` (what this node
knows of others). An identity is pinned by its root when two people have compared fingerprints, or
when a peer who is allowed to introduces it; from then on only what follows it is accepted.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from noroshi.core.errors import NoroshiError, NotFound, NotVerified
from noroshi.core.time import now
from noroshi.formats.exchange.identity import (
    Identity,
    Key,
    follows,
    key_at,
    read_identity,
    revoke,
    rotate,
    write_identity,
)
from noroshi.formats.exchange.keys import (
    SigningKeys,
    VerifyKeys,
    create_keys,
    fingerprint,
    read_keys,
    write_keys,
)

#: Seconds after which files are looked at again: a revocation stops a peer within this.
FRESH = 0.5


class Trust:
    """The identities that a node knows. Safe for threads; other processes may change the files."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "exchange"
        self._lock = threading.RLock()
        self._known: dict[str, tuple[Identity, bytes, int]] = {}
        self._looked = float("-inf")
        self._stamp: object = None
        self._signing: SigningKeys | None = None
        self.generation = 0
        self._refresh()

    # --- this organisation ---------------------------------------------------------------------

    @property
    def own(self) -> Identity | None:
        """This organisation's identity, None before `create`."""
        self._look()
        found = self._known.get("")
        return found[0] if found else None

    @property
    def own_document(self) -> bytes:
        """This organisation's identity as others get it. Raises NotFound before `create`."""
        self._look()
        if "" not in self._known:
            raise NotFound("this node has no identity", remedy="`noroshi peer init`")
        return self._known[""][1]

    @property
    def org(self) -> str:
        """This organisation's id, "" before `create`."""
        own = self.own
        return own.org if own else ""

    def signing(self, at: int) -> SigningKeys:
        """The pair that signs now. Raises NotFound where its file is not here."""
        own = self.own
        if own is None:
            raise NotFound("this node has no identity", remedy="`noroshi peer init`")
        valid = [one for one in own.keys if one.since <= at and not one.revoked
                 and not (one.until and one.until <= at)]  # fmt: skip
        if not valid:
            raise NotFound("no key of this node is in force", remedy="`noroshi key rotate`")
        newest = valid[-1].keys
        if self._signing is None or self._signing.public != newest:
            path = self.folder / "keys" / f"{newest.kid.hex()}.pem"
            self._signing = read_keys(_read(path), _passphrase())
        return self._signing

    def create(
        self, org: str, name_ja: str, name_en: str, contact: str, nodes: tuple[str, ...]
    ) -> Identity:
        """Make this organisation's root, its first keys and its identity."""
        if self.own is not None:
            raise NoroshiError(f"this node is {self.org} already", where=str(self.folder))
        root, keys, moment = create_keys(), create_keys(), now()
        try:
            identity = Identity(
                org, name_ja, name_en, contact, 1, moment, nodes,
                (Key(keys.public, moment - 60_000_000),), root.public,
            )  # fmt: skip
            document = write_identity(identity, root)
        except (ValueError, TypeError) as error:
            raise NoroshiError(str(error), where="identity") from None
        write_file(self.folder / "root.pem", write_keys(root, _passphrase()))
        self._keep_keys(keys)
        write_file(self.folder / "identity.cose", document, mode=0o644)
        self._refresh()
        return identity

    def change(self, root: Path, changed: Identity) -> Identity:
        """Sign a new edition of this organisation's identity with the root at a path."""
        keys = read_keys(_read(root), _passphrase())
        own = self.own
        if own is None:
            raise NotFound("this node has no identity", remedy="`noroshi peer init`")
        try:
            document = write_identity(follows(changed, own), keys)
        except ValueError as error:
            raise NoroshiError(str(error), where=str(root)) from None
        write_file(self.folder / "identity.cose", document, mode=0o644)
        self._refresh()
        return changed

    def rotate(self, root: Path) -> Identity:
        """New operational keys, in force at once; what the old ones signed stays good."""
        own, keys, moment = self.own, create_keys(), now()
        if own is None:
            raise NotFound("this node has no identity", remedy="`noroshi peer init`")
        self._keep_keys(keys)
        return self.change(root, rotate(own, keys.public, moment, moment))

    def revoke(self, root: Path, kid: str, reason: str, at: int | None = None) -> Identity:
        """Revoke keys of this organisation, and make new ones where none is left."""
        own, moment = self.own, now()
        if own is None:
            raise NotFound("this node has no identity", remedy="`noroshi peer init`")
        try:
            changed = revoke(own, bytes.fromhex(kid), moment if at is None else at, reason, moment)
        except ValueError as error:
            raise NoroshiError(str(error), where=kid) from None
        if not any(not one.revoked and not one.until for one in changed.keys):
            keys = create_keys()
            self._keep_keys(keys)
            changed = rotate(changed, keys.public, moment, moment)
        return self.change(root, changed)

    def _keep_keys(self, keys: SigningKeys) -> None:
        name = f"{keys.public.kid.hex()}.pem"
        write_file(self.folder / "keys" / name, write_keys(keys, _passphrase()))

    # --- others --------------------------------------------------------------------------------

    def identity(self, org: str) -> Identity:
        """What is known of an organisation. Raises NotFound."""
        self._look()
        if org == self.org and org:
            return self._known[""][0]
        if org not in self._known:
            raise NotFound(f"{org} is not known here", remedy="`noroshi peer accept`")
        return self._known[org][0]

    def documents(self, serials: dict[str, int]) -> list[tuple[str, bytes]]:
        """Identities that are newer than the serials given, by their organisation; this one's own
        among them."""
        self._look()
        return [
            (identity.org, document) for identity, document, _ in self._known.values()
            if identity.serial > serials.get(identity.org, 0)
        ]  # fmt: skip

    def serials(self) -> dict[str, int]:
        """How new every identity is that is known here."""
        self._look()
        return {identity.org: identity.serial for identity, _, _ in self._known.values()}

    def key_of(self, org: str, kid: bytes, at: int) -> VerifyKeys:
        """The keys called `kid` of an organisation if valid at a time. Raises NotVerified."""
        try:
            return key_at(self.identity(org), kid, at)
        except NotFound as error:
            raise NotVerified(str(error), where=org) from None

    def accept(self, document: bytes) -> Identity:
        """Pin an identity, or replace the one that it follows; one that is known already stays.

        Raises NotVerified where it contradicts what is pinned.
        """
        found = read_identity(document)
        with self._lock:
            self._look()
            if found.org == self.org:
                return self._accept_own(found, document)
            old = self._known.get(found.org)
            if old is not None:
                if old[0].serial >= found.serial:
                    if old[0].root != found.root or (
                        old[0].serial == found.serial and old[0] != found
                    ):
                        raise _other(found, old[0])
                    return old[0]
                follows(read_identity(document, old[0].root), old[0])
            write_file(self.folder / "known" / f"{found.org}.cose", document, mode=0o644)
            self._refresh()
            return found

    def _accept_own(self, found: Identity, document: bytes) -> Identity:
        own = self.own
        assert own is not None
        if found.root != own.root and found.serial <= own.serial:
            raise _other(found, own)
        if found.serial > own.serial:  # this node was put back from an older copy
            follows(read_identity(document, own.root), own)
            write_file(self.folder / "identity.cose", document, mode=0o644)
            self._refresh()
        return found

    def forget(self, org: str) -> None:
        """Believe nothing of an organisation any more."""
        (self.folder / "known" / f"{org}.cose").unlink(missing_ok=True)
        self._refresh()

    # --- files ---------------------------------------------------------------------------------

    def _look(self) -> None:
        if time.monotonic() - self._looked > FRESH:
            self._refresh()

    def _refresh(self) -> None:
        with self._lock:
            self._looked = time.monotonic()
            paths = [self.folder / "identity.cose", *sorted((self.folder / "known").glob("*.cose"))]
            stamp = [(path, file_stamp(path)) for path in paths]
            if stamp == self._stamp:
                return
            found: dict[str, tuple[Identity, bytes, int]] = {}
            for path, seen in stamp:
                if not seen:
                    continue
                document = _read(path)
                name = "" if path.name == "identity.cose" else path.stem
                identity = read_identity(document)
                if name and identity.org != name:
                    raise NoroshiError(f"is the identity of {identity.org}", where=str(path))
                found[name] = identity, document, seen
            self._known, self._stamp = found, stamp
            self.generation += 1


def _other(found: Identity, known: Identity) -> NotVerified:
    return NotVerified(
        f"another identity of {found.org} than the one that is pinned", where=found.org,
        remedy=f"pinned: {fingerprint(known.root)}; this: {fingerprint(found.root)}. Ask them",
    )  # fmt: skip


def _passphrase() -> bytes | None:
    text = os.environ.get("NOROSHI_KEY_PASSPHRASE")
    return text.encode() if text else None


def file_stamp(path: Path) -> int:
    """A number that changes when the file does; 0 where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return 0
    return hash((stat.st_mtime_ns, stat.st_ino, stat.st_size)) or 1


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoroshiError(
            f"cannot be read: {error.strerror}", where=str(path),
            remedy="the root is kept offline: name its file with --root" if path.name == "root.pem"
            else "",
        ) from None  # fmt: skip


def write_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace a file durably; nobody else may read a private one at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(path)
