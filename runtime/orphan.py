"""Worker processes that end with the process that started them, however that one ended."""

from __future__ import annotations

import os
import threading
import time


def exit_with_parent() -> None:
    """Watch the parent from a thread; when it is gone, killed perhaps, leave at once.

    Otherwise a worker of a killed run would go on writing beside the run that continues it.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.25)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
