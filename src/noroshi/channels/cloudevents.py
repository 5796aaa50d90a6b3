"""Changes as CloudEvents 1.0, in the shape of OGC API – Pub/Sub (draft 25-030)."""

from __future__ import annotations

import msgspec

from noroshi.channels.features import thing_id, write_feature
from noroshi.core.record import Version
from noroshi.core.time import show
from noroshi.store import Change

_encode = msgspec.json.Encoder().encode


def event(change: Change, base: str) -> bytes:
    """A change as one CloudEvent in JSON, without line breaks.

    `id` is the cursor, `subject` the id of the thing, `data` the feature as it is now; of what
    has ended, as it was last stated, with `ended` true. `base` is the node's address.
    """
    version = change.version
    data: Version = version
    ended = change.operation == "delete"
    if ended and change.previous is not None:
        data = change.previous
    source = f"{base}/collections/{version.kind}"
    return b"".join((
        b'{"specversion":"1.0","id":"', str(version.id).encode(),
        b'","source":', _encode(source),
        b',"type":"org.ogc.api.collection.item.', change.operation.encode(),
        b'","subject":', _encode(thing_id(version)),
        b',"time":', _encode(show(version.recorded)),
        b',"datacontenttype":"application/geo+json","dataschema":',
        _encode(f"{source}/schema"),
        b',"mode":"', version.mode.name.lower().encode(),
        b'","data":', write_feature(data, ended=ended), b"}",
    ))  # fmt: skip
