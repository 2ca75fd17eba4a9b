"""Every figure of a polygon under one name, and how a figure is said."""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, Chance, ChangeEvidence, SceneView, TerrainEvidence
from yanhu_satcheck.quantity import Figure, Measured
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import Words

CAUSES = (
    "mining",
    "slide",
    "flow",
    "restoration",
    "season",
    "construction",
    "water",
    "fire",
    "none",
)
_UNITS = {
    "px": Words("像元", "px"),
    "m": Words("米", "m"),
    "m2": Words("㎡", "㎡"),
    "m3": Words("m³", "m³"),
    "m³": Words("m³", "m³"),
    "deg": Words("°", "°"),
    "count": Words("个", ""),
    "days": Words("天", "days"),
    "day": Words("", ""),
    "date": Words("", ""),
    "relative": Words("（相对）", "relative"),
    "index": Words("", ""),
    "corr": Words("", ""),
    "m/ha": Words("米/公顷", "m/ha"),
    "log ratio": Words("（对数）", "(log)"),
    "ratio": Words("", ""),
}
_OF_ROW = re.compile(r"row (\d+): (.+)")
# Names that another measure may not take.
_OURS = frozenset(
    {"polygon_id", "p_value", "licensed_share", "approved_share", "drawn_area_m2", "issued_area_m2"}
    | {
        name
        for kind in (SceneView, ChangeEvidence, TerrainEvidence, Chance)
        for name in kind._fields
    }
    | {"position_m", "net_m3_sigma", *(f"p_{cause}" for cause in CAUSES)}
    | {"later_bare", "still_bare", "later_growth", "later_green"}
    | {"outside_m2", "outside_share", "outside_margin_m"}
)


LEAST_PERCENT = 0.1
"""A share without a spread is said no finer: it is a weight, and its far digits mean nothing."""


class Measure(NamedTuple):
    """One thing that is measured: where it belongs, its unit, its name and what it says."""

    key: str
    group: str
    unit: str
    name: Words
    says: Words
    sigma_here: bool = False  # its spread is the next column
    signed: bool = False  # it goes both ways: a plus is printed, too


class Line(NamedTuple):
    """One measured figure of a polygon's page."""

    measure: Measure
    value: Measured | float
    held_to: tuple[Figure, ...]  # lines of findings that hold it to a limit


@cache
def measures() -> dict[str, Measure]:
    """Give the catalogue of measures in the order of evidence.parquet."""
    text = Path(__file__).with_name("measures.toml").read_text(encoding="utf-8")
    return {
        key: Measure(
            key,
            about["group"],
            about["unit"],
            Words(**about["name"]),
            Words(**about["says"]),
            about.get("sigma_here", False),
            about.get("signed", False),
        )
        for key, about in tomllib.loads(text).items()
    }


def of_case(case: Case) -> dict[str, Measured | float]:
    """Flatten all that was measured of a polygon; what was not measured is not there."""
    scene, change, terrain, chance = case.scene, case.change, case.terrain, case.chance
    found: dict[str, Measured | float | None] = {
        "licensed_share": case.licensed_share,
        "approved_share": case.approved_share,
        "drawn_area_m2": case.drawn_area_m2,
        "issued_area_m2": case.polygon.area_m2,
    }
    if scene:
        found |= {name: getattr(scene, name) for name in ("coverage", "clear_share", "n_px")}
        found["shift_px"] = scene.shift_px
    if change:
        found |= _named(change._asdict(), change.others)
    if terrain:
        named = {"position_m" if k == "position" else k: v for k, v in terrain._asdict().items()}
        found |= _named(named, terrain.others, found)
    if chance:
        found |= {"p_value": chance.p, "exceedances": chance.exceedances}
        found |= {"places": chance.places, "effective": chance.effective}
    if case.cause:
        found |= {f"p_{cause}": share for cause, share in case.cause.shares.items()}
    found |= _later(case) | _outside(case)
    return {name: value for name, value in found.items() if value is not None}


def _later(case: Case) -> dict[str, Measured | float | None]:
    """What the last follow-up image shows; each has its row in the findings that rest on it."""
    if not case.later:
        return {}
    last = case.later[-1]
    return {
        "later_bare": last.bare,
        "still_bare": last.still_bare,
        "later_growth": last.growth,
        "later_green": last.green,
    }


def _outside(case: Case) -> dict[str, Measured | float | None]:
    """The figures of the part outside all licences."""
    out = case.outside
    if out is None:
        return {}
    return {
        "outside_m2": out.area_m2,
        "outside_share": out.share,
        "outside_margin_m": out.margin_m,
        "outside_bare_gain": out.change.bare_gain if out.change else None,
        "outside_p_mining": out.cause.of("mining") if out.cause else None,
        "outside_p_value": out.chance.p if out.chance else None,
    }


