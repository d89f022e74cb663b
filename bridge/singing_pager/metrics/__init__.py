"""What the pager tells Prometheus about itself: prefix `bridge_`, base units, bounded labels."""

from singing_pager.core.figures import SEVERITIES, severity_label
from singing_pager.metrics.counts import ACCEPTED, Instruments

__all__ = ["ACCEPTED", "SEVERITIES", "Instruments", "severity_label"]
