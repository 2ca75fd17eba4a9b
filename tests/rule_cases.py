"""What a case file tells, built: a batch, its polygons, and all the evidence about each."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from shapely.geometry import box

from yanhu_satcheck.batch import (
    Approval,
    Batch,
    Blacklisted,
    Camera,
    Hazard,
    IssuedPolygon,
    KeyArea,
    LedgerRow,
    Licence,
    Lookback,
    Misread,
    Patrol,
    Photo,
    Recorded,
)
from yanhu_satcheck.batch import Submission as Filing
from yanhu_satcheck.evidence import (
    ApprovalLink,
    Case,
    Cause,
    Chance,
    ChangeEvidence,
    DatumShift,
    Dossier,
    EarlierOverlap,
    EarlierPhoto,
    EarlierPolygon,
    EarlierTwin,
    Found,
    LaterEvidence,
    LicenceLink,
    OutsideEvidence,
    Overlap,
    PairAnswer,
    PairCell,
    PhotoEvidence,
    PhotoGroup,
    PhotoPlace,
    SceneView,
    Stand,
    TerrainEvidence,
)
from yanhu_satcheck.past import EarlierFinding
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.scene import ElevationFile, ElevationPair, Grid
from yanhu_satcheck.terms import Breach, Call, Status, Words, fold
from yanhu_satcheck.wording import text_twins

SQUARE = box(0, 0, 100, 100)
FILED = {f.name for f in fields(Filing)} - {"polygon_id", "key", "row", "cells"}

Told = Mapping[str, Any]


def filing(id: str, told: Told) -> Filing | None:
    if not told.get("filed", True):
        return None
    call = Call[told.get("call", "UNFILLED")]
    legality = "" if call is Call.UNFILLED else call.words.zh
    written = {"legality": legality} | {name: told[name] for name in FILED & {*told}}
    breach = Breach[told["breach"]] if "breach" in told else None
    return Filing(id, fold(id), 2, (), **(written | {"call": call, "breach": breach}))


def seen(told: Told) -> SceneView | None:
    if not told.get("scene", True):
        return None
    why = Words(told["refused"], told["refused"]) if "refused" in told else None
    cover, clear, px = (told.get(name, n) for name, n in [("cover", 1), ("clear", 1), ("px", 400)])
    day, later = date(2022, 8, 21), date(2022, 11, 12)
    cell = told.get("cell", 2.0)
    return SceneView("scene-1", day, later, cover, clear, px, cell, ("red",), None, why, False)


def share(value: float, n: int = 400, sigma: float = 0.02) -> Measured:
    return Measured(value, sigma, n, "share")


def changed(told: Told) -> ChangeEvidence | None:
    if not told.get("measured", True) or not told.get("scene", True):
        return None
    before, gain = told.get("bare", 0.1), told.get("gain", 0.0)
    growth, rest = told.get("growth", 0.0), told.get("rest", 400)
    zero = share(0)
    after, green = share(min(1, before + gain)), share(told.get("green", 0))
    grown = share(gain, sigma=told.get("sigma", 0.02))
    rest_bare = share(growth, rest)
    others = {"fake_green": share(told["fake"])} if "fake" in told else {}
    return ChangeEvidence(grown, share(before), after, grown, zero, green, zero, rest_bare, others)


def causes(told: Told) -> Cause | None:
    """Weigh the causes: `cause` names one that explains it, else the season takes the rest."""
    if not told.get("weighed", True):
        return None
    if "cause" in told:
        return Cause({told["cause"]: 0.8, "mining": 0.1, "none": 0.1})
    mining, slide = told.get("mining", 0.9), told.get("slide", 0.05)
    return Cause({"mining": mining, "slide": slide, "season": 1 - mining - slide})


RELIEF = {
    "floor": ("floor_change", "m"),
    "floor_after": ("floor_after", "m"),
    "floor_before": ("floor_before", "m"),
    "net_gross": ("net_gross", "ratio"),
    "dipole": ("dipole", "ratio"),
    "hollow": ("depression_m", "m"),
    "benches": ("benches", "share"),
    "faces": ("steep_faces", "share"),
}


def relief(told: Told) -> TerrainEvidence | None:
    """Tell of the relief: volumes ± 100 m³ (`net_sigma`), other figures ± 0.1 (`relief_sigma`)."""
    if not {"net", "cut", "slope", "shows", *RELIEF} & {*told}:
        return None
    net, cut = (
        Measured(told[name], told.get("net_sigma", 100.0), 400, "m³") if name in told else None
        for name in ("net", "cut")
    )
    sigma = told.get("relief_sigma", 0.1)
    others = {
        name: Measured(told[short], sigma, 400, unit)
        for short, (name, unit) in RELIEF.items()
        if short in told
    }
    slope = Measured(told["slope"], 1.0, 400, "deg") if "slope" in told else None
    return TerrainEvidence(slope, None, cut, None, net, told.get("shows"), others)


def later(told: Told) -> LaterEvidence:
    """Tell of a follow-up date; `still` of the newly bare ground is bare, `green` of all is."""
    still = share(told["still"]) if "still" in told else None
    clear, growth = told.get("clear", 1.0), share(told.get("growth", 0.0))
    bare, green = share(told.get("bare", 0.0)), share(told.get("green", 0.0))
    return LaterEvidence(told["on"], clear, bare, still, growth, green)


def outside(told: Told) -> OutsideEvidence:
    """Tell of the part outside the licences, with figures of its own; nothing is inherited."""
    chance = Chance(told.get("p"), 0, 1000, 500, Words("", ""))
    area = told.get("area", 5000.0)
    return OutsideEvidence(
        area, area / 10_000, 12.0, ("C1",), changed(told), relief(told), chance, causes(told)
    )


def elevation(told: Told) -> ElevationPair:
    """Two models of 2021-10-02 and 2022-11-20, ± 0.5 m each, in the 1985 system."""
    if not told.get("dem", True):
        return ElevationPair(None, None)
    about: Told = told["dem"] if isinstance(told.get("dem"), Mapping) else {}
    grid = Grid("EPSG:4546", (2.0, 0.0, 0.0, 0.0, -2.0, 0.0), 10, 10)
    days = about.get("before", date(2021, 10, 2)), about.get("after", date(2022, 11, 20))
    sigma = about.get("sigma", 0.5) or None
    before, after = (
        ElevationFile(Path(name), name, day, grid, sigma)
        for name, day in zip(("dem/before.tif", "dem/after.tif"), days, strict=True)
    )
    return ElevationPair(before, after, about.get("vertical", "1985") or None)


def photo(told: str | Told, polygon_id: str | None) -> PhotoEvidence:
    """Tell of a photograph; what `file` tells is what its file itself records."""
    told = {"id": told} if isinstance(told, str) else told
    fault = Words(told["fault"], told["fault"]) if "fault" in told else None
    there = None if told.get("absent") else "0f" * 32
    recorded = Recorded(**told.get("file", {}))
    lonlat = told.get("lonlat") or recorded.lonlat
    return PhotoEvidence(
        told["id"],
        polygon_id,
        there,
        pixel_hash=told.get("pixels", told["id"]),
        fault=fault,
        listed=told.get("listed", True),
        width=4000,
        height=3000,
        lonlat=lonlat and (lonlat[0], lonlat[1]),
        taken_at=told.get("taken", recorded.taken_at),
        taken_by=told.get("by", ""),
        camera=Camera("HUAWEI", told.get("model", ""), told.get("serial", "")),
        has_exif=told.get("exif", True),
        place=placed(told) if "metres" in told else None,
        recorded=recorded,
    )


def placed(told: Told) -> PhotoPlace:
    """Tell where a photograph stood: `metres` east of its polygon, other datums by their name."""
    return PhotoPlace(
        told["metres"],
        told.get("error"),
        (told["metres"], 0.0),
        {crs: told[crs] for crs in ("GCJ02", "BD09", "WGS84") if crs in told},
        repeats=told.get("repeats", 1),
        own_m=told.get("own"),
        off_deg=told.get("off"),
        half_view_deg=33.0,
        declination_deg=told.get("turn"),
        reach_m=told.get("reach"),
    )


def group(kind: str, ids: list[str], told: Told) -> PhotoGroup:
    """Tell of photographs that are alike; `cells` are heights in the picture that both show."""
    heights = told.get("cells", {}).get(" ".join(ids))
    how = Words("如图", "as shown")
    pair = PairAnswer(
        kind, (ids[0], ids[-1]), how, cells=tuple(PairCell(50, y, True, 0.0) for y in heights or ())
    )
    earlier = tuple(twin(one) for one in told.get("twins", {}).get(" ".join(ids), ()))
    stands = {
        (one, two): stand(lies)
        for both, lies in told.get("stands", {}).items()
        for one, two in [both.split()]
    }
    pairs = () if heights is None else (pair,)
    found = PhotoGroup(kind, tuple(ids), how, earlier=earlier, pairs=pairs, stands=stands)
    return found._replace(recorded=told.get("recorded", {}))


def stand(told: list[float]) -> Stand:
    """Tell how places lie from a camera: metres, degrees aside (−1: not told), positions apart."""
    metres, off, apart = told
    return Stand(metres, None if off < 0 else off, apart)


def licence(told: Told) -> LicenceLink:
    about = {name: value for name, value in told.items() if name not in ("no", "share", "named")}
    permit = Licence(told["no"], fold(told["no"]), 2, SQUARE, **about)
    part = told.get("share", 1.0)
    return LicenceLink(permit, None if part == "unknown" else part, told.get("named", True))


def paper(told: Told) -> ApprovalLink:
    ref, table = told["ref"], told.get("table", "restoration")
    plan = Approval(ref, fold(ref), "", told.get("from"), told.get("to"), None, 2)
    part = told.get("share", 1.0)
    return ApprovalLink(table, plan, None if part == "unknown" else part, told.get("named", True))


def earlier(told: Told) -> EarlierPolygon:
    """Tell of a polygon of the summer quarter, filed on 2022-09-20."""
    call = Call[told.get("call", "ILLEGAL")]
    found = tuple(
        EarlierFinding(
            f"{one['rule']}x",
            one["rule"],
            Status[one.get("status", "INCONSISTENT")],
            Words("往期", "then"),
            one.get("suppressed", False),
            one.get("opinion", ""),
        )
        for one in told.get("findings", ())
    )
    rows = tuple(
        ledger_row(n, {"id": told["id"], **one}) for n, one in enumerate(told.get("ledger", ()), 2)
    )
    return EarlierPolygon(
        told.get("batch", "2022Q3"),
        told["id"],
        fold(told["id"]),
        SQUARE,
        call,
        legality=call.words.zh,
        filed_date=told.get("filed", date(2022, 9, 20)) or None,
        after_date=told.get("after", date(2022, 8, 1)) or None,
        findings=found,
        ledger=rows,
        bare_after=told.get("bare"),
        field_description=told.get("field_description", ""),
    )


def ground(told: Told) -> EarlierOverlap:
    """Lay an earlier polygon over half of the one here."""
    part = told.get("share", 0.5)
    sliver, family = told.get("sliver", False), told.get("family", False)
    return EarlierOverlap(earlier(told), 10_000 * part, part, sliver, family)


def twin(told: Told) -> EarlierTwin:
    """Tell of an earlier photograph; `metres` are how far its polygon lies from those here."""
    photo = EarlierPhoto(
        told.get("batch", "2022Q3"),
        told["id"],
        told.get("of"),
        "00",
        "file",
        0,
        None,
        None,
        Camera(),
    )
    metres, one_ground = told.get("metres", {}), frozenset(told.get("ground", ()))
    how = Words("往期同图", "as before")
    kind, stands = told.get("kind", "exposure"), told.get("stands", {})
    found = EarlierTwin(photo, kind, how, None, metres, one_ground)
    return found._replace(stands={id: stand(lies) for id, lies in stands.items()})


def case(id: str, told: Told, ledger: tuple[LedgerRow, ...] = ()) -> Case:
    fault = Words(told["fault"], told["fault"]) if "fault" in told else None
    polygon = IssuedPolygon(
        id,
        fold(id.split("~")[0]),
        2,
        SQUARE if told.get("outline", True) else None,
        fault,
        before_date=told.get("before"),
        after_date=told.get("after", date(2022, 11, 12)),
        area_m2=told.get("area"),
        village=told.get("village", ""),
        parent_polygon_id=told.get("parent", ""),
    )
    return Case(
        polygon,
        filing(id, told),
        seen(told),
        changed(told),
        relief(told),
        Chance(told.get("p"), 0, 1000, 500, Words("", "")),
        causes(told),
        tuple(photo(one, id) for one in told.get("photos", ())),
        tuple(row for row in ledger if row.key == fold(id) and fold(row.batch) in ("", "2022Q4")),
        tuple(licence(one) for one in told.get("licences", ())),
        tuple(paper(one) for one in told.get("papers", ())),
        hazards=tuple(told.get("hazards", {}).items()),
        licensed_share=told.get("licensed"),
        approved_share=told.get("approved"),
        drawn_area_m2=told.get("drawn") or None,
        earlier=tuple(ground(one) for one in told.get("earlier", ())),
        later=tuple(later(one) for one in told.get("later", ())),
        outside=outside(told["outside"]) if "outside" in told else None,
    )


def ledger_row(n: int, told: Told) -> LedgerRow:
    """Write a row that is whole but for what it lacks, and due on 2022-12-01."""
    id, day = told["id"], told.get("deadline", date(2022, 12, 1))
    row: dict[str, Any] = {"responsible_unit": "所", "measure": "回填", "responsible_person": "张"}
    row |= {name: value for name, value in told.items() if name not in ("id", "lacks")}
    row |= {"deadline": day or None} | dict.fromkeys(told.get("lacks", ()), "")
    return LedgerRow(id, fold(id), n, **row)


def patrol(n: int, told: str) -> Patrol:
    """Write a patrol: “乡 槐泉镇 2022-10-09”; without a day, one that could not be read."""
    level, place, *day = told.split()
    return Patrol(level, place, date.fromisoformat(day[0]) if day else None, n)


def lookback(n: int, told: Told) -> Lookback:
    day = told.get("on", date(2022, 12, 1)) or None
    return Lookback(told["id"], fold(told["id"]), told.get("batch", ""), day, "某", n)


def misread(told: Told) -> Misread:
    about = {name: value for name, value in told.items() if name not in ("file", "polygons")}
    what = Words("读不了", "cannot be read")
    return Misread(told["file"], what, what, **about, polygon_ids=tuple(told.get("polygons", ())))


def overlap(told: Told) -> Overlap:
    one, two = told["of"]
    sliver, family = told.get("sliver", False), told.get("family", False)
    return Overlap((one, two), 1000.0, told["share"], sliver, family)


def dossier(told: Told, default: Told) -> Dossier:
    """Build what a case file tells: polygons `P…`, and what belongs to the batch.

    `default` is of every polygon; a polygon strikes a part of it out with "unset".
    """
    rows = tuple(ledger_row(n, row) for n, row in enumerate(told.get("ledger", ()), 2))
    merged = {id: {**default, **one} for id, one in told.items() if id[0] == "P"}
    struck = {id: {n: v for n, v in one.items() if v != "unset"} for id, one in merged.items()}
    cases = tuple(case(id, one, rows) for id, one in struck.items())
    loose = [(one, one.get("named", "")) for one in told.get("loose", ())]
    filings = [case.filing for case in cases if "~" not in case.polygon_id]
    filings += [filing(one["id"], one) for one in told.get("also", ())]
    batch = Batch(
        "2022Q4",
        Path(),
        "140802",
        (date(2022, 10, 1), date(2022, 12, 31)),
        told.get("as_of", date(2022, 12, 31)),
        "EPSG:4546",
        tuple(one.polygon for one in cases),
        submissions=tuple(one for one in filings if one),
        photos=tuple(Photo(one["id"], None, None, True, named) for one, named in loose),
        ledger=rows,
        hazards=tuple(Hazard(ref, "", None, 2) for ref in told.get("hazard_points", ())),
        patrols=tuple(patrol(n, one) for n, one in enumerate(told.get("patrols", ()), 2)),
        blacklist=tuple(
            Blacklisted(name, since or None, n)
            for n, (name, since) in enumerate(told.get("blacklist", {}).items(), 2)
        ),
        lookback=tuple(lookback(n, one) for n, one in enumerate(told.get("lookback", ()), 2)),
        key_areas=tuple(
            KeyArea(name, kind, None, n)
            for n, (name, kind) in enumerate(told.get("key_areas", {}).items(), 2)
        ),
        misreads=tuple(misread(one) for one in told.get("misreads", ())),
        not_supplied=frozenset(told.get("not_supplied", ())),
        blank_columns=frozenset(told.get("blank", ())),
        elevation=elevation(told),
        crs_in_doubt=frozenset(told.get("crs_in_doubt", ())),
    )
    before = tuple(earlier(one) for one in told.get("issued_before", ()))
    groups = (group(kind, ids, told) for kind, *ids in told.get("groups", ()))
    shifts = (
        DatumShift(one["crs"], one.get("device", ""), tuple(one["photos"]), 3, 540.0, 30.0)
        for one in told.get("shifts", ())
    )
    return Dossier(
        batch,
        cases,
        overlaps=tuple(map(overlap, told.get("overlaps", ()))),
        neighbours=frozenset((one, two) for one, two in told.get("near", ())),
        photo_groups=tuple(groups),
        loose_photos=tuple(photo(one, None) for one, _ in loose),
        contradicted=tuple(earlier(one) for one in told.get("contradicted", ())),
        datum_shifts=tuple(shifts),
        found=tuple(
            Found(rule, tuple(ids), Status[status], f"{rule}{''.join(ids)}")
            for rule, status, *ids in told.get("found", ())
        ),
        issued_before=before,
        looked_before=frozenset((batch, key) for batch, key in told.get("looked_before", ())),
        text_twins=text_twins(batch, cases, before),
    )
