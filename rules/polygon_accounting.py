"""Issued and filed polygons do not match one for one (图斑与填报不能一一对应).

查什么：同一编号下发或填报多次；填报了未下发的编号；下发的图斑没有填报；子图斑面积之和与母图斑不
符，或母子关系成环。
What it finds: a number issued or filed more than once, one filed that was not issued, a polygon
issued and not filed, children whose areas do not add up to their parent's, and polygons that are
parent and child of one another.

为何要紧：漏填、重填、拆分时丢掉一块，都会使一处地块不受核查。
Why it matters: a row left out, filed twice, or a piece lost in splitting leaves ground unexamined.

何时会看错：编号按全角半角、大小写折叠后比较，原样显示；拆分时分别数字化，边界略有出入属正常。
下发而未填报的列举证缺失；同号重复下发、重复填报而判定相同、母子成环的，只列存疑。
When it misleads: numbers are compared after folding full-width forms and case, and shown as
written; children digitised apart differ a little from their parent. A polygon issued and not filed
is unsupported; a number issued twice, one filed twice with the same call, and polygons that are
parent and child of one another are doubtful.

什么能说清：补填缺行，删去重复行，说明另有编号的图斑来自哪一批，补齐拆分的另一块。
What clears it: file the missing row, drop the repeated one, say which batch a stray number belongs
to, add the piece that is missing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, Dossier, Submission
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words, fold


@dataclass(frozen=True, slots=True)
class Limits:
    """How far children may differ from their parent."""

    relative: float = limit(
        0.1, unit="share of the parent", low=0.01, high=0.5, why="分别数字化 drawn apart"
    )
    absolute_m2: float = limit(
        200.0, unit="m²", low=0.0, high=10_000.0, why="边界出入 as much lies along the edges"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name every number that does not stand once on both sides, and children that do not add up."""
    yield from _issued_again(dossier)
    yield from _children(dossier, limits)
    if "submission" in dossier.not_supplied:
        zh = "未提供填报表，只核对了下发编号和母子图斑面积"
        yield Unsure((), Words(zh, "no filing: only the issued numbers and areas were compared"))
    else:
        yield from _filed(dossier)


def _issued_again(dossier: Dossier) -> Iterator[Answer]:
    for key, same in _by_key(dossier.cases).items():
        if len(same) > 1:
            ids = tuple(case.polygon_id for case in same)
            says = Words(
                f"图斑编号 {key} 下发了 {len(ids)} 次，以 {'、'.join(ids)} 区分",
                f"number {key} was issued {len(ids)} times, told apart as {', '.join(ids)}",
            )
            yield _doubt(ids, Status.DOUBTFUL, says, [Figure("polygons", *_count(len(ids)))])


def _filed(dossier: Dossier) -> Iterator[Answer]:
    issued, rows = _by_key(dossier.cases), defaultdict(list)
    for row in dossier.batch.submissions:
        if row.key:  # a row without a number is named where it was read
            rows[row.key].append(row)
    for key, cases in issued.items():
        ids = tuple(case.polygon_id for case in cases)
        if not rows[key]:
            says = Words("填报表中没有本图斑", "the filing has no row for it")
            for id in ids:
                yield _doubt((id,), Status.UNSUPPORTED, says, [Figure("filed_rows", *_count(0))])
        elif len(rows[key]) > 1:
            yield _filed_again(ids, rows[key])
    for key in sorted({*rows} - {*issued}):
        yield _stray(rows[key])


def _filed_again(ids: tuple[str, ...], rows: Sequence[Submission]) -> Doubt:
    calls = list(dict.fromkeys(row.legality or "（空）" for row in rows))
    told = "、".join(f"第 {row.row} 行“{row.legality}”" for row in rows)
    english = ", ".join(f"row {row.row} “{row.legality}”" for row in rows)
    return _doubt(
        ids,
        Status.INCONSISTENT if len(calls) > 1 else Status.DOUBTFUL,
        Words(
            f"同一图斑填报了 {len(rows)} 次：{told}；本次按第 {rows[0].row} 行核查",
            f"filed {len(rows)} times: {english}; row {rows[0].row} was audited",
        ),
        [stated(f"legality {row.row}", row.legality, "submission") for row in rows],
        rows[0].polygon_id,
    )


