"""The pure core: events in, outcomes out; time is an argument."""
