"""The one way in which short messages are handed over by HTTP (README.md); each channel that uses it is a folder.

This folder has no NAME: it is no channel, but what `sms/` and `messenger/` are made with.
"""

from engine.notices.http.gateway import Handover

__all__ = ["Handover"]
