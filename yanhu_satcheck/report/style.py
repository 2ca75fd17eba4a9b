"""How a state looks: its colour and its mark."""

from collections.abc import Mapping
from typing import NamedTuple

from yanhu_satcheck.terms import Status


class Look(NamedTuple):
    """Colour and mark of a state; the mark tells them apart where colour does not print."""

    key: str
    colour: str  # of text and outline
    pale: str  # behind text
    mark: str  # SVG path about the origin, 10 units wide


LOOKS: Mapping[Status | None, Look] = {
    Status.INCONSISTENT: Look("inconsistent", "#b42318", "#fdeceb", "M-5-5H5V5H-5Z"),
    Status.UNSUPPORTED: Look("unsupported", "#b85c00", "#fff1e0", "M0-6L6 5H-6Z"),
    Status.DOUBTFUL: Look("doubtful", "#8a6a00", "#fdf6d8", "M0-6.5L6.5 0L0 6.5L-6.5 0Z"),
    Status.UNASSESSABLE: Look(
        "unassessable",
        "#667085",
        "#f0f2f5",
        "M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z",
    ),
    None: Look(
        "consistent", "#1a6b42", "#e7f4ec", "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0-4.5 0Z"
    ),
}
