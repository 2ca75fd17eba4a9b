"""A quarter's batch as it was read: the issued polygons, the filing, the papers, the misreads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.scene import ElevationPair, ScenePair
from yanhu_satcheck.terms import Breach, Call, Words, fold

Cell = str | int | float | date | None
"""A cell of a county's table as it stands there; datetime is a date."""


@dataclass(frozen=True, slots=True)
class Misread:
    """Something in the batch that could not be read as meant: where, what, and what to do."""

    file: str  # path in the batch folder
    what: Words
    remedy: Words
    row: int | None = None  # as a spreadsheet counts: the first row is 1
    column: str | None = None
    rule: str = "DQ08"  # the rule that tells the auditor of it
    whole: bool = False  # nothing of the file could be used
    polygon_ids: tuple[str, ...] = ()  # issued polygons it touches, where that is known

    def __str__(self) -> str:
        where = f" row {self.row}" if self.row else ""
        column = f" {self.column}" if self.column else ""
        return f"{self.file}{where}{column}: {self.what.en}; {self.remedy.en}"


@dataclass(frozen=True, slots=True)
class IssuedPolygon:
    """One polygon (图斑) that the ministry issued in this batch."""

    id: str  # its number as written, trimmed; ~2, ~3 where a number is issued again
    key: str  # its number folded, for matching
    row: int
    footprint: BaseGeometry | None  # in the batch's CRS; `None`: there is none that can be used
    fault: Words | None = None  # what is wrong with the geometry as issued
    district_code: str = ""
    township: str = ""
    village: str = ""
    before_date: date | None = None
    after_date: date | None = None
    area_m2: float | None = None  # as issued on paper, not as drawn
    mark: str = ""
    prev_polygon_id: str = ""
    parent_polygon_id: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One row of the county's filing (填报表), with its own cells kept as they were."""

    polygon_id: str  # as written
    key: str
    row: int
    cells: tuple[Cell, ...]  # in the order of `Batch.filing_columns`
    legality: str  # as written; "" is blank
    call: Call
    breach: Breach | None = None
    subclass: str = ""
    permit_no: str = ""
    project_name: str = ""
    approval_no: str = ""
    field_description: str = ""
    field_date: date | None = None
    inspector: str = ""
    check_method: str = ""
    mining_method: str = ""
    mineral: str = ""
    filed_date: date | None = None
    reserves_check: str = ""
    extracted_volume_m3: float | None = None
    disaster_type: str = ""
    disaster_date: date | None = None
    disaster_ref: str = ""
    restoration_plan_no: str = ""
    unit: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Camera:
    """What took a photograph, by its own account."""

    make: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a photograph's file itself records of its taking; the index may say otherwise."""

    taken_at: datetime | None = None  # the camera's clock, wall time where it was set
    subsecond: str = ""  # digits behind the second, by which shots of one second differ
    satellite_at: datetime | None = None  # of the position, UTC
    lonlat: tuple[float, float] | None = None  # degrees, in the datum its app writes
    error_m: float | None = None  # of the position, by the receiver's own account, 68 %
    pitch: float | None = None  # degrees the optical axis points up; −90 straight down
    above_m: float | None = None  # height of a drone above where it took off
    editor: str = ""  # a program that retouches and that wrote the file last


@dataclass(frozen=True, slots=True)
class Photo:
    """One evidence photograph (举证照片): what the index and its EXIF say of it."""

    id: str  # its path below the photos folder, with forward slashes
    path: Path | None  # `None`: listed, but no such file
    polygon_id: str | None  # an issued polygon's id; `None`: it belongs to none
    listed: bool  # the index names it, or there is no index
    named_polygon: str = ""  # the polygon's number as the index or the name writes it
    fault: Words | None = None  # why it cannot be read
    taken_at: datetime | None = None  # wall time where it was taken
    lonlat: tuple[float, float] | None = None  # degrees, in the CRS the batch declares for photos
    azimuth: float | None = None  # degrees clockwise from north
    azimuth_ref: str = ""  # T true, M magnetic, "" not said
    taken_by: str = ""
    camera: Camera = Camera()
    focal_35mm: float | None = None
    has_exif: bool = False
    row: int | None = None  # its row of the index
    recorded: Recorded = Recorded()


@dataclass(frozen=True, slots=True)
class Licence:
    """One mining licence (采矿权): a space, a method, a mineral and a term."""

    permit_no: str
    key: str
    row: int
    footprint: BaseGeometry | None
    holder: str = ""
    mine_name: str = ""
    mineral: str = ""
    method: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    renewal_accepted: date | bool | None = None
    top_elev: float | None = None
    bottom_elev: float | None = None
    annual_capacity: float | None = None
    opening_reserves: float | None = None
    used_reserves: float | None = None
    reserve_changes: float | None = None
    closing_reserves: float | None = None
    density: float | None = None
    stripping_ratio: float | None = None
    position_sigma: float | None = None

    def valid_on(self, day: date | None) -> bool | None:
        """Whether it was in force on a day; an accepted renewal keeps it so. `None`: not known."""
        if day is None or (self.valid_from is None and self.valid_to is None):
            return None
        if self.valid_from is not None and day < self.valid_from:
            return False
        return self.valid_to is None or day <= self.valid_to or bool(self.renewal_accepted)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the county's rectification ledger (整治整改工作台账)."""

    polygon_id: str
    key: str
    row: int
    batch: str = ""
    problem: str = ""
    responsible_unit: str = ""
    measure: str = ""
    deadline: date | None = None
    extended_deadline: date | None = None
    source: str = ""
    responsible_person: str = ""
    status: str = ""
    closed: bool | None = None
    closed_date: date | None = None
    verifier: str = ""
    verify_date: date | None = None
    evidence_ref: str = ""
    transfer: str = ""  # 移送: to whom, when, by which number

    def open_on(self, day: date) -> bool:
        """Whether it was still open: a closing after the day does not count yet."""
        return not self.closed or (self.closed_date is not None and self.closed_date > day)

    @property
    def due_on(self) -> date | None:
        """Its deadline, the extended one where there is one."""
        return self.extended_deadline or self.deadline


