"""What is true of every polygon, and what an audit has to say."""

import json
from pathlib import Path

from .elevation import volumes
from .evidence import UNLISTED
from .filing import STRAY
from .noise import Field
from .quarter import Issued, Quarter

OUTSIDE = ("nowhere", "colour", "snowed")


def truth_of(one: Issued, ground: tuple[Field, Field]) -> dict[str, object]:
    """One polygon's entry; volumes in cubic metres, nothing where no elevation reaches."""
    case = one.case
    cut, fill = volumes(ground, one.outline)
    known = case.key not in OUTSIDE
    return {
        "case": case.key,
        "ground": case.ground,
        "filed": case.filed,
        "true_call": case.true,
        "must_fire": sorted(case.must),
        "may_fire": sorted(case.may),
        "cut_m3": round(cut) if known else None,
        "fill_m3": round(fill) if known else None,
        "note": case.note,
    }


def write_truth(
    quarter: Quarter, ground: tuple[Field, Field], groups: list[list[str]], folder: Path
) -> None:
    """truth.json."""
    said = {
        "batch": "2022Q4",
        "seed": quarter.seed,
        "polygons": {one.polygon_id: truth_of(one, ground) for one in quarter.issued},
        "batch_must_fire": [
            {"rule": "DQ04", "related": "key_areas.shp"},
            {"rule": "DQ08", "related": "lookback.csv"},
            {"rule": "LE04", "related": STRAY},
            {"rule": "PH04", "related": UNLISTED},
        ],
        "photo_groups": groups,
    }
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
