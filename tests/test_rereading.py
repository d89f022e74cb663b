"""The score, the tokens and the certificate, read again together."""

import ssl
from pathlib import Path

import pytest
from bridging import Bridge
from guarded import lines, tabs_of
from singing_pager.config import Auth, Http
from singing_pager.errors import BusyError, ConfigError
from singing_pager.web.auth import Tokens
from singing_pager.wiring.rereading import reread

SCORE = "alerts: [{match: {}, instrument: alert_info}]\n"


class House:
    """A bridge whose score, tokens and certificate are files, and what is in the files now."""

    def __init__(self, folder: Path, capacity: int = 100) -> None:
        self.bridge = Bridge(capacity, with_api=False)
        self.score, self.file = folder / "score.yaml", folder / "tokens"
        self.score.write_text(SCORE)
        self.file.write_text(lines()[0])
        self.tokens = Tokens(Auth(tokens_file=str(self.file)))
        self.tabs = tabs_of(self.bridge, self.tokens)
        self.before = self.bridge.engine.core.score
        self.file.write_text("\n".join(lines()))

    def reread(self, tls: ssl.SSLContext | None = None, http: Http | None = None) -> None:
        """Read everything again."""
        reread(self.bridge.engine, self.score, tokens=self.tokens, tabs=self.tabs, tls=tls, http=http or Http())

    def is_as_it_was(self) -> bool:
        """Whether neither the score nor the tokens are new."""
        return self.bridge.engine.core.score is self.before and len(self.tokens) == 1


def test_everything_is_read_again(tmp_path: Path) -> None:
    """What is in the files now holds."""
    house = House(tmp_path)
    house.reread()
    assert (1, 3) == (len(house.bridge.engine.core.score.alerts), len(house.tokens))


@pytest.mark.parametrize("fault", ["score", "tokens", "certificate", "inbox"])
def test_one_fault_keeps_everything_as_it_was(fault: str, tmp_path: Path) -> None:
    """Whatever cannot be read, nothing is half new."""
    house = House(tmp_path, capacity=0 if fault == "inbox" else 100)
    if fault == "score":
        house.score.write_text("alerts: wrong\n")
    if fault == "tokens":
        house.file.write_text("wrong\n")
    missing = str(tmp_path / "none")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if fault == "certificate" else None
    with pytest.raises(BusyError if fault == "inbox" else ConfigError):
        house.reread(tls, Http(cert_file=missing, key_file=missing))
    assert house.is_as_it_was()