@dataclass(frozen=True, slots=True)
class Hazard:
    """A registered geological hazard point (地质灾害点)."""

    ref: str
    type: str
    footprint: BaseGeometry | None
    row: int


@dataclass(frozen=True, slots=True)
class Approval:
    """An approved restoration plan or construction project: a place and a term."""

    ref: str
    key: str
    name: str
    valid_from: date | None
    valid_to: date | None
    footprint: BaseGeometry | None
    row: int


@dataclass(frozen=True, slots=True)
class Patrol:
    """One patrol: 区, 乡 or 村, a place, a day."""

    level: str
    place: str
    date: date | None
    row: int


@dataclass(frozen=True, slots=True)
class Blacklisted:
    """A firm or person on the blacklist, since when."""

    name: str
    since: date | None
    row: int


@dataclass(frozen=True, slots=True)
class Lookback:
    """One earlier polygon that somebody looked at again (回头看)."""

    polygon_id: str
    key: str
    batch: str
    date: date | None
    by: str
    row: int


@dataclass(frozen=True, slots=True)
class KeyArea:
    """A key area (重点区域) of the plan."""

    name: str
    kind: str
    footprint: BaseGeometry | None
    row: int


class Pardon(NamedTuple):
    """A finding that a named person accepted, why and until when (suppressions.toml)."""

    key: str  # the finding's id
    reason: str
    by: str
    until: date


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read, and the hash that proves which."""

    name: str  # path in the batch folder
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything a quarter's folder holds, read once."""

    id: str
    root: Path
    region: str
    period: tuple[date, date]
    as_of: date
    crs: str  # the working CRS, metres
    polygons: tuple[IssuedPolygon, ...] = field(repr=False)
    filing_columns: tuple[str, ...] = ()  # the filing's own headers, in its order
    submissions: tuple[Submission, ...] = field(default=(), repr=False)
    photos: tuple[Photo, ...] = field(default=(), repr=False)
    photo_crs: str = "WGS84"
    permits: tuple[Licence, ...] = field(default=(), repr=False)
    ledger: tuple[LedgerRow, ...] = field(default=(), repr=False)
    hazards: tuple[Hazard, ...] = field(default=(), repr=False)
    restoration: tuple[Approval, ...] = field(default=(), repr=False)
    projects: tuple[Approval, ...] = field(default=(), repr=False)
    patrols: tuple[Patrol, ...] = field(default=(), repr=False)
    blacklist: tuple[Blacklisted, ...] = field(default=(), repr=False)
    lookback: tuple[Lookback, ...] = field(default=(), repr=False)
    key_areas: tuple[KeyArea, ...] = field(default=(), repr=False)
    scenes: tuple[ScenePair, ...] = field(default=(), repr=False)
    elevation: ElevationPair = ElevationPair(None, None)
    settings: Mapping[str, Any] = field(default_factory=dict)  # satcheck.toml: policy, rules
    not_supplied: frozenset[str] = frozenset()  # names of `terms.SUPPLIES` that cannot be used
    unusable: frozenset[str] = frozenset()  # of these, what batch.toml declares all the same
    blank_columns: frozenset[str] = frozenset()  # "submission.check_method": blank in every row
    inputs: tuple[InputFile, ...] = field(default=(), repr=False)
    misreads: tuple[Misread, ...] = field(default=(), repr=False)
    filing_call: int | None = None  # which of `filing_columns` holds the call
    crs_in_doubt: frozenset[str] = frozenset()  # tables whose CRS had to be guessed (DQ04)
    pardons: tuple[Pardon, ...] = ()
    filing_above: tuple[tuple[Cell, ...], ...] = ()  # what the form says over its header

    def owns(self, row: LedgerRow) -> bool:
        """Whether a row of the ledger is of this batch: it names it, however written, or none."""
        return fold(row.batch) in ("", fold(self.id))

    def own_rows(self) -> dict[str, tuple[LedgerRow, ...]]:
        """The ledger's rows of this batch, by the folded number of their polygon."""
        rows: dict[str, tuple[LedgerRow, ...]] = {}
        for row in self.ledger:
            if self.owns(row):
                rows[row.key] = (*rows.get(row.key, ()), row)
        return rows

    def filed(self) -> dict[str, Submission]:
        """The filing's row of each number, by its folded form; of several rows the first."""
        rows: dict[str, Submission] = {}
        for one in self.submissions:
            rows.setdefault(one.key, one)
        return rows