def _stray(rows: Sequence[Submission]) -> Doubt:
    number, places = rows[0].polygon_id, "、".join(str(row.row) for row in rows)
    return _doubt(
        (),
        Status.INCONSISTENT,
        Words(
            f"填报的图斑 {number}（第 {places} 行）不在本批下发的图斑中",
            f"polygon {number}, filed in row {places}, was not issued in this batch",
        ),
        [stated(f"legality {row.row}", row.legality, "submission") for row in rows],
        number,
    )


def _children(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    parents = _by_key(dossier.cases)
    split: dict[str, list[Case]] = defaultdict(list)
    for case in dossier.cases:
        split[fold(case.polygon.parent_polygon_id)].append(case)
    rings = _rings(dossier.cases)
    for ring in rings:
        says = Words(
            f"图斑 {'、'.join(ring)} 互为母子图斑，关系成环，不能核对面积",
            f"{', '.join(ring)} are parent and child of one another: areas cannot be added",
        )
        yield _doubt(ring, Status.DOUBTFUL, says, [Figure("polygons", *_count(len(ring)))])
    round_ = {id for ring in rings for id in ring}
    for key in sorted({*split} & {*parents}):
        if parents[key][0].polygon_id not in round_:
            yield from _added_up(parents[key][0], split[key], limits)


def _rings(cases: Sequence[Case]) -> list[tuple[str, ...]]:
    """Find the polygons that are their own ancestors, ring by ring."""
    named = {key: same[0] for key, same in _by_key(cases).items()}
    up = {key: fold(case.polygon.parent_polygon_id) for key, case in named.items()}
    rings = set()
    for key in up:
        way, at = [key], up[key]
        while at in up and at not in way:
            way.append(at)
            at = up[at]
        if at == key:
            rings.add(tuple(sorted(named[one].polygon_id for one in way)))
    return sorted(rings)


def _added_up(parent: Case, children: Sequence[Case], limits: Limits) -> Iterator[Answer]:
    ids = (parent.polygon_id, *(child.polygon_id for child in children))
    areas = [child.drawn_area_m2 for child in children]
    whole, related = parent.drawn_area_m2, (Related("polygon", parent.polygon_id),)
    if whole is None or None in areas:
        zh = "母图斑或子图斑没有可用的图形，不能核对面积"
        yield Unsure(ids, Words(zh, "an outline is missing: areas cannot be added"), (), related)
        return
    total = sum(area or 0.0 for area in areas)
    apart = total - whole
    if abs(apart) > max(limits.relative * whole, limits.absolute_m2):
        yield _doubt(
            ids,
            Status.INCONSISTENT,
            Words(
                f"{len(children)} 个子图斑面积合计 {total:.0f} 平方米，母图斑 {whole:.0f} 平方米",
                f"{len(children)} children add up to {total:.0f} m², their parent has {whole:.0f}",
            ),
            [
                Figure("children_m2", total, None, None, "m²", None, "polygons"),
                Figure("parent_m2", whole, None, None, "m²", None, "polygons"),
                Figure("apart_m2", apart, None, None, "m²", limits.absolute_m2, "polygons"),
            ],
            parent.polygon_id,
        )


def _by_key(cases: Sequence[Case]) -> dict[str, list[Case]]:
    by_key: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_key[case.polygon.key].append(case)
    return dict(sorted(by_key.items()))


def _count(n: int) -> tuple[int, None, None, str, int, str]:
    return n, None, None, "count", 1, "polygons"


def _doubt(
    ids: tuple[str, ...], status: Status, says: Words, figures: Sequence[Figure], number: str = ""
) -> Doubt:
    related = (Related("polygon", number),) if number else ()
    return Doubt(ids, status, Confidence.CERTAIN, says, tuple(figures), related, on_change=False)


RULE = Rule(
    code="LE04",
    slug="polygon-accounting",
    title=Words("图斑与填报不能一一对应", "issued and filed polygons do not match"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案：如实填报",),
    severity=Severity.MEDIUM,
    limits=Limits(),
    concerns=lambda case, limits: True,
    check=check,
)
