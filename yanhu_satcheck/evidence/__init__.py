"""What was measured about each polygon, and what it stands beside. Rules read this alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.batch import Approval, Batch, IssuedPolygon, Licence
from yanhu_satcheck.batch import Blacklisted as Blacklisted  # rules take these four from here
from yanhu_satcheck.batch import LedgerRow as LedgerRow
from yanhu_satcheck.batch import Patrol as Patrol
from yanhu_satcheck.batch import Submission as Submission
from yanhu_satcheck.evidence.photographs import DatumShift as DatumShift
from yanhu_satcheck.evidence.photographs import EarlierTwin as EarlierTwin
from yanhu_satcheck.evidence.photographs import PairAnswer as PairAnswer
from yanhu_satcheck.evidence.photographs import PairCell as PairCell
from yanhu_satcheck.evidence.photographs import PhotoEvidence as PhotoEvidence
from yanhu_satcheck.evidence.photographs import PhotoGroup as PhotoGroup
from yanhu_satcheck.evidence.photographs import PhotoPlace as PhotoPlace
from yanhu_satcheck.evidence.photographs import Stand as Stand
from yanhu_satcheck.past import EarlierOverlap as EarlierOverlap  # and these three
from yanhu_satcheck.past import EarlierPhoto as EarlierPhoto
from yanhu_satcheck.past import EarlierPolygon as EarlierPolygon
from yanhu_satcheck.policy import Policy
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Breach, Call, Status, Words

NEIGHBOURS_M = 300.0
"""Polygons this near may be served by one honest view (contract, “What clears”)."""


class SceneView(NamedTuple):
    """How well one scene pair shows one polygon."""

    scene: str  # the pair's id
    before_date: date
    after_date: date
    coverage: float  # share of the polygon inside both images, 0–1
    clear_share: float  # share of the covered cells that can be looked at on both dates, 0–1
    n_px: float  # cells in the polygon, fractional at its edge
    cell_m: float
    bands: tuple[str, ...]
    shift_px: Measured | None  # length of the shift between the dates
    refused: Words | None  # why the pair could not be registered
    mask_estimated: bool  # cloud and shadow were guessed from the pixels
    later_refused: tuple[Words, ...] = ()  # follow-up images that could not be used, and why
    borrowed: Words | None = None  # whose shift was taken, where its own windows were too few


class ChangeEvidence(NamedTuple):
    """How the ground changed between the dates, inside the polygon, over its clear cells only."""

    changed_share: Measured  # share of cells that changed more than ground like them did
    bare_before: Measured  # share of bare ground
    bare_after: Measured
    bare_gain: Measured  # share newly bare, beyond what ground like it gained elsewhere
    green_loss: Measured  # share that lost its green, beyond the same
    green_gain: Measured
    brightness: Measured  # mean change of visible reflectance, relative, beyond the same
    growth_share: Measured  # newly bare share of what was not bare before
    others: Mapping[str, Measured] = {}  # indices before and after, texture: for the record


class TerrainEvidence(NamedTuple):
    """The relief the polygon lies on, and how it changed. `None` = not measured."""

    slope_deg: Measured | None = None  # before, median
    position: Measured | None = None  # height above the surroundings, metres: valley < 0 < ridge
    cut_m3: Measured | None = None
    fill_m3: Measured | None = None
    net_m3: Measured | None = None
    detectable_m: float | None = None  # mean depth that would show here, 95 %
    others: Mapping[str, Measured] = {}


class Chance(NamedTuple):
    """How often like ground, left alone, changes as much. `p` is `None` where it cannot be told."""

    p: float | None
    exceedances: int
    places: int  # places of like ground that were tried
    effective: float  # how many of them are independent
    says: Words


class Cause(NamedTuple):
    """How much the evidence speaks for each cause: shares that add up to 1, and why."""

    shares: Mapping[str, float]  # mining, slide, flow, restoration, season, construction, …
    reasons: tuple[Words, ...] = ()  # the strongest first
    told: str | None = None  # the leading cause, where it leads enough; `None`: nobody can tell
    lacking: tuple[Words, ...] = ()  # 缺证据: what would have had a say and was not measured

    def of(self, cause: str) -> float:
        """The share of one cause; 0 for one that was not weighed."""
        return self.shares.get(cause, 0.0)


class LaterEvidence(NamedTuple):
    """How the ground of a polygon looked at a follow-up date, over its clear cells."""

    date: date
    clear_share: float
    bare: Measured  # share of bare ground then
    still_bare: Measured | None  # share of what was newly bare that is bare then too
    growth: Measured  # share bare then that was bare at neither date before
    green: Measured  # share of green ground then


class OutsideEvidence(NamedTuple):
    """The part of a polygon outside every licence in force, beyond all error of position."""

    area_m2: float
    share: float  # of the polygon
    margin_m: float  # how far outside a licence ground must lie to be sure of it, 95 %
    permits: tuple[str, ...]  # the licences held against it, by number
    change: ChangeEvidence | None = None
    terrain: TerrainEvidence | None = None
    chance: Chance | None = None
    cause: Cause | None = None


class Measurement(NamedTuple):
    """All that `measure` says of one polygon. `None` = not measured, never 0."""

    polygon_id: str
    scene: SceneView | None = None
    change: ChangeEvidence | None = None
    terrain: TerrainEvidence | None = None
    chance: Chance | None = None
    cause: Cause | None = None
    later: tuple[LaterEvidence, ...] = ()  # by date
    outside: OutsideEvidence | None = None  # `None`: no licence reaches it, or nothing lies outside


class Chip(NamedTuple):
    """A small picture for the pages, in a scratch folder, named by the hash of what made it."""

    polygon_id: str
    kind: str  # before, after, change, relief
    path: Path
    date: date | None
    width: int
    height: int
    metres: float  # ground width of the picture
    outline: tuple[tuple[tuple[float, float], ...], ...]  # rings of the polygon, in its pixels
    caption: Words


class Overlap(NamedTuple):
    """Two polygons of one batch that share ground."""

    polygon_ids: tuple[str, str]
    area_m2: float
    share: float  # of the smaller
    sliver: bool  # nowhere wider than digitising
    family: bool  # parent and child, or children of one parent


class TextTwin(NamedTuple):
    """Two filings about mines whose field descriptions are nearly the same."""

    polygon_ids: tuple[str, str]
    share: float  # 0–1, names, numbers and dates masked
    length: int  # characters of the shorter, masked


class LicenceLink(NamedTuple):
    """A licence that reaches a polygon or that its filing names."""

    permit: Licence
    share_inside: float | None  # of the polygon; `None`: the licence has no usable outline
    named: bool  # the filing names it


class ApprovalLink(NamedTuple):
    """A plan or project that reaches a polygon or that its filing names."""

    table: str  # restoration or projects
    approval: Approval
    share_inside: float | None
    named: bool


@dataclass(frozen=True, slots=True)
class Relations:
    """How polygons, photographs and papers stand to one another in place."""

    overlaps: tuple[Overlap, ...] = ()
    # Pairs of polygons, each sorted, that overlap, lie within 300 m or are of one family.
    neighbours: frozenset[tuple[str, str]] = frozenset()
    licences: Mapping[str, tuple[LicenceLink, ...]] = field(default_factory=dict)
    approvals: Mapping[str, tuple[ApprovalLink, ...]] = field(default_factory=dict)
    hazards: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)  # ref, m
    licensed_share: Mapping[str, float] = field(default_factory=dict)  # by licences in force
    approved_share: Mapping[str, float] = field(default_factory=dict)  # by projects in force
    area_m2: Mapping[str, float] = field(default_factory=dict)  # geodesic, of the drawn outline
    earlier: Mapping[str, tuple[EarlierOverlap, ...]] = field(default_factory=dict)
    contradicted: tuple[EarlierPolygon, ...] = ()  # by earlier audits; by batch, then number
    issued_before: tuple[EarlierPolygon, ...] = ()  # bare of outlines and findings; so, too
    looked_before: frozenset[tuple[str, str]] = frozenset()  # by earlier look-backs: batch, number


@dataclass(frozen=True, slots=True)
class Case:
    """All the evidence about one issued polygon. `None` means nobody could measure it."""

    polygon: IssuedPolygon
    filing: Submission | None = None  # `None`: the filing has no row for it
    scene: SceneView | None = None
    change: ChangeEvidence | None = None
    terrain: TerrainEvidence | None = None
    chance: Chance | None = None
    cause: Cause | None = None
    photos: tuple[PhotoEvidence, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()  # its rows of this batch
    licences: tuple[LicenceLink, ...] = ()
    approvals: tuple[ApprovalLink, ...] = ()
    hazards: tuple[tuple[str, float], ...] = ()
    licensed_share: float | None = None  # by licences in force at the after date; `None`: unknown
    approved_share: float | None = None
    drawn_area_m2: float | None = None
    earlier: tuple[EarlierOverlap, ...] = ()  # on its ground, by batch, then number
    later: tuple[LaterEvidence, ...] = ()
    outside: OutsideEvidence | None = None

    @property
    def polygon_id(self) -> str:
        """Its number, as the ledger and the pages show it."""
        return self.polygon.id

    @property
    def call(self) -> Call:
        """What the county filed; `UNFILLED` where there is no row."""
        return self.filing.call if self.filing else Call.UNFILLED

    @property
    def breach(self) -> Breach | None:
        """The sub-type of an `ILLEGAL` call."""
        return self.filing.breach if self.filing else None

    @property
    def after_date(self) -> date | None:
        """The date the polygon was seen at: its own, else the scene's."""
        return self.polygon.after_date or (self.scene.after_date if self.scene else None)

    @property
    def p_value(self) -> float | None:
        """Chance that like ground, left alone, changes as much."""
        return self.chance.p if self.chance else None


