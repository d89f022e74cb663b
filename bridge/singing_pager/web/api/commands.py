"""What people ask for, carried out at once and kept before it is answered."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request

from singing_pager.engine import Engine
from singing_pager.model import Command, Drop, Outcome
from singing_pager.sources.inbox import Keeper
from singing_pager.web.api.route import RefusalError
from singing_pager.web.api.views import moment

__all__ = ["Commands", "who"]

_NOBODY = "http"
"""Who asks when nobody says who."""

_WHY = {
    Drop.VOICES_FULL: "every voice is taken by something of at least the same priority; try again",
    Drop.NO_RULE: "no rule of the score gives it a sound",
    Drop.REFUSED: "the pager does not do that",
    Drop.INTERNAL: "a fault of the pager itself; its log has it",
}


class Commands:
    """Plays commands ahead of whatever waits, and brings what they change to disk.

    Args:
        engine: Plays them.
        keeper: Keeps them.
    """

    def __init__(self, engine: Engine, keeper: Keeper) -> None:
        self._engine = engine
        self._keeper = keeper

    async def do(self, command: Command, *, fine: Sequence[Drop] = (), allowed: Sequence[str] = ()) -> Outcome:
        """Carry out a command.

        Args:
            command: What is asked for.
            fine: Reasons to drop that are no refusal: it was so already.
            allowed: States in which an alert may be, for whoever asks it of another.

        Raises:
            RefusalError: It was not done.
            StoreError: It is done, and cannot be kept now.
        """
        outcome = self._engine.do(command)
        for drop in outcome.drops:
            if drop not in fine:
                raise self._refusal(command, drop, allowed)
        if outcome.entries:
            await self._keeper.committed()
        return outcome

    def _refusal(self, command: Command, drop: Drop, allowed: Sequence[str]) -> RefusalError:
        if drop is Drop.MUTED:
            until = moment(self._engine.core.controls.muted_until)
            return RefusalError(HTTPStatus.CONFLICT, f"the pager is muted until {until}; DELETE /api/mute ends that")
        if drop is Drop.NOT_ACTIVE:
            alert = self._engine.core.desk.alerts.get(getattr(command, "fingerprint", ""))
            if alert is None:
                said = "no alert with this fingerprint is active; GET /api/alerts lists those that are"
                return RefusalError(HTTPStatus.NOT_FOUND, said)
            said = f"the alert is {alert.state}; allowed: {', '.join(allowed)}"
            return RefusalError(HTTPStatus.CONFLICT, said, allowed)
        status = HTTPStatus.SERVICE_UNAVAILABLE if drop is Drop.INTERNAL else HTTPStatus.CONFLICT
        return RefusalError(status, _WHY.get(drop, f"it was dropped: {drop}"))


def who(request: Request, said: str = "") -> str:
    """Who asks: what the request says, else the name of its token."""
    return said.strip() or str(request.scope.get("state", {}).get("user") or _NOBODY)
