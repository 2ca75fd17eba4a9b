"""Mining licences: boundaries, terms and figures of the made-up mines."""

from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from shapely import affinity
from shapely.geometry import Polygon, box

from .elevation import volumes
from .noise import Field
from .quarter import Quarter

ORE = {"石灰岩": 2.65, "铝土矿": 2.90}  # tonnes a cubic metre
DAYS = 414  # between the two elevation models


FIELDS = {
    "permit_no": "许可证号", "holder": "采矿权人", "mine_name": "矿山名称", "mineral": "开采矿种",
    "method": "开采方式", "valid_from": "有效期起", "valid_to": "有效期止",
    "renewal_accepted": "延续受理", "top_elev": "上限标高", "bottom_elev": "下限标高",
    "annual_capacity": "生产规模", "opening_reserves": "年初保有", "used_reserves": "动用储量",
    "reserve_changes": "储量增减", "closing_reserves": "年末保有", "density": "体重",
    "stripping_ratio": "剥采比", "position_sigma": "位置误差",
}  # fmt: skip
# Two lines a mine: case, number, holder, mine; mineral, method, from, to, renewal accepted.
REGISTER = """
inside1 C1408022016087130142835 运城市槐泉石料有限公司 槐泉石灰岩矿
  石灰岩 露天开采 2016-08-12 2026-08-11
renewed C1408022012086130098217 山西青石沟矿业有限公司 青石沟铝土矿
  铝土矿 露天 2017-08-15 2022-08-15 2022-10-11
overlay C1408022018037130150066 运城市宏岩建材有限公司 宏岩石料厂
  石灰岩 露天 2018-03-20 2028-03-19
expired C1408022011097130117402 柳峪乡白土崖采石场 白土崖采石场
  石灰岩 露天 2016-09-30 2022-09-29
nonumber C1408022019057130148390 石门镇三道岔石料有限公司 三道岔石灰岩矿
  石灰岩 露天 2019-05-08 2024-05-07
outside C1408022015117130140573 山西核桃洼矿业有限公司 核桃洼石灰岩矿
  石灰岩 露天 2015-11-02 2025-11-01
below C1408022017067130144921 运城市南岭石业有限公司 南岭石料矿
  石灰岩 露天 2017-06-25 2027-06-24
underground C1408022014043110133608 山西上窑铝业有限公司 上窑铝土矿
  铝土矿 地下开采 2014-04-16 2029-04-15
"""


@dataclass(frozen=True, slots=True)
class Mine:
    """What the register says of a mine, without its boundary."""

    permit_no: str
    holder: str
    name: str
    mineral: str
    method: str
    valid_from: str
    valid_to: str
    renewal: str


def _mines() -> dict[str, Mine]:
    lines = REGISTER.split("\n")[1:-1]
    found = {}
    for head, rest in zip(lines[::2], lines[1::2], strict=True):
        key, *names = head.split()
        terms = [*rest.split(), ""][:5]
        found[key] = Mine(*names, *terms)
    return found


MINES = _mines()


def boundary_of(key: str, outline: Polygon) -> Polygon:
    """Four corners about the working; across it where it lies partly outside."""
    west, south, east, north = outline.bounds
    margin = 85.0
    corners = box(west - margin, south - margin, east + margin, north + margin)
    if key == "outside":
        third = east - 0.42 * (east - west)
        corners = box(west - 160, south - margin, third, north + margin)
    turned = affinity.rotate(corners, 9.0 if key == "outside" else 14.0)
    return Polygon([(round(x, 1), round(y, 1)) for x, y in turned.exterior.coords])


@dataclass(frozen=True, slots=True)
class Licence:
    """One row of the licence layer."""

    mine: Mine
    top: float
    bottom: float
    used: float
    boundary: Polygon

    def row(self) -> dict[str, object]:
        """The layer's columns, short enough for a DBF in GBK."""
        opening, mine = round(self.used * 14 + 60, 2), self.mine
        kept_back = 1.5 if mine == MINES["expired"] else 0.0  # does not add up
        names = list(FIELDS.values())
        return dict(zip(names, (
            mine.permit_no, mine.holder, mine.name, mine.mineral, mine.method, mine.valid_from,
            mine.valid_to, mine.renewal, self.top, self.bottom,
            max(10.0, 10.0 * ceil(self.used / 8)), opening, self.used, 0.0,
            round(opening - self.used + kept_back, 2), ORE[mine.mineral], 0.3, 0.5,
        ), strict=True))  # fmt: skip


def known(licence: Licence, day: date) -> Licence:
    """A licence as the register had it on a day: no renewal that was accepted later."""
    mine = licence.mine
    later = mine.renewal and date.fromisoformat(mine.renewal) > day
    return replace(licence, mine=replace(mine, renewal="")) if later else licence


def licences(quarter: Quarter, ground: tuple[Field, Field]) -> list[Licence]:
    """All licences; but for one, the use agrees with what was dug, with a little to spare."""
    found = []
    for key, mine in MINES.items():
        one = quarter.of(key)
        cut, fill = volumes(ground, one.outline)
        floor = one.floor if one.floor is not None else 500.0
        used = (cut - fill) * ORE[mine.mineral] / 1.3 / 1e4 * 365 / DAYS * 1.12
        used *= 0.3 if key == "below" else 1.0
        bottom = round(floor + 9.0 if key == "below" else floor - 22.0)
        shape = boundary_of(key, one.outline)
        found.append(Licence(mine, round(floor + 120, -1), bottom, round(max(used, 0.4), 2), shape))
    return found
