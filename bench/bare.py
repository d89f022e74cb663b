"""The unavoidable: an ASGI server that parses a webhook body and sends one datagram. Baseline of bench/latency.py."""

import socket
import sys
from typing import Any

import msgspec
import uvicorn

Scope = dict[str, Any]


def application(osc_port: int) -> Any:  # noqa: ANN401 - an ASGI callable
    """Make the ASGI callable."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect(("127.0.0.1", osc_port))
    decoder = msgspec.json.Decoder()
    datagram = b"/alert\0\0,\0\0\0"

    async def app(_scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
        body = b""
        while True:
            event = await receive()
            body += event["body"]
            if not event.get("more_body"):
                break
        decoder.decode(body)
        udp.send(datagram)
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


if __name__ == "__main__":
    http_port, osc_port = (int(argument) for argument in sys.argv[1:3])
    uvicorn.run(
        application(osc_port),
        port=http_port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="error",
        access_log=False,
    )
