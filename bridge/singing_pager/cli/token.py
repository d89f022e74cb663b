"""The command `token`: who may do what."""

import click

from singing_pager.cli.faults import faults_told

__all__ = ["token"]

# those of `web.access`, which is imported when it is needed: `--help` needs no server
_ROLES = ("send", "listen", "operate")


@click.group()
def token() -> None:
    """Tokens, by which the pager knows who asks."""


@token.command()
@click.option("--name", required=True, help="whose it is; the journal calls him so")
@click.option(
    "--role",
    "roles",
    type=click.Choice(_ROLES),
    multiple=True,
    required=True,
    help="send: alerts and values in; listen: everything that only reads; operate: that, and changes; again for more",
)
def create(name: str, roles: tuple[str, ...]) -> None:
    """Make a token: what its holder gives, and the line by which the pager knows it.

    The token is shown this once; the pager keeps its hash.
    """
    with faults_told():
        from singing_pager.web import auth  # noqa: PLC0415
        from singing_pager.web.access import Role  # noqa: PLC0415

        secret, line = auth.create(name, [Role(role) for role in roles])
    click.echo(f"token  {secret}")
    click.echo(f"line   {line}")
    click.echo("\nGive the token to its holder: it is not shown again. Put the line into AUTH_TOKENS or", err=True)
    click.echo("the file that AUTH_TOKENS_FILE names; a pager that runs reads the file on SIGHUP.", err=True)
