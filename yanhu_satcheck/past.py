"""What earlier batches can be asked: who was there, with which call, and what was found.

*Earlier* than a batch are those whose id sorts before its own, each in its newest revision. Its own
stored copy and later ones are never among them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Camera, IssuedPolygon, LedgerRow
from yanhu_satcheck.terms import Breach, Call, Status, Words, fold

ACCEPTED, REFUSED = "采纳", "不采纳"
"""The answers by which a named person agrees with a finding, or sets it aside."""
SLIVER_M = 2.0
"""Two outlines of one edge differ by this much when drawn by two hands."""


class Kept(NamedTuple):
    """One stored revision of a batch. `head` is the archive's chain as it stood with it."""

    batch: str
    revision: int  # 1 for the first copy of a batch
    head: str


class ArchiveUsed(NamedTuple):
    """Which archive an audit was given, and which of its revisions it could see."""

    file: str  # from OUT to the archive, so that both may move together; never an absolute path
    seen: tuple[Kept, ...] = ()  # by batch; where there is none, it counts as no archive


class Answer(NamedTuple):
    """What a named person answered in the ledger to a polygon or a finding."""

    kind: str  # polygon, finding
    about: str  # the polygon's number or the finding's id
    opinion: str
    by: str
    on: str  # as it stands there, ISO where it is a date


class EarlierFinding(NamedTuple):
    """What an earlier audit found, and what was answered to it."""

    id: str
    rule: str
    status: Status
    message: Words
    suppressed: bool
    opinion: str  # the answer to the finding, else to the polygon; "" where nobody answered

    @property
    def stands(self) -> bool:
        """Whether it still counts: not suppressed, and not answered 不采纳."""
        return not self.suppressed and self.opinion != REFUSED

    @property
    def accepted(self) -> bool:
        """Whether a reviewer agreed with it."""
        return self.opinion == ACCEPTED

    @property
    def contradicts(self) -> bool:
        """Whether it says that the filing is wrong, and still counts."""
        return self.stands and self.status is Status.INCONSISTENT