def all_measures(rows: Sequence[Mapping[str, Measured | float]]) -> list[Measure]:
    """Give the catalogue's measures, then those that only these rows hold, by name."""
    known = measures()
    found = {name: value for row in rows for name, value in row.items() if name not in known}
    units = {name: getattr(found[name], "unit", "") for name in sorted(found)}
    others = [Measure(k, "other", u, Words(k, k), Words(k, k)) for k, u in units.items()]
    return [*known.values(), *others]


def _named(
    fields: Mapping[str, object],
    others: Mapping[str, Measured],
    taken: Mapping[str, object] | None = None,
) -> dict[str, Measured | float | None]:
    """Give the fields of an evidence and its others; a name that is taken gets `other_`."""
    own = {k: v for k, v in fields.items() if k != "others"}
    ours = _OURS.union(taken or ())
    named = {f"other_{k}" if k in ours else k: v for k, v in others.items()}
    return {**own, **named}  # type: ignore[dict-item]  # the fields are Measured, float or None


def lines(case: Case, held: Mapping[str, tuple[Figure, ...]]) -> Iterator[Line]:
    """Give the figures of a polygon's page, in the catalogue's order, unknown ones last."""
    found = of_case(case)
    for name in (*measures(), *(name for name in found if name not in measures())):
        if name in found:
            value = found[name]
            unit = value.unit if isinstance(value, Measured) else ""
            unnamed = Measure(name, "other", unit, Words(name, name), Words("", ""))
            yield Line(measures().get(name, unnamed), value, held.get(name, ()))


def spoken(
    value: float | str | None,
    sigma: float | None = None,
    unit: str = "",
    lang: str = "zh",
    name: str = "",
) -> str:
    """Say a figure with its spread and unit; its digits follow from its spread.

    Of a measure that goes both ways, by its `name`, a plus is said as well: a floor that rose.
    """
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "—"
    scale = 100.0 if unit == "share" else 1.0
    word = "%" if unit == "share" else getattr(_UNITS.get(unit, Words(unit, unit)), lang)
    value, spread = value * scale, sigma * scale if sigma is not None else None
    if word == "%" and spread is None and 0 < value < LEAST_PERCENT:
        return f"< {LEAST_PERCENT}%"
    places = _places(value, spread)
    known = measures().get(name)
    said = f"{value:{'+' if known and known.signed else ''},.{places}f}"
    if spread is not None and math.isfinite(spread):
        said += f" ± {spread:,.{places}f}"
    return f"{said} {word}".strip() if word not in {"%", "°"} else f"{said}{word}"


def column_name(measure: Measure, lang: str) -> str:
    """Name a measure as the heading of a column: what it is, and in which unit."""
    unit = _UNITS.get(measure.unit, Words(measure.unit, measure.unit))
    said = "0–1" if measure.unit == "share" else str(getattr(unit, lang))
    name = str(getattr(measure.name, lang))
    return f"{name} ({said.strip('（）()')})" if said else name


def _places(value: float, spread: float | None) -> int:
    """Give as many decimals as two digits of the spread need, or three digits of the value."""
    if spread and math.isfinite(spread):
        return max(0, min(6, 1 - math.floor(math.log10(abs(spread)))))
    if value == 0 or float(value).is_integer():
        return 0
    return max(0, min(6, 2 - math.floor(math.log10(abs(value)))))


def figure_name(name: str, lang: str) -> str:
    """Name a figure: a measure, a figure of findings, or one of these with what it is about.

    `hazard DZ-07` and `row 4: measure` carry a number that no list of names can hold.
    """
    text = sentences(lang)
    if row := _OF_ROW.fullmatch(name):
        number, what = row.groups()
        said = text.get(f"figure_row_{what}") or figure_name(what, lang)
        return f"{text['row_no'].format(row=number)}{text['colon']}{said}"
    head, _, about = name.partition(" ")
    known = text.get(f"figure_{head}", head)
    if head in measures():
        known = str(getattr(measures()[head].name, lang))
    return f"{known} {about}".strip()


def sentence(figure: Figure, lang: str) -> str:
    """Say a line of evidence in a cell: name, value ± spread, count and limit."""
    said = (
        f"{figure_name(figure.name, lang)} "
        f"{spoken(figure.value, figure.sigma, figure.unit, lang, figure.name)}"
    )
    if figure.n is not None:
        said += f" (n={figure.n})"
    if figure.threshold is not None:
        limit = spoken(figure.threshold, None, figure.unit, lang)
        said += f" [{'限值' if lang == 'zh' else 'limit'} {limit}]"
    return said
