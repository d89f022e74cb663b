"""MQTT out: changes told to other programs, and what lamps and displays show."""

from singing_pager.sinks.mqtt.board import Board
from singing_pager.sinks.mqtt.changes import MqttSink, Publisher

__all__ = ["Board", "MqttSink", "Publisher"]
