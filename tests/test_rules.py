"""Every rule answers its case file: fires, on the threshold, looks guilty but is not, unsure."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from yanhu_satcheck.batch import (
    Approval,
    Batch,
    Camera,
    IssuedPolygon,
    LedgerRow,
    Licence,
    Misread,
    Photo,
)
from yanhu_satcheck.batch import Submission as Filing
from yanhu_satcheck.evidence import (
    ApprovalLink,
    Case,
    Cause,
    Chance,
    ChangeEvidence,
    Dossier,
    EarlierOverlap,
    EarlierPhoto,
    EarlierPolygon,
    EarlierTwin,
    LicenceLink,
    Overlap,
    PhotoEvidence,
    PhotoGroup,
    SceneView,
    TerrainEvidence,
)
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.judge import judge
from yanhu_satcheck.past import EarlierFinding
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.terms import Breach, Call, Confidence, Severity, Status, Words, fold

ROOT = Path(__file__).parent.parent
BOOK = {rule.code: rule for rule in rulebook()}
FILES = {f.stem: tomllib.loads(f.read_text("utf-8")) for f in ROOT.glob("tests/cases/*.toml")}
KINDS = {"fires", "threshold", "look-alike", "unsure", "known-miss"}
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
    return SceneView("scene-1", day, later, cover, clear, px, 2.0, ("red",), None, why, False)


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
    return ChangeEvidence(grown, share(before), after, grown, zero, green, zero, rest_bare)


def relief(told: Told) -> TerrainEvidence | None:
    if not {"net", "cut"} & {*told}:
        return None
    net, cut = (
        Measured(told[name], told.get("net_sigma", 100.0), 400, "m³") if name in told else None
        for name in ("net", "cut")
    )
    return TerrainEvidence(cut_m3=cut, net_m3=net, detectable_m=told.get("shows"))


def photo(told: str | Told, polygon_id: str | None) -> PhotoEvidence:
    told = {"id": told} if isinstance(told, str) else told
    fault = Words(told["fault"], told["fault"]) if "fault" in told else None
    there = None if told.get("absent") else "0f" * 32
    return PhotoEvidence(
        told["id"], polygon_id, there, fault=fault, listed=told.get("listed", True)
    )


def licence(told: Told) -> LicenceLink:
    about = {name: value for name, value in told.items() if name not in ("no", "share", "named")}
    permit = Licence(told["no"], fold(told["no"]), 2, SQUARE, **about)
    return LicenceLink(permit, told.get("share", 1.0), told.get("named", True))


def paper(told: Told) -> ApprovalLink:
    ref, table = told["ref"], told.get("table", "restoration")
    plan = Approval(ref, fold(ref), "", told.get("from"), told.get("to"), None, 2)
    return ApprovalLink(table, plan, told.get("share", 1.0), told.get("named", True))


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
        after_date=told.get("after", date(2022, 8, 1)),
        findings=found,
        ledger=rows,
        bare_after=told.get("bare"),
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
    return EarlierTwin(photo, told.get("kind", "exposure"), how, None, metres, one_ground)


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
        parent_polygon_id=told.get("parent", ""),
    )
    causes = {"mining": told.get("mining", 0.9), "slide": told.get("slide", 0.05)}
    return Case(
        polygon,
        filing(id, told),
        seen(told),
        changed(told),
        relief(told),
        Chance(told.get("p"), 0, 1000, 500, Words("", "")),
        Cause(causes) if told.get("weighed", True) else None,
        tuple(photo(one, id) for one in told.get("photos", ())),
        tuple(row for row in ledger if row.key == fold(id) and fold(row.batch) in ("", "2022Q4")),
        tuple(licence(one) for one in told.get("licences", ())),
        tuple(paper(one) for one in told.get("papers", ())),
        hazards=tuple(told.get("hazards", {}).items()),
        licensed_share=told.get("licensed"),
        approved_share=told.get("approved"),
        drawn_area_m2=told.get("drawn") or None,
        earlier=tuple(ground(one) for one in told.get("earlier", ())),
    )


def ledger_row(n: int, told: Told) -> LedgerRow:
    """Write a row that is whole but for what it lacks, and due on 2022-12-01."""
    id, day = told["id"], told.get("deadline", date(2022, 12, 1))
    row: dict[str, Any] = {"responsible_unit": "所", "measure": "回填", "responsible_person": "张"}
    row |= {name: value for name, value in told.items() if name not in ("id", "lacks")}
    row |= {"deadline": day or None} | dict.fromkeys(told.get("lacks", ()), "")
    return LedgerRow(id, fold(id), n, **row)


def misread(told: Told) -> Misread:
    about = {name: value for name, value in told.items() if name not in ("file", "polygons")}
    what = Words("读不了", "cannot be read")
    return Misread(told["file"], what, what, **about, polygon_ids=tuple(told.get("polygons", ())))


def overlap(told: Told) -> Overlap:
    one, two = told["of"]
    sliver, family = told.get("sliver", False), told.get("family", False)
    return Overlap((one, two), 1000.0, told["share"], sliver, family)


def dossier(told: Told, default: Told) -> Dossier:
    """Build what a case file tells: polygons `P…`, and what belongs to the batch."""
    rows = tuple(ledger_row(n, row) for n, row in enumerate(told.get("ledger", ()), 2))
    cases = tuple(case(id, {**default, **one}, rows) for id, one in told.items() if id[0] == "P")
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
        misreads=tuple(misread(one) for one in told.get("misreads", ())),
        not_supplied=frozenset(told.get("not_supplied", ())),
        blank_columns=frozenset(told.get("blank", ())),
    )
    groups = (
        PhotoGroup(
            k,
            tuple(ids),
            Words("如图", "as shown"),
            earlier=tuple(twin(one) for one in told.get("twins", {}).get(" ".join(ids), ())),
        )
        for k, *ids in told.get("groups", ())
    )
    return Dossier(
        batch,
        cases,
        overlaps=tuple(map(overlap, told.get("overlaps", ()))),
        neighbours=frozenset((one, two) for one, two in told.get("near", ())),
        photo_groups=tuple(groups),
        loose_photos=tuple(photo(one, None) for one, _ in loose),
        contradicted=tuple(earlier(one) for one in told.get("contradicted", ())),
    )


def said(finding: Finding) -> str:
    """Word a finding as case files do; “, low” where it is milder than its rule and status."""
    usual = min(BOOK[finding.rule].severity, Severity.MEDIUM)
    mild = finding.status is not Status.UNASSESSABLE and finding.severity < usual
    proposed = f" → {finding.proposed}" if finding.proposed else ""
    whom = " ".join(finding.polygon_ids) or "batch"
    return f"{finding.status.name.lower()} {whom}{proposed}{', low' * mild}"


def every_case() -> Iterator[Any]:
    for code, file in sorted(FILES.items()):
        for kind in KINDS & {*file}:
            for sentence, told in file[kind].items():
                yield pytest.param(code, told, id=f"{code} {kind}: {sentence}")


@pytest.mark.parametrize(("code", "told"), [*every_case()])
def test_answers(code: str, told: dict[str, Any]) -> None:
    rule = next(r for r in rulebook({"rules": {code: told.get("limits", {})}}) if r.code == code)
    findings = judge(dossier(told, FILES[code].get("default", {})), [rule]).findings
    assert sorted(map(said, findings)) == sorted(told.get("says", []))


@pytest.mark.parametrize("code", BOOK)
def test_every_rule_has_every_kind_of_case(code: str) -> None:
    assert {"fires", "threshold", "look-alike", "unsure"} <= {*FILES[code]} <= KINDS | {"default"}


def all_findings() -> Iterator[Finding]:
    for code, file in FILES.items():
        for kind in KINDS & {*file}:
            for told in file[kind].values():
                yield from judge(dossier(told, file.get("default", {})), [BOOK[code]]).findings


def test_every_finding_speaks_both_languages_and_of_no_person() -> None:
    for finding in all_findings():
        zh, en = finding.message
        assert zh
        assert en
        assert not any(word in zh for word in ("违法行为", "虚报", "弄虚作假", "造假"))
        assert all(figure.source for figure in finding.evidence), finding


def test_every_photograph_of_the_exposure_is_named_with_its_polygon() -> None:
    told = {
        "P1": {"photos": ["a", "c"]},
        "P2": {"photos": ["b"]},
        "loose": [{"id": "x", "named": "X9"}, {"id": "y"}],
        "groups": [["exposure", "a", "b", "x", "y"]],
    }
    [finding] = judge(dossier(told, {}), [BOOK["PH01"]]).findings
    related = [(one.id, one.polygon_id) for one in finding.related]
    assert related == [("a", "P1"), ("b", "P2"), ("x", "X9"), ("y", None)]


@pytest.mark.parametrize(("gain", "sure"), [(0.35, Confidence.LIKELY), (0.25, Confidence.HINT)])
def test_a_change_within_its_error_of_the_limit_is_a_hint(gain: float, sure: Confidence) -> None:
    told = {"P1": {"call": "PSEUDO_CHANGE", "gain": gain, "sigma": 0.1, "p": 0.001}}
    [finding] = judge(dossier(told, {}), [BOOK["CL01"]]).findings
    assert (finding.status, finding.confidence) == (Status.INCONSISTENT, sure)


def test_a_finding_is_recognised_after_re_measuring() -> None:
    told = {"P1": {"call": "PSEUDO_CHANGE", "gain": 0.5, "mining": 0.9, "p": 0.001}}
    again = {"P1": {**told["P1"], "gain": 0.6, "p": 0.002}}
    [one], [two] = (judge(dossier(t, {}), [BOOK["CL01"]]).findings for t in (told, again))
    assert one.id == two.id
    assert one != two


ids = st.lists(st.sampled_from(["P1", "P2", "P3", "P4"]), unique=True, min_size=1)
seventh = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9])
polygons = st.fixed_dictionaries(
    {
        "call": st.sampled_from(["PSEUDO_CHANGE", "DISASTER", "LEGAL", "ILLEGAL", "UNKNOWN"]),
        "gain": seventh,
        "bare": seventh,
        "growth": seventh,
        "mining": seventh,
        "clear": st.sampled_from([0.5, 1.0]),
        "p": st.none() | st.sampled_from([0.001, 0.04, 0.5]),
    },
)
batches = ids.flatmap(lambda names: st.fixed_dictionaries(dict.fromkeys(names, polygons)))


@settings(max_examples=40, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_filing_order_does_not_matter(told: dict[str, Any], random: Any) -> None:
    extra = {
        "overlaps": [{"of": ["P1", "P2"], "share": 0.5}] if {"P1", "P2"} <= {*told} else [],
        "groups": [["exposure", "a", "b"]],
    }
    for n, one in zip("abcd", sorted(told), strict=False):
        told[one]["photos"] = [n]
    filed = dossier(told | extra, {})
    shuffled = replace(filed, cases=tuple(random.sample(filed.cases, len(filed.cases))))
    assert judge(filed, [*BOOK.values()]) == judge(shuffled, [*BOOK.values()])


STRICTER = [  # rule, limit, a value that accuses more, one that accuses less
    ("CL01", "bare_gain", 0.1, 0.5),
    ("CL01", "growth", 0.1, 0.5),
    ("CL01", "p_mining", 0.3, 0.9),
    ("CL03", "bare_gain", 0.1, 0.5),
    ("CL03", "p_mining", 0.3, 0.9),
    ("LE01", "share", 0.05, 0.4),
    ("LE02", "share", 0.05, 0.4),
    ("LE03", "still_bare", 0.2, 0.9),
    ("LE03", "growth", 0.05, 0.6),
    ("LE03", "batches", 2, 3),
    ("PH04", "min_photos", 3, 1),
    ("DQ02", "clear_share", 0.9, 0.4),
    ("DQ03", "n_px", 400, 5),
]


@settings(max_examples=60, deadline=None)
@given(batches, seventh, st.sampled_from(STRICTER))
def test_a_stricter_limit_never_clears_a_doubt(
    told: dict[str, Any], shared: float, limit: tuple[str, str, float, float]
) -> None:
    code, name, strict, lax = limit
    pair = [{"of": ["P1", "P2"], "share": shared}] if {"P1", "P2"} <= {*told} else []
    filed = dossier(told | {"overlaps": pair}, {})
    again = {"id": "E1", "share": shared, "call": "PSEUDO_CHANGE"}
    cases = tuple(replace(one, earlier=(ground(again),)) for one in filed.cases)
    filed = replace(filed, cases=cases)
    few, many = (
        {f.id for f in judge(filed, rulebook({"rules": {code: {name: at}}})).findings}
        for at in (lax, strict)
    )
    assert few <= many


MAY = {"quantity", "evidence", "policy", "rule", "terms"}
SHUT = {"io", "os", "pathlib", "sqlite3", "socket", "urllib", "numpy", "pandas", "shapely"}


@pytest.mark.parametrize("file", sorted(ROOT.glob("rules/*.py")), ids=lambda file: file.stem)
def test_a_rule_only_reasons(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for top, _, rest in (name.partition(".") for name in names):
            assert top not in SHUT
            assert top != "yanhu_satcheck" or rest in MAY
