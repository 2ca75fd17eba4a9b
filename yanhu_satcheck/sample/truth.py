"""What is true of every polygon, and what an audit has to say."""

import json
from pathlib import Path

from shapely.geometry import box

from .elevation import MODEL, volumes
from .evidence import Album
from .filing import STRAY
from .handed_in import FROM_SUMMER, UNLISTED
from .misused import asked_of
from .noise import Field
from .quarter import Issued, Quarter
from .small import GAPS, NOT_LOOKED_AT
from .terms import SUMMER_TERM

SURELY_M = 2100.0
"""From less far a view is no fault beside photographs from near (PH02)."""


def truth_of(
    one: Issued, batch: str, ground: tuple[Field, Field] | None, summer: Quarter
) -> dict[str, object]:
    """One polygon's entry; volumes in cubic metres, nothing where no elevation reaches."""
    case = one.case
    pictured = asked_of(case.key, batch)
    spared = {"PH02"} & pictured if _lent_from_near(one, summer) else set()
    must = ({*case.must} | pictured) - spared
    known = ground is not None and box(*MODEL.bounds).contains(one.outline)
    cut, fill = volumes(ground, one.outline) if ground is not None else (0.0, 0.0)
    added = {"must_fire": sorted(case.then_must), "may_fire": sorted(case.then_may)}
    if case.then_wrong:
        added["known_false_alarms"] = sorted(case.then_wrong)
    return {
        "case": case.key,
        "ground": case.ground,
        "filed": case.filed,
        "true_call": case.true,
        "must_fire": sorted(must),
        "may_fire": sorted(({*case.may} | spared) - must),
        "cut_m3": round(cut) if known else None,
        "fill_m3": round(fill) if known else None,
        "note": case.note,
        **({"known_false_alarms": sorted(case.wrong)} if case.wrong else {}),
        **({"with_archive": added} if any(map(any, (added.values()))) else {}),
    }


def _lent_from_near(one: Issued, summer: Quarter) -> bool:
    """Whether the summer's photograph that is filed for it shows a place not far away."""
    lender = FROM_SUMMER.get(one.case.key)
    if lender is None:
        return False
    return bool(one.outline.distance(summer.of(lender).outline) < SURELY_M)


def of_batch(quarter: Quarter, summer: Quarter, pictured: bool) -> dict[str, object]:
    """What is to be said of the batch: without an archive, and what the summer in it adds.

    Without pictures nothing contradicted the summer's borrowed one, so no ledger row is lacking.
    """
    if quarter.term is SUMMER_TERM:
        return {"batch_must_fire": []}
    number = {one.case.key: one.polygon_id for one in (*quarter.issued, *summer.issued)}
    return {
        "batch_must_fire": [
            {"rule": "DQ04", "related": "key_areas.shp"},
            {"rule": "DQ08", "related": "scenes/later.tif"},
            {"rule": "LE04", "related": STRAY},
            {"rule": "PH04", "related": UNLISTED},
            *({"rule": "SV01", "related": gap} for gap in GAPS),
        ],
        "with_archive": {
            "earlier": summer.term.batch,
            "batch_must_fire": [
                *([{"rule": "RL01", "related": number["borrower"]}] if pictured else []),
                *({"rule": "SV02", "related": number[key]} for key in NOT_LOOKED_AT),
            ],
            "batch_quiet": [
                {"rule": "RL01", "related": number["lender"]},
                *(
                    {"rule": "SV02", "related": one.polygon_id}
                    for one in summer.issued
                    if one.case.key not in NOT_LOOKED_AT
                ),
            ],
            "photos": {number[key]: number[source] for key, source in FROM_SUMMER.items()},
        },
    }


def write_truth(
    quarter: Quarter,
    summer: Quarter,
    ground: tuple[Field, Field] | None,
    album: Album | None,
    folder: Path,
) -> None:
    """truth.json; without an album nothing is said of what its photographs share."""
    said = {
        "batch": quarter.term.batch,
        "seed": quarter.seed,
        "polygons": {
            one.polygon_id: truth_of(one, quarter.term.batch, ground, summer)
            for one in quarter.issued
        },
        **of_batch(quarter, summer, album is not None),
        "photo_groups": sorted(sorted(group) for group in album.groups) if album else [],
        "photo_disguises": sorted(album.disguises) if album else [],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
