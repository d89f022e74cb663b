"""How OSC packets travel: datagrams, or a TCP stream in which an int32 length stands before each packet (OSC 1.0)."""

from singing_pager.sinks.transport.failure import Count, Failure
from singing_pager.sinks.transport.tcp import TcpDialled, TcpListening
from singing_pager.sinks.transport.udp import Udp

__all__ = ["Count", "Failure", "TcpDialled", "TcpListening", "Udp"]
