"""The conversation with residents, in the terminal."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from noroshi.cli.common import Moment, language, note, write_out
from noroshi.core.record import Mode

if TYPE_CHECKING:
    from noroshi.channels.chat.desk import Desk
    from noroshi.channels.chat.turns import Said, Turn
    from noroshi.engine.node import Node


class PositionType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Longitude,latitude in degrees."""

    name = "lon,lat"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            longitude, latitude = (float(one) for one in value.split(","))
        except ValueError:
            longitude = latitude = 1e9
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            self.fail(f"{value!r} is not a position; write it as longitude,latitude: 136.97,37.04")
        return longitude, latitude


@click.command("chat")
@click.option("--area", default="", metavar="CODE",
              help="Where nothing is said: 17202.  場所を言わないときの市区町村")  # fmt: skip
@click.option("--at", "position", type=PositionType(),
              help="Where you are.  いまいる位置（経度,緯度）")  # fmt: skip
@click.option("--time", "moment", type=Moment(),
              help="In an exercise: its time (default: the drill's).  訓練の時刻")  # fmt: skip
@click.option("--mode", type=click.Choice([one.name.lower() for one in Mode]), default="actual",
              show_default=True, help="Real, exercise or test.  実・訓練・試験")  # fmt: skip
@click.option("--say", "texts", multiple=True, metavar="TEXT",
              help="One turn and no more; may be repeated.  一言だけ聞く（複数可）")  # fmt: skip
@click.option("--as", "person", default="", metavar="NAME",
              help="Who speaks (default: you).  話す人")  # fmt: skip
@click.option("--readings", is_flag=True, help="Show readings.  よみがなを出す")
@click.option("--json", "as_json", is_flag=True, help="JSON lines with facts.  JSONで出す")
@click.pass_context
def chat_command(
    ctx: click.Context, /, area: str, position: tuple[float, float] | None, moment: int | None,
    mode: str, texts: tuple[str, ...], person: str, readings: bool, as_json: bool,
) -> None:  # fmt: skip
    """Ask and tell as residents do, in the terminal.

    It answers from records that the labels of [chat] allow, and takes reports. A number chooses
    one of the answers offered; an empty line ends.  住民との会話を端末でためす

    \b
    noroshi chat --area 17202
    noroshi chat --at 136.967,37.043 --say 近くの避難所はどこですか
    noroshi chat --mode exercise --say "Is Route 249 open?" --json
    """
    from noroshi.channels.chat.turns import Turn

    kind = Mode[mode.upper()]
    with _desk(ctx.find_root().obj, kind, area) as desk:
        who = person or getpass.getuser()

        def hear(turn: Turn) -> list[Said]:
            found = desk.hear("cli", who, turn)
            _show(found, readings=readings, as_json=as_json)
            return found

        at = _moment(desk, moment)
        if position is not None and not texts:
            hear(Turn(position=position, at=at))
        for text in texts:
            hear(Turn(text=text, position=position, at=at))
            position = None
        if not texts:
            _converse(desk, hear, moment)


def _moment(desk: Desk, moment: int | None) -> int:
    return desk.moment() if moment is None else moment


def _converse(desk: Desk, hear: Any, moment: int | None) -> None:
    from noroshi.channels.chat.turns import Turn

    choices: list[str] = []
    note("…  (an empty line ends  空の行で終わり)")
    while True:
        try:
            text = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except (click.Abort, EOFError):
            return
        if not text.strip():
            return
        chosen = int(text) - 1 if text.isascii() and text.isdecimal() else -1
        if 0 <= chosen < len(choices):
            turn = Turn(choice=choices[chosen], at=_moment(desk, moment))
        else:
            turn = Turn(text=text, at=_moment(desk, moment))
        found = hear(turn)
        choices = [one.id for one in found[-1].choices] if found else []


def _show(found: list[Said], *, readings: bool, as_json: bool) -> None:
    import msgspec

    from noroshi.channels.advice.plain import drop_readings

    if as_json:
        write_out((msgspec.json.encode(one) + b"\n" for one in found), None)
        return
    japanese = language() == "ja"
    for one in found:
        click.echo(one.text if readings else drop_readings(one.text))
        if one.link:
            click.echo(f"  → {one.link}")
        for number, choice in enumerate(one.choices, 1):
            click.echo(f"  [{number}] {choice.ja if japanese else choice.en}")
        click.echo()


@contextmanager
def _desk(home: Path, mode: Mode, area: str) -> Iterator[Desk]:
    import msgspec

    from noroshi.channels.chat.desk import Desk
    from noroshi.core.place import area_ranges
    from noroshi.engine.node import Node

    try:
        area_ranges(area or "17")
    except ValueError as error:
        raise click.BadParameter(f"{error}; give 17202", param_hint="--area") from None
    node = Node(home)
    if area:
        chat = msgspec.structs.replace(node.settings.chat, area=area)
        node.settings = msgspec.structs.replace(node.settings, chat=chat)
    try:
        yield Desk(node, mode, filing=_filing(node))
    finally:
        node.stop()


def _filing(node: Node) -> Any:
    """The node's way to keep reports. What takes them in begins with the first one: a question
    does not wait for it."""
    from noroshi.channels.reports import filing

    return _Filing(node, filing)


class _Filing:
    def __init__(self, node: Node, filing: Any) -> None:
        self._node, self._filing, self._begun = node, filing, False
        self.Observation, self.of_contact = filing.Observation, filing.of_contact

    def file_report(self, *given: Any) -> str:
        if not self._begun:
            self._node.intake.start()
            self._begun = True
        key: str = self._filing.file_report(*given)
        return key
