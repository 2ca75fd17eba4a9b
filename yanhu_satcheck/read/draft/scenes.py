"""The lines of image pairs and elevation models: days, bands, scaling, masks."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from pyproj import CRS

from yanhu_satcheck.read.draft.hints import hints, holds
from yanhu_satcheck.read.draft.images import Raster, overlap
from yanhu_satcheck.read.draft.lines import Line, entry
from yanhu_satcheck.read.draft.pairs import SAME_PLACE, Dated, Known, Pair, day_of
from yanhu_satcheck.terms import Words

_NO_DAY = Words("影像日期，如 2022-11-12", "the day of the image, like 2022-11-12")
_DEM_DAY = Words(
    "高程数据的日期；知道中误差（米）可加 sigma",
    "the day of the model; add sigma (m) if it is known",
)
_QA_BITS = (0, 1, 2, 3, 4)  # Landsat: fill, dilated cloud, cirrus, cloud, shadow
_SCL_CLEAR = (4, 5, 6, 7, 11)  # Sentinel-2: vegetation, bare, water, unclassified, snow
_VERTICAL = {"1985": "1985", "egm2008": "EGM2008", "egm96": "EGM96"}


class _Scaling(NamedTuple):
    scale: float
    offset: float = 0.0
    doubt: Words | None = None


class Elevation(NamedTuple):
    """The lines of [dem], the files in them, and what was left out and why."""

    lines: tuple[Line, ...] = ()
    files: tuple[str, ...] = ()
    left: tuple[tuple[Raster, Words], ...] = ()


def scene_lines(pair: Pair) -> list[Line]:
    """Write one [[scenes]]."""
    own = _masks(pair)
    extra: dict[str, dict[str, Any]] = {"before": {}, "after": {}}
    for end in ("before", "after"):
        if end in own:
            extra[end]["mask"] = own[end][0]
    shared: list[Line] = []
    ends = {"before": pair.before, "after": pair.after}
    _bands(ends, extra, shared)
    _scaling(ends, extra, shared)
    if "" in own:
        shared.append(entry("mask", own[""][0], own[""][1]))
    lines = [Line("[[scenes]]", pair.doubt)]
    lines += [_image(end, one, extra[end], _NO_DAY) for end, one in ends.items()]
    if pair.later:
        later = [_told(one, {}) for one in pair.later]
        blank = any(one.day is None for one in pair.later)
        doubt = _NO_DAY if blank else next((o.doubt for o in pair.later if o.doubt), None)
        lines.append(entry("later", later, doubt, blank=blank))
    return lines + shared


def dem_lines(rasters: Sequence[Raster]) -> Elevation:
    """Write [dem]."""
    models = sorted(
        (r for r in rasters if r.kind == "elevation"), key=lambda r: (-r.outline.area, r.file)
    )
    if not models:
        return Elevation()
    first, *rest = models
    same = [one for one in rest if overlap(first, one) >= SAME_PLACE]
    chosen = sorted([first, *same[:1]], key=_dem_order)
    why = Words("只能用前后两期高程，未使用", "only two elevation models are used")
    left = [(one, why) for one in models if one not in chosen]
    doubt = None
    if len(chosen) == 2 and _dem_order(chosen[0])[:2] == _dem_order(chosen[1])[:2]:
        doubt = Words("前后两期的先后由文件名顺序推断", "which is earlier: by the order of names")
    lines = [Line("[dem]", doubt)]
    for end, model in zip(("before", "after"), chosen, strict=False):
        lines.append(_image(end, day_of(model, end, Known()), {}, _DEM_DAY))
    files = tuple(model.file for model in chosen)
    return Elevation((*lines, _vertical(first)), files, tuple(left))


def _dem_order(raster: Raster) -> tuple[date, int, str]:
    day = day_of(raster, raster.end, Known()).day
    return day or date.max, ("before", "", "after", "later").index(raster.end), raster.file


def _vertical(raster: Raster) -> Line:
    crs = CRS(raster.about.grid.crs) if raster.about.grid.crs else None
    told = f"{crs.name if crs else ''} {raster.name}".lower()
    for word, system in _VERTICAL.items():
        if word in told:
            return entry("vertical", system)
    note = Words(
        "高程基准；不写则不与采矿证标高比较",
        "the height system; left out, no licensed height is judged",
    )
    return Line('# vertical = "1985"', note=note)


def _told(one: Dated, extra: dict[str, Any]) -> dict[str, Any]:
    return {"path": one.raster.file, "date": one.day or "", **extra}


def _image(end: str, one: Dated, extra: dict[str, Any], asked: Words) -> Line:
    if one.day is None:
        return entry(end, _told(one, extra), asked, blank=True)
    return entry(end, _told(one, extra), one.doubt)


def _bands(ends: dict[str, Dated], extra: dict[str, dict[str, Any]], shared: list[Line]) -> None:
    wanted = {end: _band_names(one.raster) for end, one in ends.items()}
    told = [one for one in wanted.values() if one is not None]
    if not told:
        return
    doubt = Words("波段顺序按常见情形推断", "the order of bands is the usual one")
    if len(told) == 2 and told[0] == told[1]:
        shared.append(_band_line("", told[0], doubt))
    else:
        for end, names in wanted.items():
            if names is not None:
                extra[end]["bands"] = names
        shared.append(Line("# bands", doubt))


def _band_line(comment: str, names: list[str], doubt: Words) -> Line:
    if names:
        return entry(f"{comment}bands", names, doubt)
    asked = Words("各波段依次是什么，如 blue、green、red、nir", "what its bands are, in file order")
    return entry("bands", names, asked, blank=True)


def _band_names(raster: Raster) -> list[str] | None:
    """Give the names to write; `None` where the reader knows by itself, empty where nobody does."""
    picture = raster.about.dtype == "uint8" and (raster.count == 3 or not raster.sensor)
    if any(raster.roles) or (picture and raster.count in (3, 4)):
        return None
    sensors = [s for s in hints()["sensors"] if s["name"] == raster.sensor] or hints()["sensors"]
    for sensor in sensors:
        if names := sensor["bands"].get(str(raster.count)):
            return [str(name) for name in names]
    return []


def _scaling(ends: dict[str, Dated], extra: dict[str, dict[str, Any]], shared: list[Line]) -> None:
    found = {end: _scaling_of(one) for end, one in ends.items()}
    before, after = found["before"], found["after"]
    doubt = next((one.doubt for one in found.values() if one is not None and one.doubt), None)
    if before is not None and after is not None and before[:2] == after[:2]:
        shared.append(entry("scale", before.scale, doubt))
        if before.offset:
            shared.append(entry("offset", before.offset, doubt))
        return
    for end, one in found.items():
        if one is not None:
            extra[end] |= {"scale": one.scale} | ({"offset": one.offset} if one.offset else {})
    if before is not None or after is not None:
        words = doubt or Words("两期的换算系数不同", "the two images scale differently")
        shared.append(Line("# scale, offset", words))


def _scaling_of(one: Dated) -> _Scaling | None:
    """Say how digital numbers become reflectance, where the sensor and the numbers agree on it."""
    raster, values = one.raster, one.raster.glimpse.values
    if not values.size or raster.about.dtype == "uint8":
        return None
    low, high = (float(v) for v in np.percentile(values, [1, 99]))
    if raster.about.dtype.startswith("float"):
        words = Words("数值在 0–1 之间，当作反射率", "its values lie in 0–1: read as reflectance")
        return _Scaling(1.0, 0.0, words) if low >= -0.5 and 0 < high <= 1.5 else None
    about = hints()["scaling"]
    landsat, sentinel = about["landsat"], about["sentinel2"]
    named = raster.sensor
    if named == "Landsat" or (not named and 25 <= raster.size <= 35):
        if low >= landsat["least"] and high <= landsat["most"]:
            words = Words("按 Landsat C2 二级产品换算", "scaled as Landsat Collection 2 level 2")
            return _Scaling(landsat["scale"], landsat["offset"], words)
        return None
    if named == "Sentinel-2" or (not named and 9 <= raster.size <= 21 and raster.count >= 4):
        words = Words("按 Sentinel-2 换算", "scaled as Sentinel-2")
        if one.day is not None and one.day >= sentinel["since"] and low >= sentinel["least"]:
            return _Scaling(sentinel["scale"], sentinel["offset"], words)
        if one.day is not None and one.day >= sentinel["since"]:
            words = Words(
                f"{words.zh}；数值低，当作已去除 -0.1 偏移",
                f"{words.en}; its low values speak against the offset of -0.1",
            )
        return _Scaling(sentinel["scale"], 0.0, words)
    return None


def _masks(pair: Pair) -> dict[str, tuple[dict[str, Any], Words]]:
    """Give each mask its image, or the pair; of two for one the first."""
    found: dict[str, tuple[dict[str, Any], Words]] = {}
    for mask in pair.masks:
        end = mask.end if mask.end in ("before", "after") else ""
        if not end and mask.named_day is not None:
            days = {"before": pair.before.day, "after": pair.after.day}
            end = next((e for e, day in days.items() if day == mask.named_day.first), "")
        found.setdefault(end, _mask(mask))
    return found


def _mask(mask: Raster) -> tuple[dict[str, Any], Words]:
    path = {"path": mask.file}
    if holds(mask.stem, ["qa_pixel"]):
        words = Words("Landsat QA_PIXEL：云、影、无效位为 0 才可用", "Landsat QA_PIXEL bits")
        return {**path, "clear_bits": list(_QA_BITS)}, words
    if holds(mask.stem, ["scl"]):
        return {**path, "clear": list(_SCL_CLEAR)}, Words("Sentinel-2 SCL 分类", "SCL classes")
    values, counts = np.unique(mask.glimpse.values, return_counts=True)
    clear = 0 if 0 in values or not values.size else int(values[counts.argmax()])
    words = Words(f"掩膜中 {clear} 当作无云", f"{clear} in the mask is taken for clear")
    return {**path, "clear": [clear]}, words
