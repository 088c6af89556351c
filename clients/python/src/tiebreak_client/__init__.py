"""Collect preferences with Tiebreak from a training loop.

    from tiebreak_client import Client

    with Client("http://127.0.0.1:7411", token=TOKEN) as tiebreak:
        tiebreak.push(pairs, name="round 3")
        judgments = tiebreak.wait_for(200)
        train = tiebreak.pull_dataset("trl-explicit", ties="drop", both_bad="drop", strength="ignore")
"""

from ._client import Client
from ._errors import ApiError, NotReachable, TiebreakError
from ._types import Annotator, ImportReport, Invitation, Project, Refusal

__all__ = [
    "Annotator",
    "ApiError",
    "Client",
    "ImportReport",
    "Invitation",
    "NotReachable",
    "Project",
    "Refusal",
    "TiebreakError",
]
__version__ = "0.1.0"
