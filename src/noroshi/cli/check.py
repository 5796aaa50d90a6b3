"""Verbs that check and list: validate, list, doctor, new."""

from __future__ import annotations

import contextlib
import platform
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from noroshi import __version__, domains, formats, kinds
from noroshi.cli import FAILED
from noroshi.cli.common import language, node, note, print_grid
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import JST, SECOND, now, show
from noroshi.engine.mappings import load_toml
from noroshi.engine.recalls import expired
from noroshi.engine.settings import Settings, load_settings
from noroshi.engine.sharing import Sharings
from noroshi.formats import Finding, Hints
from noroshi.store import Query, Store

#: How many findings a terminal gets.
SHOWN = 100


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "format", help="Check as this format, whatever it looks like.  形式を指定")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Mapping file for a table (docs/mapping.md).",
)
@click.pass_context
def validate_command(
    ctx: click.Context,
    file: Path,
    format: str | None,
    form: str,
    as_json: bool,
    mapping: Path | None,
) -> None:
    """Check FILE: a verdict, and every finding with its place, severity and remedy.

    Nothing is kept. Exit code 0 if it passes, 1 if it fails. With boundaries imported
    (`noroshi places import`), points outside their municipality are found as well.
    """
    home: Path = ctx.find_root().obj
    settings = load_settings(home)
    if file.stat().st_size > settings.limits.message_bytes:
        findings = [Finding("error", file.name, "larger than limits.message_bytes")]
    else:
        hints = Hints(
            name=file.name,
            received=now(),
            mapping=None if mapping is None else load_toml(mapping),
            limits=settings.limits,
        )
        if (home / "noroshi.db").exists():
            hints = _with_places(hints, node(ctx))
        findings = formats.validate(file.read_bytes(), hints, format)
    failed = any(one.severity == "error" for one in findings)
    verdict = "fail" if failed else "pass"
    if form == "json" or as_json:
        click.echo(msgspec.json.encode({"verdict": verdict, "findings": findings}).decode())
    else:
        errors = sum(one.severity == "error" for one in findings)
        click.echo(f"{verdict}: {file}: {errors} errors, {len(findings) - errors} warnings")
        if findings:
            first = sorted(findings, key=lambda one: one.severity != "error")[:SHOWN]
            rows = [[one.severity, one.where, one.what, one.remedy] for one in first]
            print_grid(["severity", "where", "what", "remedy"], rows)
        if len(findings) > SHOWN:
            note(f"{SHOWN} of {len(findings)} shown; --format json has them all")
    ctx.exit(FAILED if failed else 0)


def _with_places(hints: Hints, store: Store) -> Hints:
    """`hints` that also know municipalities by position and name, where they were imported."""
    found = list(store.places())
    named = {one.area: one.name for one in found}
    shaped = [one for one in found if one.geometry is not None]
    if not shaped:
        return hints
    from noroshi.formats.boundaries.lookup import Municipalities

    return msgspec.structs.replace(
        hints, municipality=Municipalities(shaped).municipality, place_name=named.get
    )


