"""Opening the file of residents as the settings say."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from noroshi.core.errors import NoroshiError
from noroshi.engine.settings import Settings
from noroshi.store.people import PeopleFile


def open_people(home: Path, settings: Settings) -> PeopleFile:
    """The file of residents in `home`, encrypted where a key is set. Raises NoroshiError."""
    name = settings.people.key_env
    if not name:
        return PeopleFile(home)
    where = "settings.toml: people.key_env"
    text = os.environ.get(name)
    if not text:
        raise NoroshiError(f"the environment variable {name} is not set", where=where)
    try:
        return PeopleFile(home, base64.b64decode(text, validate=True))
    except binascii.Error:
        raise NoroshiError(
            f"{name} is not base64", where=where, remedy="`openssl rand -base64 32` prints a key"
        ) from None
