"""What the server tells, with types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Tuple


@dataclass(frozen=True)
class Annotator:
    """A person who judges."""

    id: int
    name: str
    #: Items that this person has judged.
    judged: int
    #: Items that this person has skipped.
    skipped: int


@dataclass(frozen=True)
class Project:
    """How the project stands."""

    name: str
    #: Items that take part.
    items: int
    #: Judgments in force, over all annotators.
    judged: int
    annotators: List[Annotator]
    #: The number of the last judgment, for ``since`` of the next pull; none where the token may not know.
    last_judgment: Optional[int]
    #: All that the server told, as it told it.
    raw: Mapping[str, Any]

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Project":
        """Reads what ``GET /api/v1/project`` answers."""
        annotators = [
            Annotator(person["id"], person["name"], person.get("judged", 0), person.get("skipped", 0))
            for person in told.get("annotators", [])
        ]
        judged = sum(annotator.judged for annotator in annotators)
        return cls(
            told["name"], told["active_items"], judged, annotators, told.get("last_judgment"), told
        )


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken in."""

    line: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What became of the items that were pushed."""

    #: Items that are new.
    added: int
    #: Items that the project had already.
    known: int
    #: Rows that could not be read, the first of them; the rest was taken in.
    refused: Tuple[Refusal, ...]
    #: How many could not be read.
    refused_count: int
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Invitation:
    """A link that lets one person in, once."""

    link: str
    role: str
    expires_at: int
