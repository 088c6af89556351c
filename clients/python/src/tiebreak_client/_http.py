"""HTTP with the standard library: one place for retries, tokens and errors."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, TypeVar, Union

from ._errors import ApiError, NotReachable, TiebreakError

#: Answers that may be different a moment later.
_PASSING = frozenset({429, 502, 503, 504})
# Answers of the server itself, before it began.
_NOT_BEGUN = frozenset({429, 503})
# What of an answer is kept in memory, in bytes.
_IN_MEMORY = 8 << 20
#: The longest pause between two attempts, in seconds.
_LONGEST_PAUSE = 20.0

Taken = TypeVar("Taken")
Parameters = Mapping[str, Union[str, int, bool, None]]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is for the server that it was made for, and for no other."""

    def redirect_request(self, *_arguments: Any, **_keywords: Any) -> None:
        return None


class Connection:
    """A server, and how to speak to it."""

    def __init__(
        self,
        address: str,
        token: Optional[str],
        timeout: float,
        attempts: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise TiebreakError(f"{address!r} is no address of a server: write http://HOST:PORT")
        if parts.username or parts.password:
            raise TiebreakError("a password in the address would end up in logs: pass a token instead")
        self._base = address.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._attempts = max(1, attempts)
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirect())

    def json(
        self,
        method: str,
        path: str,
        parameters: Optional[Parameters] = None,
        body: Any = None,
        is_repeatable: bool = True,
    ) -> Any:
        """Sends JSON, if there is any to send, and reads the JSON of the answer."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        return self.told(path, self.send(method, path, parameters, data, headers, is_repeatable))

    def told(self, path: str, text: bytes) -> Any:
        """The JSON of an answer; nothing where the answer is empty."""
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            raise TiebreakError(f"{path}: the answer is no JSON; is this a Tiebreak server?") from error

    def lines(self, path: str, parameters: Optional[Parameters] = None) -> Iterator[bytes]:
        """The lines of an answer with their ends: within a quoted field these are data.

        The answer is taken whole before the first line is given, beyond some megabytes into a temporary file: a server
        hangs up on whoever takes nothing for long, and who works on a line is no such one.
        """
        request = self._request("GET", path, parameters, None, {"Accept-Encoding": "gzip"})
        response = self._attempt(request, True, self._timeout, lambda response: response)
        is_packed = response.headers.get("Content-Encoding", "") == "gzip"
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as taken:
            try:
                with response:
                    shutil.copyfileobj(response, taken)
                taken.seek(0)
                # A packed answer that broke off is known by its end.
                for line in gzip.open(taken) if is_packed else taken:
                    yield line
            except (OSError, EOFError, http.client.HTTPException) as error:
                raise NotReachable(f"{path}: the connection broke while judgments arrived: {error}") from error

    def send(
        self,
        method: str,
        path: str,
        parameters: Optional[Parameters],
        data: Optional[bytes],
        headers: Dict[str, str],
        is_repeatable: bool = True,
        timeout: Optional[float] = None,
    ) -> bytes:
        """Sends a request, again where that is safe and may help, and gives back the whole answer.

        What is not repeatable is sent again only where the server said that it did nothing.
        """
        request = self._request(method, path, parameters, data, headers)
        return self._attempt(request, is_repeatable, timeout or self._timeout, _whole)

    def _attempt(
        self,
        request: urllib.request.Request,
        is_repeatable: bool,
        timeout: float,
        take: Callable[[Any], Taken],
    ) -> Taken:
        passing = _PASSING if is_repeatable else _NOT_BEGUN
        for attempt in range(1, self._attempts + 1):
            is_last = attempt == self._attempts
            try:
                return take(self._opener.open(request, timeout=timeout))
            except urllib.error.HTTPError as error:
                pause = _pause_asked(error) or _pause(attempt)
                told = _error_of(error)
                # A database may have been lost after it had done what it was asked.
                may_be_done = not is_repeatable and told.code == "unavailable"
                if error.code not in passing or is_last or may_be_done:
                    raise told from None
            except socket.timeout as error:
                # The request arrived, or urllib would say so in other words: what was sent is at work there, and sent
                # again it would stand behind itself.
                if is_last or not is_repeatable or request.data is not None:
                    raise NotReachable(
                        f"{self._base} did not answer within {timeout:g} s; it may still do what it was asked"
                    ) from error
                pause = _pause(attempt)
            except (OSError, http.client.HTTPException) as error:
                if is_last or not is_repeatable:
                    reason = getattr(error, "reason", error)
                    raise NotReachable(f"{self._base} cannot be reached: {reason}") from error
                pause = _pause(attempt)
            self._sleep(min(pause, _LONGEST_PAUSE))
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self,
        method: str,
        path: str,
        parameters: Optional[Parameters],
        data: Optional[bytes],
        headers: Dict[str, str],
    ) -> urllib.request.Request:
        given = {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in (parameters or {}).items()
            if value is not None
        }
        query = "?" + urllib.parse.urlencode(given) if given else ""
        request = urllib.request.Request(f"{self._base}{path}{query}", data=data, method=method)
        request.add_header("Accept", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        return request


def _whole(response: Any) -> bytes:
    with response:
        text: bytes = response.read()
        return text


def _pause(attempt: int) -> float:
    """Twice as long each time, and never in step with other clients."""
    return float(0.25 * 2 ** (attempt - 1) * (0.5 + random.random()))


def _pause_asked(error: urllib.error.HTTPError) -> Optional[float]:
    try:
        return float(error.headers.get("Retry-After", ""))
    except ValueError:
        return None


def _error_of(error: urllib.error.HTTPError) -> ApiError:
    with error:
        text = error.read(1 << 20)
    try:
        said = json.loads(text)
        return ApiError(error.code, str(said["code"]), str(said["message"]), said.get("hint"))
    except (ValueError, KeyError, TypeError):
        return ApiError(error.code, "system", f"the server answered {error.code} {error.reason}")
