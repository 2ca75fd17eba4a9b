"""What is true of a made quarter, and what an audit of it has to say."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rasterio.features import rasterize

from yanhu_satcheck.sample.noise import Field

from .heights import shows, volumes
from .pictures import Picture
from .plan import JUDGED
from .quarter import Issued, Quarter

FLAT = 0.5  # metres: the mean depth that the works of a quarter move at least


def truth(made: Quarter, pictures: Mapping[int, Picture]) -> dict[str, object]:
    """Conditions and polygons, as truth.json has them."""
    c = made.conditions
    return {
        "seed": c.seed,
        "sensor": c.sensor.name,
        "pair": c.pair,
        "heights": c.heights,
        "datum_told": c.datum_told,
        "masked": c.masked,
        "haze": [round(sky.haze, 2) for sky in c.skies],
        "snow": [round(season.snow, 2) for season in c.seasons],
        "shift_px": [[round(v, 3) for v in sight.shift] for sight in c.sights],
        "drift_px": [[round(v, 2) for v in sight.drift] for sight in c.sights],
        "judged": list(JUDGED),
        "left_out": list(made.left_out),
        "polygons": {one.polygon_id: _of(made, one, pictures) for one in made.issued},
    }


def _of(made: Quarter, one: Issued, pictures: Mapping[int, Picture]) -> dict[str, object]:
    cut, fill = volumes(made.lands[0], made.lands[1], one.outline)
    must, may = _rules(made, one, max(cut, fill) / one.outline.area)
    clear = [1 - _hidden(pictures[n], one) for n in (0, 1)]
    return {
        "case": one.case.key,
        "cause": one.case.cause,
        "filed": one.case.filed,
        "true_call": one.case.true,
        "honest": one.case.honest,
        "must": must,
        "may": may,
        "unsure": sorted(one.case.unsure),
        "area_m2": round(one.outline.area),
        "cells": round(one.outline.area / made.conditions.sensor.cell**2, 1),
        "cut_m3": round(cut),
        "fill_m3": round(fill),
        "clear": round(min(clear), 3),
    }


def _rules(made: Quarter, one: Issued, depth: float) -> tuple[list[str], list[str]]:
    """Which rules have to speak under the quarter's conditions, and which others may."""
    c = made.conditions
    fine = shows(c.heights, one.outline.area)
    # Twice what would show, so that an audit's own, more careful error can still find it.
    holds = {
        "heights": fine is not None and depth > max(2 * fine, FLAT),
        "datum": c.datum_told,
        "infrared": "nir" in c.sensor.bands,
    }
    must, may = [], {*one.case.may}
    for entry in one.case.must:
        rule, *needs = entry.split("@")
        if all(holds[need] for need in needs):
            must.append(rule)
        else:
            may.add(rule)
    return sorted(must), sorted(may - set(must))


def _hidden(picture: Picture, one: Issued) -> float:
    """Share of the polygon that cloud or its shadow hides at a date."""
    grid = picture.grid
    inside = rasterize([one.outline], out_shape=grid.shape, transform=grid.transform) == 1
    thick: Field = picture.hidden[np.asarray(inside)]
    return float((thick > 0.35).mean()) if thick.size else 1.0


def write_truth(said: Mapping[str, object], folder: Path) -> None:
    """truth.json."""
    text = json.dumps(said, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