@dataclass(frozen=True, slots=True)
class EarlierPolygon:
    """One polygon of an earlier batch, as it was filed, judged and put right."""

    batch: str
    polygon_id: str
    key: str  # its number folded, for matching
    lonlat: BaseGeometry | None  # its outline in CGCS2000 degrees, longitude first
    call: Call
    breach: Breach | None = None
    legality: str = ""  # the call as written
    filed_date: date | None = None
    after_date: date | None = None
    permit_no: str = ""
    approval_no: str = ""
    restoration_plan_no: str = ""
    prev_polygon_id: str = ""
    parent_polygon_id: str = ""
    findings: tuple[EarlierFinding, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()  # what any ledger known says of it, oldest first
    opinion: str = ""  # what was answered to the polygon as a whole
    bare_after: float | None = None  # share of bare ground at its later image, as measured then
    field_description: str = ""

    @property
    def status(self) -> Status | None:
        """The worst of its findings that stand; `None` is 一致."""
        return max((one.status for one in self.findings if one.stands), default=None)

    @property
    def contradicted(self) -> tuple[EarlierFinding, ...]:
        """Its `inconsistent` findings that stand."""
        return tuple(one for one in self.findings if one.contradicts)


class EarlierOverlap(NamedTuple):
    """An earlier polygon on the same ground."""

    polygon: EarlierPolygon
    area_m2: float
    share: float  # of the smaller of the two
    sliver: bool  # nowhere wider than two hands draw one edge
    family: bool = False  # parent or child of the polygon here, as `relate` knows


class EarlierPhoto(NamedTuple):
    """A photograph of an earlier batch that is like one at hand."""

    batch: str
    id: str
    polygon_id: str | None
    sha256: str
    how: str  # file, pixels, fingerprint: the strongest that holds
    bits: int  # of 256 in which the fingerprints differ
    lonlat: tuple[float, float] | None  # degrees as declared then
    taken_at: datetime | None
    camera: Camera
    size: tuple[int, int] = (0, 0)  # width and height of the original; 0: not known


class KeptMarks(NamedTuple):
    """What is kept of a photograph so that an altered copy of it is found a year later."""

    sha256: str
    fingerprint: str = ""  # 256 bits, hex; "" where the picture is blank
    codebook: int | None = None  # by whose words its points are sorted; `None`: none were kept
    size: tuple[int, int] = (0, 0)  # width and height of the picture that they were taken at
    points: bytes = b""  # 12 bytes each
    template: bytes = b""  # what its device burns in, as `photos.template` packs it


Rings = tuple[tuple[tuple[float, float], ...], ...]


class KeptChip(NamedTuple):
    """A small picture of a polygon's ground, before or after, that OUT and the archive keep."""

    polygon_id: str
    kind: str  # before, after
    date: date | None
    width: int  # pixels
    height: int
    metres: float  # ground width
    outline: Rings  # of the polygon, in its pixels
    sha256: str  # of the JPEG


class Past(Protocol):
    """A memory of earlier batches. Every answer is sorted by batch, then number or path."""

    def earlier(self, batch_id: str) -> tuple[Kept, ...]:
        """Give the batches that sort before this one."""

    def overlapping(self, lonlat: BaseGeometry, before: str) -> tuple[EarlierOverlap, ...]:
        """Give the earlier polygons that share ground with an outline in CGCS2000 degrees."""

    def photos(
        self,
        before: str,
        sha256: str | None = None,
        pixel_hash: str | None = None,
        fingerprint: str | None = None,
    ) -> tuple[EarlierPhoto, ...]:
        """Give the earlier photographs with one of these marks; fingerprints up to 31 bits off."""

    def marks(self, before: str) -> tuple[KeptMarks, ...]:
        """Give what is kept of every earlier photograph, each file once, by its sha256."""

    def picture(self, sha256: str) -> bytes | None:
        """Give the reduced copy (JPEG) of the photograph with this hash, where one is kept."""

    def issued_before(self, before: str) -> tuple[EarlierPolygon, ...]:
        """Give every earlier polygon as it was issued and filed, bare of outline and findings."""

    def looked_again(self, before: str) -> frozenset[tuple[str, str]]:
        """Give what the look-backs of earlier batches cover, by folded batch and number."""

    def contradicted(self, before: str) -> tuple[EarlierPolygon, ...]:
        """Give the earlier polygons with an `inconsistent` finding that stands."""

    def polygon(self, batch: str, polygon_id: str, before: str) -> EarlierPolygon | None:
        """Give one polygon of an earlier batch, by its number as OUT wrote it."""

    def latest(self, key: str, before: str) -> str | None:
        """Give the latest earlier batch that issued a number, by its folded form."""

    def chips(self, batch: str, polygon_id: str, before: str) -> tuple[KeptChip, ...]:
        """Give the pictures kept of a polygon of an earlier batch, by date and kind."""

    def chip(self, sha256: str) -> bytes | None:
        """Give the JPEG of a kept picture."""


def kin(here: IssuedPolygon, earlier: EarlierPolygon, formers: Iterable[EarlierPolygon]) -> bool:
    """Whether an earlier polygon is the parent or a child of one issued here.

    A polygon goes by its own number and by the one it had before (上期图斑号); `formers` are the
    earlier polygons on its ground, among which the one that it was is looked for.
    """
    mine = {here.key, fold(here.prev_polygon_id)} - {""}
    theirs = {earlier.key, fold(earlier.prev_polygon_id)} - {""}
    parents = {fold(here.parent_polygon_id)}
    parents |= {fold(one.parent_polygon_id) for one in formers if one.key in mine}
    return bool(theirs & (parents - {""})) or fold(earlier.parent_polygon_id) in mine


def is_sliver(ground: BaseGeometry) -> bool:
    """Whether shared ground, in metres, is nowhere wider than two hands draw one edge."""
    return bool(shapely.buffer(ground, -SLIVER_M / 2).is_empty)


def polygons_of(outline: BaseGeometry | None) -> BaseGeometry | None:
    """Keep an outline's polygons, flat, as one multipolygon; `None` where there is none."""
    if outline is None:
        return None
    parts: Iterable[BaseGeometry] = shapely.get_parts(shapely.force_2d(outline))
    kept = [one for one in parts if isinstance(one, shapely.Polygon) and not one.is_empty]
    return shapely.MultiPolygon(kept) if kept else None


def outline_hash(outline: BaseGeometry | None) -> str | None:
    """Mark an outline so that the layer which carries it can be held to it."""
    flat = polygons_of(outline)
    if flat is None:
        return None
    return sha256(shapely.to_wkb(shapely.normalize(flat), byte_order=1)).hexdigest()
