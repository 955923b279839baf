"""Telling people: an outbox that delivers at least once, one channel a folder."""