@click.command("list")
@click.argument("what", type=click.Choice(["formats", "kinds", "capabilities"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
def list_command(what: str | None, as_json: bool) -> None:
    """Formats, kinds and capabilities of this installation."""
    ja = language() == "ja"
    for one in ("formats", "kinds", "capabilities") if what is None else (what,):
        rows = _LISTS[one]()
        if as_json:
            for row in rows:
                click.echo(msgspec.json.encode({"what": _ONE[one], **row}).decode())
            continue
        if what is None:
            click.echo(f"\n{one}")
        titles = [name for name in rows[0] if name not in (("en",) if ja else ("ja",))]
        print_grid(titles, [[str(row[name]) for name in titles] for row in rows])


def _formats() -> list[dict[str, str]]:
    rows = [
        {"name": one.name.replace("_", "-"), "en": one.en, "ja": one.ja,
         "does": ", ".join(verb for verb in ("read", "write", "validate") if getattr(one, verb))}
        for one in formats.all_formats().values()
    ]  # fmt: skip
    for row in rows:
        if row["name"] in ("geojson", "csv"):
            row["does"] += ", write"
    return [
        *rows,
        {"name": "jsonl", "en": "JSON lines", "ja": "JSON Lines", "does": "write"},
        {"name": "geoparquet", "en": "GeoParquet", "ja": "GeoParquet", "does": "write"},
    ]


def _kinds() -> list[dict[str, str]]:
    return [
        {"name": one.name, "en": one.en, "ja": one.ja, "layer": one.layer}
        for one in kinds.all_kinds().values()
    ]


def _capabilities() -> list[dict[str, str]]:
    return [
        {"name": name, "en": one.title, "ja": one.title_ja,
         "consumes": ", ".join(one.consumes), "produces": ", ".join(one.produces)}
        if not isinstance(one, domains.Broken)
        else {"name": name, "en": f"broken: {one.error}", "ja": f"故障: {one.error}",
              "consumes": "", "produces": ""}
        for name, one in domains.all_capabilities().items()
    ]  # fmt: skip


_ONE = {"formats": "format", "kinds": "kind", "capabilities": "capability"}
_LISTS = {"formats": _formats, "kinds": _kinds, "capabilities": _capabilities}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
def doctor_command(ctx: click.Context, as_json: bool) -> None:
    """Check this node: installation, settings, store, capabilities, how products stand, what has
    no typed form yet.

    Exit code 1 if something is wrong.
    """
    home: Path = ctx.find_root().obj
    problems: list[str] = []
    settings = Settings()
    try:
        settings = load_settings(home)
    except NoroshiError as error:
        problems.append(str(error))
    problems += _parameters(settings)
    problems += _line(settings)
    for name, one in domains.all_capabilities().items():
        if isinstance(one, domains.Broken):
            problems.append(f"capability {name}: {one.error}")
    for format in formats.all_formats().values():
        for path in filter(None, (format.read, format.write, format.validate)):
            try:
                formats.function(path)
            except Exception as error:  # whatever keeps it from loading is the finding
                problems.append(f"format {format.name}: {type(error).__name__}: {error}")
    report: dict[str, Any] = {
        "noroshi": __version__,
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "platform": platform.platform(terse=True),
        "home": str(home),
    }
    if home.exists() and not home.is_dir():
        problems.append(f"home {home} is not a folder")
    elif not (home / "noroshi.db").exists():
        report["store"] = "none yet; `noroshi ingest` makes it"
    else:
        store = node(ctx)
        problems += store.check()
        report |= store.counts(OPERATOR)
        report["waiting"] = len(store.waiting())
        report["untyped_bulletins"] = _untyped(store)
        report |= _products(home, store, problems)
        sharings = Sharings(store)
        if overdue := sum(1 for _ in expired(store, sharings)):
            report["personal_overdue"] = overdue
            problems.append(
                f"{overdue} messages of personal data are kept longer than agreed: "
                "a node that runs (`noroshi serve`) erases them within a minute"
            )
        if exchange := _exchange(home, store, problems):
            report["exchange"] = exchange
        if outputs := _outputs(home, store):
            report["outputs"] = outputs
    if (home / "people.db").exists():
        report["residents"] = _residents(home, settings, problems)
    report["problems"] = problems
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        for name, value in report.items():
            _print(name, value)
        click.echo("all is well" if not problems else f"{len(problems)} problems")
    ctx.exit(FAILED if problems else 0)


def _line(settings: Settings) -> list[str]:
    """What is wrong with the LINE account, if there is one."""
    from noroshi.channels.line.setup import problems

    return list(problems(settings))


def _residents(home: Path, settings: Settings, problems: list[str]) -> dict[str, Any]:
    """How many are in touch, and whether what is kept of them is encrypted."""
    from noroshi.channels.subscribers.counts import count_residents
    from noroshi.engine.people import open_people

    try:
        people = open_people(home, settings)
    except NoroshiError as error:
        problems.append(str(error))
        return {"encrypted": "not known"}
    found = count_residents(people)
    sealed = "yes" if people.vault.encrypts else "no: set [people] key_env before residents come"
    people.close()
    return {
        "contacts": sum(found.contacts.values()),
        "subscriptions": sum(found.subscriptions.values()), "encrypted": sealed,
    }  # fmt: skip


def _print(name: str, value: Any) -> None:
    if isinstance(value, dict):
        click.echo(f"{name}:")
        for key, one in value.items():
            click.echo(f"  {key:<40} {one}")
    elif isinstance(value, list):
        for one in value:
            note(f"  ! {one}")
    else:
        click.echo(f"{name:<18} {value}")


def _parameters(settings: Settings) -> list[str]:
    """What is wrong with the sections of settings that are about products."""
    from noroshi.engine.methods import Method

    found = []
    capabilities = domains.all_capabilities()
    for section, given in (("products", settings.products), ("release", settings.releases)):
        for name in sorted(given.keys() - capabilities.keys()):
            found.append(f'[{section}."{name}"]: there is no such product (`noroshi run --help`)')
    for name, params in settings.products.items():
        capability = capabilities.get(name)
        if capability is not None and not isinstance(capability, domains.Broken):
            try:
                Method.of(name, capability, params)
            except NoroshiError as error:
                found.append(f"settings.toml: {error}")
    return found


def _products(home: Path, store: Store, problems: list[str]) -> dict[str, Any]:
    """How each product stood when the node last said so, and since when it has; what fails is a
    problem, unless it was computed since by a verb."""
    from noroshi.engine.products import Turn, is_behind
    from noroshi.engine.workshop import STANDINGS, read_standings

    standings = read_standings(home)
    if not standings:
        return {}
    turn = Turn(home)
    runs = not turn.take()
    if not runs:
        turn.give()
    told = show(int((home / STANDINGS).stat().st_mtime) * SECOND, JST)
    found = {}
    for name, one in standings.items():
        done = store.marked(f"product {name}")
        since = show(one.since or None, JST)
        over = not runs and done > one.cursor
        if one.failures and not over:
            problems.append(f"product {name} fails: {'; '.join(one.failures)}")
        state = "failing" if one.failures and one.state != "broken" else one.state
        found[name] = "idle, computed since by a verb" if over else state
        found[name] += f" since {since}" if since and not over else ""
        found[name] += f", last run {one.seconds:.2f} s" if one.ran else ", nothing to do yet"
    who = "a node runs" if runs else "no node runs on this home now"
    who += "; not all that came is computed yet" if is_behind(store) else ""
    return {"products_told": f"{told}; {who}", "products": found}


def _outputs(home: Path, store: Store) -> dict[str, str]:
    """Each output of the settings: when it was last written, and since when it fails."""
    from noroshi.channels.outputs import failing_mark, written_mark

    found = {}
    with contextlib.suppress(NoroshiError):  # wrong settings are told of already
        for name in load_settings(home).outputs:
            written = store.marked(written_mark(name))
            failing = store.marked(failing_mark(name))
            found[name] = f"written {show(written, JST)}" if written else "never written"
            found[name] += f"; fails since {show(failing, JST)}" if failing else ""
    return found


def _exchange(home: Path, store: Store, problems: list[str]) -> dict[str, str]:
    """How each peer stands, as far as files tell; what is wrong with identities is a problem."""
    from noroshi.engine.exchange import own_organisation
    from noroshi.engine.peers import Peers
    from noroshi.engine.trust import Trust

    try:
        trust = Trust(home)
        if trust.own is None:
            return {}
        own_organisation(home, load_settings(home))
        trust.signing(now())
        peers, serials = Peers(home).all(), trust.serials()
    except NoroshiError as error:
        problems.append(f"exchange: {error}")
        return {}
    _, _, due = store.exchange.counts()
    found = {trust.org: f"this node, serial {serials[trust.org]}; {due} messages wait"}
    for org, peer in peers.items():
        if org not in serials:
            problems.append(f"exchange: the identity of the peer {org} is not here")
            continue
        last = store.exchange.latest(org)
        found[org] = f"serial {serials[org]}, " + (
            f"stopped: {peer.stopped}" if peer.stopped else
            f"last sent {show(last, JST)}" if last else "nothing came yet"
        )  # fmt: skip
    if (trust.folder / "root.pem").exists():
        found["root.pem"] = "is still in this home: move it offline (docs/keys.md)"
    return found


def _untyped(store: Store) -> dict[str, int]:
    """Bulletins in the picture whose telegram has no typed form yet, by product."""
    moment = now()
    found: dict[str, int] = {}
    for mode in Mode:
        wanted = Query(OPERATOR, moment, moment, "disaster.bulletin", mode, lapsed=True)
        for version in store.picture(wanted):
            fields = version.fields()
            if fields.get("typed") is False:
                found[fields["product"]] = found.get(fields["product"], 0) + 1
    return dict(sorted(found.items()))


@click.command("new")
@click.argument("name", metavar="FIELD/NAME")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write it (default: this installation's source).",
)
def new_command(name: str, root: Path | None) -> None:
    """Write the folder of a new capability, e.g. health/bed_need, that passes its tests."""
    from noroshi.domains.scaffold import write_capability

    for path in write_capability(root or Path(domains.__file__).parent, name):
        click.echo(str(path))
