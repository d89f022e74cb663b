"""The HTTP surface: webhooks, health and metrics."""
