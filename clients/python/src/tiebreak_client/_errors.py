"""What can go wrong."""

from __future__ import annotations

from typing import Optional


class TiebreakError(Exception):
    """Anything that this package raises."""


class NotReachable(TiebreakError):
    """The server did not answer, after every attempt."""


class ApiError(TiebreakError):
    """The server answered that it will not, and why.

    Attributes:
        status: the HTTP status, such as 403.
        code: the server's word for the kind of fault, such as ``"denied"``.
        message: one sentence: what was wrong, and where.
        hint: what to do about it, where the server knows.
    """

    def __init__(self, status: int, code: str, message: str, hint: Optional[str] = None) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
