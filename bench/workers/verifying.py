"""The floor of the sign-in case: nothing but Argon2 verifications on some threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from argon2 import PasswordHasher
from harness.measuring import timed
from harness.workers import answer_questions


class Floor:
    """Verifies one hash again and again."""

    def answer(self, act: str, **details: Any) -> Any:
        """Answer a question of the case."""
        return getattr(self, act)(**details)

    def open(self, hash: str, threads: int) -> None:
        """Take the hash, whose parameters are those of the settings, and start the threads."""
        from tongban.demo.accounts import DEMO_PHRASE

        self._hash, self._password = hash, DEMO_PHRASE
        self._threads = ThreadPoolExecutor(threads)

    def verify(self, times: int) -> dict[str, float]:
        """Verify so many times and return the seconds of CPU and wall for all of them."""
        return timed(lambda: self._verify_all(times))._asdict()

    def _verify_all(self, times: int) -> None:
        verify = PasswordHasher().verify
        jobs = [self._threads.submit(verify, self._hash, self._password) for _ in range(times)]
        for job in jobs:
            job.result()


answer_questions(Floor().answer)
