"""What other modellers write: read exactly where it can be, said out loud where it cannot."""

from engine.processes.foreign.adapting import GIVES, RESULT, SHAPE, TAKES, adapt, language_of
from engine.processes.foreign.translating import is_foreign, translated
from engine.processes.foreign.vendors import meaning_of, vendor_attribute, zeebe_extension

__all__ = ["GIVES", "RESULT", "SHAPE", "TAKES", "adapt", "is_foreign", "language_of", "meaning_of", "translated",
           "vendor_attribute", "zeebe_extension"]
