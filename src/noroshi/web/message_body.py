"""What a page or a program sends to the conversation, read from a request's body."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from noroshi.core import typed
from noroshi.web.bodies import read_body
from noroshi.web.routing import Asked, Problem

#: Bytes of a message without a picture, and with one; characters of its text.
MESSAGE, PICTURE, TEXT = 64 * 1024, 8 * 2**20, 2_000
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page or a program sends. `id` is its own: the same again is heard once. `position` is
    longitude, latitude."""

    id: str = ""
    text: str = ""
    choice: str = ""
    position: tuple[float, float] | None = None
    picture_place: bool | None = None


async def received(asked: Asked) -> tuple[Message, bytes | None]:
    """The message in a body, and its picture. Raises Problem."""
    media = (asked.header("content-type") or "").partition(";")[0].strip().lower()
    if media == "application/json":
        data = await read_body(asked, MESSAGE, "shorten it; a picture goes as multipart/form-data")
        try:
            found = typed.decoder(Message).decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Problem(400, f"the message cannot be read: {error}") from None
        return checked(found), None
    if media not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise Problem(415, f"{media or 'no media type'} is not taken",
                      "application/json or multipart/form-data")  # fmt: skip
    most = PICTURE + MESSAGE if media.startswith("multipart") else MESSAGE
    fields, picture = await _form(asked, await read_body(asked, most, "send a smaller picture"))
    if picture and not picture.startswith(_PICTURES):
        raise Problem(415, "the picture is neither JPEG nor PNG", "send it as one of these")
    position = fields.pop("longitude", ""), fields.pop("latitude", "")
    given: dict[str, Any] = dict(fields)
    if any(position):
        given["position"] = position
    if "picture_place" in given:
        given["picture_place"] = given["picture_place"].lower() in ("1", "true", "on", "yes")
    try:
        found = typed.convert(given, Message, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, f"the form: {error}") from None
    return checked(found), picture or None


async def _form(asked: Asked, data: bytes) -> tuple[dict[str, str], bytes]:
    """The fields of a form, and its picture. Raises Problem."""

    async def stream() -> Any:
        yield data
        yield b""

    headers = asked.request.headers
    try:
        if headers["content-type"].lower().startswith("multipart"):
            parser = MultiPartParser(headers, stream(), max_files=1, max_fields=10,
                                     max_part_size=MESSAGE)  # fmt: skip
            form: FormData = await parser.parse()
        else:
            form = await FormParser(headers, stream()).parse()
    except (MultiPartException, UnicodeDecodeError, LookupError, ValueError, KeyError) as error:
        told = getattr(error, "message", "") or type(error).__name__
        raise Problem(400, f"the form cannot be read: {told}") from None
    picture, fields = b"", dict[str, str]()
    try:
        for name, value in form.multi_items():
            if name in fields or (name == "picture" and picture):
                raise Problem(400, f"{name} is given twice")
            if isinstance(value, UploadFile):
                if name != "picture":
                    raise Problem(400, f"{name} is a file", "the file is called picture")
                picture = await value.read()
            elif not (name == "picture" and value == ""):
                fields[name] = value
    finally:
        await form.close()
    return fields, picture


def checked(message: Message) -> Message:
    """A message within its bounds. Raises Problem."""
    if len(message.text) > TEXT:
        raise Problem(400, f"the text has {len(message.text)} characters",
                      f"{TEXT} at most: write in several messages")  # fmt: skip
    if len(message.choice) > 200:
        raise Problem(400, "choice is no id of a quick reply")
    if message.id and (len(message.id) > 64 or not _plain(message.id)):
        raise Problem(400, "id: up to 64 letters, digits, - and _", "a UUID will do")
    if message.position is not None:
        longitude, latitude = message.position
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise Problem(400, "position is not longitude, latitude in degrees")
    if "\x00" in message.text + message.choice:
        raise Problem(400, "the text holds a NUL character")
    try:
        (message.text + message.choice).encode()
    except UnicodeEncodeError:
        raise Problem(400, "the text is not Unicode text") from None
    return message


def _plain(id: str) -> bool:
    return id.isascii() and all(one.isalnum() or one in "-_" for one in id)
