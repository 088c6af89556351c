"""The client."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Type, Union

from ._errors import TiebreakError
from ._http import Connection
from ._types import ImportReport, Invitation, Project, Refusal

if TYPE_CHECKING:
    import datasets
    import pandas

#: Formats whose export is a table of comma-separated values; all others are JSON, one row a line.
TABLES = frozenset({"csv", "answers", "videoalign", "arena-one-hot", "autoarena"})
#: Formats whose rows stand in one JSON array, still one a line.
ARRAYS = frozenset({"label-studio", "unified-reward", "video-dpo"})
#: Columns of these tables that are numbers; every other one is text, as the people and models wrote it.
NUMBERS = frozenset(
    {
        "revision", "rubric_version", "recorded_at", "shown_at", "first_input_at", "submitted_at",
        "active_ms", "idle_ms", "propensity",
    }
)  # fmt: skip
#: What :meth:`Client.pull` takes as a policy: a word of ``tiebreak export``, such as ``ties="drop"``.
Policy = Union[str, int, bool, None]


class Client:
    """A project behind ``tiebreak serve``.

    Args:
        address: such as ``http://127.0.0.1:7411``; the environment's ``TIEBREAK_ADDRESS`` if none.
        token: made by ``tiebreak token``; the environment's ``TIEBREAK_TOKEN`` if none.
        timeout: seconds that one answer may take.
        push_timeout: seconds that taking in one batch may take; it waits for imports that came before it.
        attempts: how often a request is sent before the server counts as out of reach.
    """

    def __init__(
        self,
        address: Optional[str] = None,
        token: Optional[str] = None,
        *,
        timeout: float = 60.0,
        push_timeout: float = 600.0,
        attempts: int = 5,
        _sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = address or os.environ.get("TIEBREAK_ADDRESS") or "http://127.0.0.1:7411"
        token = token or os.environ.get("TIEBREAK_TOKEN")
        self._sleep = _sleep
        self._push_timeout = push_timeout
        self._connection = Connection(address, token, timeout, attempts, _sleep)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        """Nothing is held open between requests."""

    def project(self) -> Project:
        """How the project stands now."""
        return Project.from_json(self._connection.json("GET", "/api/v1/project"))

    def push(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        name: Optional[str] = None,
        format: Optional[str] = None,
        labels_of: Optional[str] = None,
        makes_pairs: bool = False,
        batch: int = 5_000,
    ) -> ImportReport:
        """Adds items to judge. What the project has already is not doubled, so that sending again is safe.

        Args:
            rows: in any format that ``tiebreak import`` reads: ``prompt``, ``chosen``, ``rejected``;
                ``instruction``, ``response1``, ``response2``; …
            name: what the source of these items is called.
            format: the format's word; recognised by looking if none.
            labels_of: takes votes in the rows in as those of a past annotator of this name.
            makes_pairs: makes an item of every two candidates of a row with more than two.
            batch: how many rows go in one request.
        """
        if batch < 1:
            raise TiebreakError("a batch is of one row at least")
        reports: List[ImportReport] = []
        first = 0
        for lines in _batches(rows, batch):
            parameters = {"name": name, "format": format, "labels_of": labels_of, "pairs": makes_pairs or None}
            reports.append(self._push(lines, parameters, first))
            first += len(lines)
        refused = tuple(refusal for report in reports for refusal in report.refused)
        return ImportReport(
            added=sum(report.added for report in reports),
            known=sum(report.known for report in reports),
            refused=refused,
            refused_count=sum(report.refused_count for report in reports),
            raw={"batches": [report.raw for report in reports]},
        )

    def _push(self, lines: List[bytes], parameters: Mapping[str, Policy], first: int) -> ImportReport:
        body = gzip.compress(b"".join(lines), compresslevel=3)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        path = "/api/v1/items"
        answer = self._connection.send("POST", path, parameters, body, headers, timeout=self._push_timeout)
        told: Dict[str, Any] = self._connection.told(path, answer)
        problems = told.get("problems", [])
        refused = tuple(Refusal(first + problem["line"], problem["reason"]) for problem in problems)
        return ImportReport(told["items_added"], told["items_known"], refused, told["rows_refused"], told)

    def pull(
        self, format: str = "csv", *, since: Optional[int] = None, **policies: Policy
    ) -> Iterator[Dict[str, Any]]:
        """The judgments so far, row by row as they arrive, in a format of ``tiebreak export``.

        What becomes of ties, of pairs in which both are bad, of strength and of several judgments of one item is
        never assumed: formats for training ask for it, as ``ties="drop"``, ``both_bad="drop"``,
        ``strength="ignore"``, ``several="majority"``; the error says which is missing.

        Args:
            since: only items of which something was said after the judgment of this number, which was
                :attr:`Project.last_judgment` the time before.
        """
        parameters: Dict[str, Policy] = {"format": format, "since": since, **policies}
        lines = self._connection.lines("/api/v1/judgments", parameters)
        if format in TABLES:
            yield from _rows_of(lines)
        else:
            for line in lines:
                row = _element_of(line) if format in ARRAYS else line.strip()
                if row:
                    yield _row_of(row)

    def pull_pandas(
        self, format: str = "csv", *, since: Optional[int] = None, **policies: Policy
    ) -> "pandas.DataFrame":
        """The judgments so far as a table of pandas.

        In the tables of :data:`TABLES` the columns of :data:`NUMBERS` are numbers and all others are text, untouched:
        an answer "None" is not a missing one, and "007" is not 7.
        """
        import pandas

        parameters: Dict[str, Policy] = {"format": format, "since": since, **policies}
        if format not in TABLES:
            return pandas.DataFrame(list(self.pull(format, since=since, **policies)))
        whole = b"".join(self._connection.lines("/api/v1/judgments", parameters))
        table = pandas.read_csv(io.BytesIO(whole), dtype=str, keep_default_na=False)
        for column in NUMBERS.intersection(table.columns):
            table[column] = pandas.to_numeric(table[column].replace("", None))
        return table

    def pull_dataset(
        self, format: str = "trl-explicit", *, since: Optional[int] = None, **policies: Policy
    ) -> "datasets.Dataset":
        """The judgments so far as a data set that trainers take."""
        import datasets

        return datasets.Dataset.from_list(list(self.pull(format, since=since, **policies)))

    def wait_for(
        self,
        judgments: int,
        *,
        timeout: Optional[float] = None,
        every: float = 5.0,
    ) -> Project:
        """Waits until the project has so many judgments in force.

        Raises:
            TimeoutError: after ``timeout`` seconds; without a timeout it waits for as long as it takes.
        """
        waited = 0.0
        while True:
            project = self.project()
            if project.judged >= judgments:
                return project
            if timeout is not None and waited >= timeout:
                raise TimeoutError(f"{project.judged} of {judgments} judgments after {waited:.0f} s")
            pause = every if timeout is None else min(every, timeout - waited)
            self._sleep(pause)
            waited += max(pause, 1e-3)

    def invite(self, role: str = "annotator", *, name: Optional[str] = None) -> Invitation:
        """A link that lets one person in, once. Needs a token with the scope ``admin``."""
        body = {"role": role} if name is None else {"role": role, "name": name}
        told = self._connection.json("POST", "/api/v1/invitations", body=body, is_repeatable=False)
        return Invitation(told["link"], told["role"], told["expires_at"])

    def openapi(self) -> Dict[str, Any]:
        """The server's description of itself, as OpenAPI 3.1."""
        description: Dict[str, Any] = self._connection.json("GET", "/api/v1/openapi.json")
        return description


def _rows_of(lines: Iterator[bytes]) -> Iterator[Dict[str, Any]]:
    # A text may be longer than Python thinks that a field should be; it knows one limit for all tables.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    try:
        yield from csv.DictReader(line.decode() for line in lines)
    except (csv.Error, UnicodeDecodeError) as error:
        raise TiebreakError(f"the table cannot be read: {error}") from error


def _element_of(line: bytes) -> bytes:
    element = line.strip().removesuffix(b",")
    return b"" if element in (b"[", b"]", b"[]") else element


def _row_of(line: bytes) -> Dict[str, Any]:
    try:
        row: Dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise TiebreakError(f"a row is no JSON: {error}; is this a Tiebreak server?") from error
    return row


def _batches(rows: Iterable[Mapping[str, Any]], size: int) -> Iterator[List[bytes]]:
    batch: List[bytes] = []
    for number, row in enumerate(rows, 1):
        try:
            line = json.dumps(dict(row), ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise TiebreakError(f"row {number} cannot be written as JSON: {error}") from error
        batch.append(line.encode() + b"\n")
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
