"""Satellite images and elevation models: which file, which date, which bands, which mask."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from unicodedata import normalize

from yanhu_satcheck.raster import Header
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME
from yanhu_satcheck.read.manifest import as_day
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.read.rasters import Rasters
from yanhu_satcheck.scene import (
    ElevationFile,
    ElevationPair,
    ImageFile,
    MaskFile,
    ScenePair,
)
from yanhu_satcheck.terms import Words

_Raster = ImageFile | ElevationFile
_VERTICAL = {"1985": "1985", "egm96": "EGM96", "egm2008": "EGM2008", "ellipsoid": "ellipsoid"}


class Scenery:
    """Reads the image and elevation pairs that batch.toml declares."""

    def __init__(self, folder: Folder, misreads: Misreads, rasters: Rasters) -> None:
        self._folder = folder
        self._misreads = misreads
        self._rasters = rasters

    def scenes(self, declared: tuple[Mapping[str, Any], ...]) -> tuple[ScenePair, ...]:
        """Give every pair of which both images can be used."""
        pairs: list[ScenePair] = []
        for number, said in enumerate(declared, 1):
            place = f"scenes[{number}]"
            pair = self._pair(said, f"scene-{number}", place)
            if pair is None:
                continue
            same = [p.id for p in pairs if _files(p) == _files(pair)]
            if same:
                self._wrong(
                    place,
                    Words(f"与 {same[0]} 是同一对影像", f"it is the same pair as {same[0]}"),
                    Words("请删去重复的 [[scenes]]", "take out one [[scenes]]"),
                )
                continue
            pairs.append(pair)
        return tuple(pairs)

    def elevation(self, said: Mapping[str, Any] | None) -> ElevationPair:
        """Give the elevation models that can be used."""
        if said is None:
            return ElevationPair(None, None)
        before, after = (
            self._model(said[end], f"dem.{end}") if end in said else None
            for end in ("before", "after")
        )
        if before is not None and after is not None and self._is_copy("dem.after", before, after):
            after = None
        if before is not None and after is not None and after.date <= before.date:
            self._disorder("dem", before.date, after.date)
            after = None
        vertical = said.get("vertical")
        known = _VERTICAL.get(str(vertical).lower())
        if vertical is not None and known is None:
            self._wrong(
                "dem.vertical",
                Words(
                    f"不认识高程基准“{vertical}”", f"the height system “{vertical}” is not known"
                ),
                Words(
                    "请写 1985、EGM96、EGM2008 或 ellipsoid", "1985, EGM96, EGM2008 or ellipsoid"
                ),
            )
        return ElevationPair(before, after, known)

    def _pair(self, said: Mapping[str, Any], name: str, place: str) -> ScenePair | None:
        before, after = (
            self._image(said.get(end), said, f"{place}.{end}") for end in ("before", "after")
        )
        if before is None or after is None or self._is_copy(f"{place}.after", before, after):
            return None
        if after.date <= before.date:
            self._disorder(place, before.date, after.date)
            return None
        later = []
        many = said.get("later", [])
        for number, one in enumerate(many if isinstance(many, list) else [many], 1):
            image = self._image(one, said, f"{place}.later[{number}]")
            if image is None or any(
                self._is_copy(f"{place}.later[{number}]", one, image) for one in (before, after)
            ):
                continue
            if image.date <= after.date:
                self._disorder(f"{place}.later[{number}]", after.date, image.date)
            else:
                later.append(image)
        later.sort(key=lambda image: (image.date, image.name))
        sigma = self._number(said.get("position_sigma"), f"{place}.position_sigma", low=0)
        return ScenePair(name, before, after, tuple(later), sigma)

    def _image(self, own: Any, pair: Mapping[str, Any], place: str) -> ImageFile | None:
        day = self._day(own, place)
        opened = self._rasters.opened(own.get("path"), place, placed=True) if day else None
        if day is None or opened is None:
            return None
        path, name, about = opened
        if about.missing and about.nodata is None:
            self._name_gaps(name, place, about)
        said = {k: pair[k] for k in ("bands", "scale", "offset", "mask") if k in pair} | own
        return ImageFile(
            path=path,
            name=name,
            date=day,
            grid=about.grid,
            bands=self._bands(said.get("bands"), about, name, place),
            dtype=about.dtype,
            nodata=about.nodata,
            scale=self._number(said.get("scale"), f"{place}.scale"),
            offset=self._number(said.get("offset"), f"{place}.offset") or 0.0,
            mask=self._mask(said.get("mask"), f"{place}.mask"),
        )

    def _model(self, own: Any, place: str) -> ElevationFile | None:
        day = self._day(own, place)
        opened = self._rasters.opened(own.get("path"), place, placed=True) if day else None
        if day is None or opened is None:
            return None
        path, name, about = opened
        nodata = about.nodata
        if about.missing and nodata is None:
            # They read as sea level, and the ground above would count as dug away.
            self._name_gaps(name, place, about)
            nodata = 0.0
        sigma = self._number(own.get("sigma"), f"{place}.sigma", low=0)
        return ElevationFile(path, name, day, about.grid, sigma, nodata)

    def _day(self, own: Any, place: str) -> date | None:
        if not isinstance(own, Mapping):
            self._wrong(
                place,
                Words(f"{place} 没有写明", f"{place} is not given"),
                Words("应为 { path = …, date = … }", 'write { path = "…", date = "…" }'),
                whole=True,
            )
            return None
        day = as_day(own.get("date"))
        if day is None:
            self._wrong(
                f"{place}.date",
                Words("日期缺失或有误", f"its date is {own.get('date')!r}"),
                Words("请写 2022-11-12 这样的日期", "write a date like 2022-11-12"),
                whole=True,
            )
        return day

    def _name_gaps(self, file: str, place: str, about: Header) -> None:
        self._misreads.add(
            file,
            Words(
                f"有 {about.missing} 块从未写入像元，按无数据处理",
                f"{about.missing} of its blocks were never written; they count as no data",
            ),
            Words("请补全影像，或写明 nodata 值", "complete it, or have it say its nodata value"),
            column=place,
        )

    def _bands(self, said: Any, about: Header, file: str, place: str) -> tuple[str, ...]:
        count = len(about.descriptions)
        if isinstance(said, list) and len(said) == count:
            return tuple(role(str(band)) for band in said)
        if said is not None:
            self._wrong(
                f"{place}.bands",
                Words(
                    f"{file} 有 {count} 个波段，bands 不符",
                    f"{file} has {count} bands, bands says {said}",
                ),
                Words("请逐个写出波段，如 blue、green", 'write one role a band, like "blue"'),
            )
        roles = tuple(role(name) for name in about.descriptions)
        if not any(roles) and about.dtype == "uint8" and count in (3, 4):
            return ("red", "green", "blue", "")[
                :count
            ]  # a picture: what every program takes it for
        if not any(roles):
            self._wrong(
                f"{place}.bands",
                Words(f"{file} 没有说明各波段", f"{file} does not say what its bands are"),
                Words('请写 bands = ["blue", …]', 'write bands = ["blue", "green", "red", "nir"]'),
            )
        return roles

    def _mask(self, said: Any, place: str) -> MaskFile | None:
        if said is None:
            return None
        clear, bits = (_numbers(said, key) for key in ("clear", "clear_bits"))
        if clear is None or bits is None or not (clear or bits):
            self._wrong(
                place,
                Words("mask 没有写 clear 或 clear_bits", "it says neither clear nor clear_bits"),
                Words("应为 { path = …, clear = [0] }", 'write { path = "…", clear = [0] }'),
            )
            return None
        opened = self._rasters.opened(said.get("path"), place, placed=False)
        if opened is None:
            return None
        if opened.about.missing and opened.about.nodata is None:
            # What was never written reads as 0, which as a rule means clear.
            self._misreads.add(
                opened.name,
                Words("云掩膜有从未写入的块，未采用", "blocks of the mask were never written"),
                Words("请补全云掩膜", "complete it; it is left out until then"),
                column=place,
                whole=True,
            )
            return None
        return MaskFile(opened.path, opened.name, clear, bits)

    def _number(self, value: Any, place: str, low: float | None = None) -> float | None:
        if value is None:
            return None
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if good and abs(value) < 1e12 and (low is None or value >= low):
            return float(value)
        self._wrong(
            place,
            Words(f"{value!r} 不是可用的数字", f"it cannot be {value!r}"),
            Words("请写数字", "a number"),
        )
        return None

    def _is_copy(self, place: str, first: _Raster, second: _Raster) -> bool:
        """Name one image given for two dates: no change could be seen, and none would be."""
        if not self._folder.same(first.path, second.path):
            return False
        if first.name == second.name:
            zh, en = "", "it is one file for both dates"
        else:
            zh, en = (
                f"（与 {first.name} 内容相同）",
                f"it is the same file as {first.name}, byte for byte",
            )
        self._misreads.add(
            second.name,
            Words(
                f"{first.date} 与 {second.date} 两期是同一个文件{zh}",
                f"{en} ({first.date}, {second.date})",
            ),
            Words(
                f"请提供 {second.date} 那一期自己的文件；在此之前该期不使用",
                f"supply the file of {second.date}; it is left out until then",
            ),
            column=place,
            whole=True,
        )
        return True

    def _disorder(self, place: str, first: date, second: date) -> None:
        self._wrong(
            place,
            Words(f"后一期 {second} 不晚于前一期 {first}", f"{second} does not lie after {first}"),
            Words("请核对两期影像及日期", "check which image is which; it is left out until then"),
            whole=True,
        )

    def _wrong(self, place: str, what: Words, remedy: Words, whole: bool = False) -> None:
        self._misreads.add(NAME, what, remedy, column=place, whole=whole)


def role(band: str) -> str:
    """Give the role that a band's description names; "" where it names none."""
    plain = normalize("NFKC", band).lower()
    for mark in " -_":
        plain = plain.replace(mark, "")
    return _roles().get(plain, "")


@cache
def _roles() -> dict[str, str]:
    text = (files("yanhu_satcheck.policies") / "bands.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return {
        name: role for role, names in table.items() if isinstance(names, list) for name in names
    }


def _numbers(said: Any, key: str) -> tuple[int, ...] | None:
    numbers = said.get(key, []) if isinstance(said, Mapping) else None
    if isinstance(numbers, list) and all(type(number) is int for number in numbers):
        return tuple(numbers)
    return None


def _files(pair: ScenePair) -> tuple[Path, Path]:
    return pair.before.path, pair.after.path
