"""Points at which a storm ends this process as a power cut would; where nothing is armed nobody dies."""

from __future__ import annotations

import os
import signal

VARIABLE = "WANGGE_FAILPOINTS"
_folder = os.environ.get(VARIABLE)


def failpoint(name: str) -> None:
    """Die here, when the folder that WANGGE_FAILPOINTS names holds a file of this name.

    Whoever removes the file dies, so each arming kills one process, once.
    """
    if _folder is None:
        return
    try:
        os.unlink(os.path.join(_folder, name))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
