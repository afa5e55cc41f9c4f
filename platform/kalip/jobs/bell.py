"""Wakes the threads of this process that wait for work."""

import threading


class Bell:
    """Rung whenever there may be something to do. Who waits names the ring heard last, so that none is missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake whoever waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait for a ring after the one heard last, or some time; the ring heard now."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, seconds)
            return self._rings
