"""The command `singing-pager`."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from singing_pager import __version__, config, instruments, score
from singing_pager.cli.faults import faults_told
from singing_pager.cli.journal import journal
from singing_pager.cli.sound import demo, listen, render, replay
from singing_pager.cli.token import token

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="singing-pager")
def main() -> None:
    """Hear your systems: alerts and metrics in, sound out."""


def _all_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a flag for every setting."""
    for setting in reversed(list(config.settings())):
        shown = f"{setting.help}  [env {setting.env}" + (f"; {setting.default}]" if setting.default else "]")
        command = click.option(setting.flag, setting.env, metavar="", help=shown)(command)
    short = "in short for --http-insecure true"
    return click.option("--insecure", "HTTP_INSECURE_", flag_value="true", help=short)(command)


_config_file = click.option(
    "--config", "file", type=click.Path(path_type=Path), envvar="CONFIG", help="settings in YAML"
)


@main.command()
@_config_file
@_all_settings
def run(file: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click gives what was written
    """Run the bridge."""
    _bridge(file, flags)


@main.command()
@click.argument("recording", type=click.Path(path_type=Path))
@_config_file
@_all_settings
def record(recording: Path, file: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click gives what was written
    """Run the bridge, and write every outcome to RECORDING (JSON lines; .gz compresses)."""
    _bridge(file, flags | {"RECORD": str(recording)})


def _bridge(file: Path | None, flags: dict[str, Any]) -> None:
    given = {name.upper().rstrip("_"): value for name, value in flags.items() if value is not None}
    with faults_told():
        settings = config.load(os.environ, given, file)
        logging.basicConfig(
            level=settings.log.level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(message)s"
        )
        # what Alembic sets up, and each question to Alertmanager, is nobody's news
        for library in ("alembic", "httpx"):
            logging.getLogger(library).setLevel(logging.WARNING)
        _run(settings)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Check a score: say every fault, or what it holds."""
    with faults_told():
        checked = score.load(file, instruments.load())
    click.echo(
        f"{file or 'default score'}: good; {len(checked.alerts)} rules for alerts, {len(checked.metrics)} for metrics, "
        f"{len(checked.quiet)} quiet hours, {len(checked.webhooks)} webhooks"
    )


def _run(settings: config.Config) -> None:
    from singing_pager import app  # noqa: PLC0415 - `check` and `--help` need no server

    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        asyncio.run(app.run(settings))
    else:
        uvloop.run(app.run(settings))


for command in (listen, demo, render, replay):
    main.add_command(command)
main.add_command(journal)
main.add_command(token)
