"""What runs in the engine's own process: `python -m singing_pager.sinks.sound.worker <end of a pipe>`."""

import signal
import sys
import traceback
from multiprocessing.connection import Connection

import msgspec

from singing_pager.sinks.sound.remote import Answer, Fault, Order
from singing_pager.synth.server import Server

__all__ = ["serve"]


def serve(pipe: Connection) -> None:
    """Do what is ordered until the other side hangs up."""
    orders = msgspec.msgpack.Decoder(Order)
    server = Server()
    while True:
        try:
            order = orders.decode(pipe.recv_bytes())
        except (EOFError, ConnectionError):
            return
        try:
            if order.fresh is not None:
                rate, channels = order.fresh
                server = Server(rate=rate, channels=channels)
            for packet in order.packets:
                server.receive(packet)
            answer: Answer | Fault = Answer(server.render(order.frames).tobytes(), dict(server.ignored))
        except Exception:  # noqa: BLE001 - told to the other side, which begins anew
            answer = Fault(traceback.format_exc())
        try:
            pipe.send_bytes(msgspec.msgpack.encode(answer))
        except ConnectionError:
            return


if __name__ == "__main__":
    # Ctrl-C reaches the whole group; this process ends when its bridge does
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Connection(int(sys.argv[1])) as pipe:
        serve(pipe)
