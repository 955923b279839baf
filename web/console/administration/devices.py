"""What a browser calls itself, in a word or two that people know."""

from __future__ import annotations

from flask_babel import gettext as _

_BROWSERS = (("MicroMessenger", "WeChat"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
             ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
            ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def device_of(text: str) -> str:
    """«Chrome · Windows»; the first words of what is no browser; a dash where nothing was said."""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    if browser and system:
        return f"{browser} · {system}"
    return browser or system or text[:30] or str(_("not known"))