class Found(NamedTuple):
    """A finding of the first round, as far as a rule of the second may know it."""

    rule: str
    polygon_ids: tuple[str, ...]
    status: Status
    id: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All the cases of one batch, what links them, and what they are judged by."""

    batch: Batch
    cases: tuple[Case, ...] = field(repr=False)
    policy: Policy = field(default_factory=Policy)
    overlaps: tuple[Overlap, ...] = ()
    neighbours: frozenset[tuple[str, str]] = frozenset()
    photo_groups: tuple[PhotoGroup, ...] = ()
    loose_photos: tuple[PhotoEvidence, ...] = ()  # of no issued polygon, or in no index
    contradicted: tuple[EarlierPolygon, ...] = ()  # by earlier audits, and nobody refused it
    found: tuple[Found, ...] = ()
    datum_shifts: tuple[DatumShift, ...] = ()  # by datum, then device
    issued_before: tuple[EarlierPolygon, ...] = ()  # of every earlier batch; without their findings
    text_twins: tuple[TextTwin, ...] = ()  # filings about mines, by their polygons' numbers
    looked_before: frozenset[tuple[str, str]] = frozenset()  # by earlier look-backs: batch, number

    @property
    def not_supplied(self) -> frozenset[str]:
        """Tables, scenes, archive that the batch does not supply at all."""
        return self.batch.not_supplied

    @property
    def as_of(self) -> date:
        """The day that deadlines are judged at."""
        return self.batch.as_of

    def near(self, one: str, two: str) -> bool:
        """Whether two polygons are neighbours: a single view may honestly serve both."""
        return one == two or (min(one, two), max(one, two)) in self.neighbours
