"""Identity numbers in free words: found by their shape and date, and covered before anything is kept.

Nobody needs one to report a broken lamp. Source: GB/T 35273-2020 5.2 (no more than is needed).
"""

from __future__ import annotations

import re
from datetime import date

_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx](?![0-9A-Za-z])")
_SHOWN_BEFORE, _SHOWN_AFTER = 3, 2


def cover(text: str) -> tuple[str, int]:
    """The text with every identity number starred out but for its ends, and how many there were."""
    plain, covered, count = text.translate(_WIDE), text, 0
    for found in _NUMBER.finditer(plain):
        if _is_identity(found.group()):
            start, end = found.start() + _SHOWN_BEFORE, found.end() - _SHOWN_AFTER
            covered = f"{covered[:start]}{'*' * (end - start)}{covered[end:]}"
            count += 1
    return covered, count


def has_identity_number(text: str) -> bool:
    """Whether an identity number stands in the text."""
    return cover(text)[1] > 0


def _is_identity(found: str) -> bool:
    """Whether the middle is a day of the calendar; the check digit is not asked, for a mistyped one is private too."""
    digits = found.replace(" ", "").replace("-", "")
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    return True
