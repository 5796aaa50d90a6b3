"""The `noroshi` command. Modules with the work in them are imported when their verb is called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click

from noroshi import __version__

#: Verb → module, and one line for the overview, in both languages.
VERBS: dict[str, tuple[str, str]] = {
    "serve": ("noroshi.cli.serve", "Run the node: page, API, events.  ノードを動かす"),
    "ingest": ("noroshi.cli.write", "Take messages in.  電文・ファイルを取り込む"),
    "show": ("noroshi.cli.read", "The picture: true when, known when.  いまの状況を見る"),
    "history": ("noroshi.cli.read", "Every edition of one thing.  一つの記録の履歴"),
    "export": ("noroshi.cli.read", "Write the picture as a file.  ファイルに書き出す"),
    "run": ("noroshi.cli.products", "Compute a product over history.  プロダクトを算出する"),
    "explain": ("noroshi.cli.products", "Where a record comes from.  根拠をたどる"),
    "report": ("noroshi.cli.report", "Situation reports 第N報.  状況報告書"),
    "digest": ("noroshi.cli.digest", "A week of infectious diseases.  感染症の週次ダイジェスト"),
    "assess": ("noroshi.cli.assess", "Infections: risk assessments.  感染症リスク評価"),
    "alert": ("noroshi.cli.alert", "Alerts to the public: draft, issue.  緊急情報の発信"),
    "chat": ("noroshi.cli.chat", "The conversation with residents.  住民との会話"),
    "catalogue": ("noroshi.cli.catalogue", "What there is, from whom.  情報のカタログ"),
    "output": ("noroshi.cli.output", "Files for receivers: list, run.  他機関への定期出力"),
    "validate": ("noroshi.cli.check", "Check a file before sending it.  ファイルを検査する"),
    "messages": ("noroshi.cli.write", "What arrived, and its state.  受信した電文の一覧"),
    "drill": ("noroshi.cli.drill", "Exercises: a prefecture, scenarios.  訓練"),
    "replay": ("noroshi.cli.replay", "The past once more, as an exercise.  過去の再生"),
    "org": ("noroshi.cli.directory", "Organisations that take part.  組織"),
    "person": ("noroshi.cli.person", "People, roles, passwords.  利用者・役割"),
    "residents": ("noroshi.cli.residents", "Residents: counts, export, erase.  住民の登録"),
    "device": ("noroshi.cli.directory", "Devices of organisations.  機器"),
    "group": ("noroshi.cli.directory", "Groups such as responders.  グループ"),
    "token": ("noroshi.cli.token", "Who may send and read more.  送信・閲覧の許可証"),
    "label": ("noroshi.cli.label", "Sharing labels: who sees what.  共有範囲"),
    "recall": ("noroshi.cli.label", "Take a message back, everywhere.  電文を取り消す"),
    "relabel": ("noroshi.cli.label", "Share a message otherwise.  共有範囲を変える"),
    "peer": ("noroshi.cli.peer", "Other organisations' nodes.  他機関のノードとの交換"),
    "key": ("noroshi.cli.key", "Keys: show, rotate, revoke.  鍵の表示・更新・失効"),
    "audit": ("noroshi.cli.audit", "What was done, by whom.  監査記録"),
    "places": ("noroshi.cli.write", "Official boundaries and codes.  行政区域・地域コード"),
    "list": ("noroshi.cli.check", "Formats, kinds, capabilities.  形式・種別・機能の一覧"),
    "doctor": ("noroshi.cli.check", "Self-check of the node.  自己診断"),
    "new": ("noroshi.cli.check", "Scaffold of a capability.  新しい機能のひな型"),
}

OK, FAILED, USAGE, ERROR = 0, 1, 2, 3


class Verbs(click.Group):
    """A group that imports a verb only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = importlib.import_module(VERBS[name][0])
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, line) for name, (_, line) in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such verb {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done; 1 the input failed a check; 2 wrong usage; 3 it could not be done.",
)
@click.version_option(__version__, message="noroshi %(version)s")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="NOROSHI_HOME",
    help="The node's folder (default: NOROSHI_HOME, or ~/.noroshi).  ノードのフォルダ",
)
@click.pass_context
def noroshi(ctx: click.Context, home: Path | None) -> None:
    """Noroshi (狼煙): an open hub for information about threats.

    Real messages in, one timed picture out.  電文を集め、時刻のそろった一つの状況図に。
    """
    ctx.obj = (home or Path.home() / ".noroshi").expanduser()


def main() -> None:
    """Entry point: errors of the house become one clear line and an exit code."""
    from noroshi.core.errors import NoroshiError
    from noroshi.store import FAULTS

    try:
        # Not click's standalone mode: it would turn our errors and pipes into its own codes.
        with noroshi.make_context("noroshi", sys.argv[1:]) as context:
            noroshi.invoke(context)
            sys.stdout.flush()
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except NoroshiError as error:
        click.echo(f"noroshi: {error}", err=True)
        sys.exit(ERROR)
    except BrokenPipeError:
        # The reader of our output has gone (`noroshi show … | head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    except UnicodeEncodeError as error:
        click.echo(f"noroshi: text that cannot be kept: {error.object!r}", err=True)
        sys.exit(USAGE)
    except FAULTS as error:
        click.echo(f"noroshi: the store is damaged: {error}; restore a copy", err=True)
        sys.exit(ERROR)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"noroshi: {place}{error.strerror or error}", err=True)
        sys.exit(ERROR)
