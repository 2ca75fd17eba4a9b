"""What photographs show: where each was taken, which are one picture, how two lie on each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.batch import Camera, Recorded
from yanhu_satcheck.past import EarlierPhoto, EarlierPolygon, KeptMarks
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words


class PhotoPlace(NamedTuple):
    """Where a photograph was taken, as its polygon lies from there. Metres and degrees."""

    distance_m: float  # from the polygon's outline; 0 inside
    error_m: float | None  # of the position, 95 %, as far as it is told; `None`: not told
    offset_m: tuple[float, float]  # east and north, from the polygon's nearest point
    datums: Mapping[str, float] = {}  # distance, were the position in a datum not declared
    datum_offsets: Mapping[str, tuple[float, float]] = {}  # offset, likewise
    repeats: int = 1  # photographs of the batch, minutes apart, at exactly this position
    own_m: float | None = None  # between the index's position and the file's own
    off_deg: float | None = None  # from the optical axis to the polygon's nearer edge; 0 on it
    half_view_deg: float = 0.0  # half of the angle that the picture shows across
    declination_deg: float | None = None  # added to a bearing from magnetic north; `None`: none
    reach_m: float | None = None  # how far a camera looking down sees; `None`: it does not
    datum: str = ""  # that its device writes, where it is recognised as another than declared


class DatumShift(NamedTuple):
    """Photographs of one device whose positions fit their polygons in a datum not declared."""

    crs: str  # GCJ02, BD09 or WGS84
    device: str  # maker, model and serial number; "" where they say none
    photos: tuple[str, ...]  # ids, sorted
    polygons: int
    before_m: float  # median distance from their polygons, as declared
    after_m: float  # the same, taken for that datum


@dataclass(frozen=True, slots=True)
class PhotoEvidence:
    """One evidence photograph as it really is, not as the form describes it."""

    id: str
    polygon_id: str | None
    sha256: str | None = None  # `None`: there is no file
    pixel_hash: str | None = None  # of the decoded, upright pixels; `None`: unreadable
    fingerprint: str | None = None  # 256-bit DCT, hex
    width: int | None = None
    height: int | None = None
    fault: Words | None = None
    listed: bool = True
    lonlat: tuple[float, float] | None = None  # degrees as declared; not moved
    distance_m: float | None = None  # from the polygon's edge; 0 inside
    azimuth: float | None = None
    azimuth_ref: str = ""
    taken_at: datetime | None = None
    taken_by: str = ""
    camera: Camera = Camera()
    has_exif: bool = False
    reduced: Path | None = None  # its reduced copy, in the scratch folder
    marks: KeptMarks | None = None  # by which a later batch finds it
    place: PhotoPlace | None = None  # `None`: its position or its polygon's is not known
    recorded: Recorded = Recorded()


class Stand(NamedTuple):
    """How two places lie from where the photographs of a group say that they were taken."""

    metres: float  # to the farther of the two; 0 inside both
    off_deg: float | None  # by which one lies outside the picture; 0 none; `None`: not told
    apart_m: float  # between the positions that the group's photographs name


class EarlierTwin(NamedTuple):
    """A photograph of an earlier batch that is one of ours, or looks like it."""

    photo: EarlierPhoto
    kind: str  # as its group's
    how: Words
    polygon: EarlierPolygon | None = None  # that it was filed for; `None`: for none
    metres: Mapping[str, float] = {}  # from the polygons issued here that show it; absent: unknown
    one_ground: frozenset[str] = frozenset()  # those that lie on its polygon, or are its family
    reduced: Path | None = None  # its reduced copy, in the scratch folder
    pair: "PairAnswer | None" = None  # how it lies on ours; `None`: known by its hash
    stands: Mapping[str, Stand] = {}  # its polygon and each issued here; absent: position unknown


class PairCell(NamedTuple):
    """One small square of a photograph, looked for in another that lies on it."""

    x: float  # its middle, pixels of the photograph it is drawn on
    y: float
    found: bool  # the other shows the same there, or a few pixels beside
    moved_px: float  # how far beside, by a photograph 1000 pixels long


class PairAnswer(NamedTuple):
    """What two photographs are to each other, and what that rests on."""

    kind: str  # copy, reshot, view, doubtful, place, unrelated, untold
    photos: tuple[str, str]  # ids
    how: Words  # the answer and its reason
    altered: tuple[Words, ...] = ()  # what was done to the one to make the other
    figures: Mapping[str, Measured] = {}
    mapping: tuple[float, ...] = ()  # 9 numbers by rows: the first's reduced pixels → the second's
    drawn_on: int = 1  # of which photograph, 0 or 1, the cells' pixels are
    cell_px: float = 0.0
    cells: tuple[PairCell, ...] = ()
    overlaid: Path | None = None  # both in one picture, as large as `drawn_on`; scratch folder

    @property
    def one_exposure(self) -> bool:
        """Whether the one was made from the other."""
        return self.kind in {"copy", "reshot"}


class PhotoGroup(NamedTuple):
    """Photographs that are one exposure, or one view that cannot be told from it."""

    # "exposure", "view" (same exposure or a fixed camera), "doubtful", "place" (another exposure)
    kind: str
    photos: tuple[str, ...]  # ids, sorted
    how: Words  # how they are alike and what was altered
    figures: Mapping[str, Measured] = {}
    earlier: tuple[EarlierTwin, ...] = ()  # by batch, then path
    pairs: tuple[PairAnswer, ...] = ()  # that the group was joined from, by their ids
    # Metres between the polygons issued here that it serves, each pair sorted; absent: unknown.
    apart: Mapping[tuple[str, str], float] = {}
    # How each such pair lies from where the picture was taken; absent: its position is unknown.
    stands: Mapping[tuple[str, str], Stand] = {}
    # Metres from where its files themselves record that they were taken to each polygon issued
    # here that it serves; empty where they record nothing or several places.
    recorded: Mapping[str, float] = {}
