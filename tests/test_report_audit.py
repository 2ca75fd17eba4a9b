"""A small audit with something of everything, and that its books balance."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from shapely import Polygon, box

from yanhu_satcheck.batch import (
    Approval,
    Batch,
    Camera,
    Cell,
    InputFile,
    IssuedPolygon,
    LedgerRow,
    Licence,
    Misread,
    Submission,
)
from yanhu_satcheck.evidence import (
    ApprovalLink,
    Case,
    Cause,
    Chance,
    ChangeEvidence,
    Chip,
    LicenceLink,
    PhotoEvidence,
    PhotoGroup,
    SceneView,
    TerrainEvidence,
)
from yanhu_satcheck.finding import Account, Finding, Judgement
from yanhu_satcheck.ledger import (
    Audit,
    Duty,
    EightOf,
    Entry,
    Ledger,
    Problem,
    Rectification,
    Review,
    TownshipCount,
)
from yanhu_satcheck.past import KeptMarks
from yanhu_satcheck.quantity import Figure, Measured
from yanhu_satcheck.rule import Related
from yanhu_satcheck.scene import ElevationPair, Grid, ImageFile, SceneFit, ScenePair
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words

BATCH = "2022Q4"
COLUMNS = ("图斑编号", "合法性判定", "现场核查描述", "核查时间", "动用方量", "审核状态", "备注")
NASTY = (
    "=cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>",
    "\x07bell\x00",
    "abc\u202egpj.exe",
    "\uff1d1+1",
    "@SUM(1)",
    "-2+3",
    "{{7*7}}",
    "</script><script>alert(1)</script>",
    "http://example.com/",
)
TITLES = {
    "CL01": Words("实地伪变化虚报", "false pseudo-change"),
    "PH01": Words("举证照片一图多用", "photo reuse"),
    "PH04": Words("照片缺失", "photo missing"),
    "LE02": Words("与历史判定不一致", "conflict with an earlier call"),
    "DQ02": Words("云影遮挡", "cloud, shadow, nodata"),
    "RL01": Words("未纳入整改台账", "not in the ledger"),
}
IDS = ("0140802001", "0140802002", "0140802003", "0140802004", "盐湖/5:东?", "CON")
TOWNS = ("解州镇", "解州镇", "东郭镇", "东郭镇", "席张乡", "")
CALLS = (
    Call.PSEUDO_CHANGE,
    Call.RESTORATION,
    Call.LEGAL,
    Call.DISASTER,
    Call.OTHER,
    Call.UNFILLED,
)


def share(value: float) -> Measured:
    return Measured(value, 0.03, 4120, "share")


def ground(path: Path, bare: bool, size: int = 240) -> Path:
    """Paint a hillside, with a quarry in it or without."""
    rng = random.Random(7)
    noise = Image.effect_noise((size, size), 60).filter(ImageFilter.GaussianBlur(3))
    green = Image.merge("RGB", [noise.point(lambda v, k=k: int(v * k)) for k in (0.5, 0.75, 0.42)])
    if bare:
        draw = ImageDraw.Draw(green)
        draw.ellipse((60, 70, 190, 180), fill=(214, 196, 164))
        for _ in range(40):
            x, y = rng.randint(70, 180), rng.randint(80, 170)
            draw.line((x, y, x + 24, y + 6), fill=(180, 158, 126), width=2)
    green.save(path, quality=85)
    return path


def chips(polygon_id: str, folder: Path, at: int) -> tuple[Chip, ...]:
    around = [(120 + 70 * math.cos(a / 3), 125 + 58 * math.sin(a / 3)) for a in range(19)]
    made = []
    for kind, when in (
        ("before", date(2022, 8, 21)),
        ("after", date(2022, 11, 12)),
        ("change", None),
    ):
        path = ground(folder / f"{at}-{kind}.jpg", kind != "before")
        words = Words("真彩色，0.8 米", "true colour, 0.8 m")
        made.append(Chip(polygon_id, kind, path, when, 240, 240, 480.0, (tuple(around),), words))
    return tuple(made)


def photo(id: str, polygon_id: str, folder: Path, colour: int) -> PhotoEvidence:
    path = folder / f"{id.replace('/', '-')}.jpg"
    picture = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    ImageDraw.Draw(picture).polygon([(40, 260), (180, colour), (360, 260)], fill=(150, 130, colour))
    picture.save(path, quality=80)
    name = sha256(path.read_bytes()).hexdigest()
    return PhotoEvidence(
        id,
        polygon_id,
        sha256=name,
        pixel_hash="aa" * 8,
        fingerprint="f" * 64,
        width=4000,
        height=3000,
        lonlat=(110.98765, 35.01234),
        distance_m=12.4,
        azimuth=271.0,
        azimuth_ref="M",
        taken_at=datetime(2022, 11, 20, 10, 5, 3),
        taken_by="张三",
        camera=Camera("HUAWEI", "ELS-AN00", "S123"),
        has_exif=True,
        reduced=path,
        marks=KeptMarks(name, "f" * 64, 1, (400, 300), bytes(range(24))),
    )


def case(at: int, photos: Sequence[PhotoEvidence]) -> Case:
    x, y = 500_000 + 2600 * (at % 3), 3_870_000 + 1900 * (at // 3)
    blob = [(x + 190 * math.cos(a / 2), y + 140 * math.sin(a / 2)) for a in range(13)]
    polygon = IssuedPolygon(
        IDS[at],
        IDS[at],
        at + 2,
        None if at == 5 else Polygon(blob),
        township=TOWNS[at],
        village="某村",
        before_date=date(2022, 8, 21),
        after_date=date(2022, 11, 12),
        area_m2=6100.0,
    )
    cells: tuple[Cell, ...] = (
        IDS[at],
        CALLS[at].words.zh,
        NASTY[at],
        date(2022, 11, 20),
        1250.5,
        NASTY[at + 4],
        "无" if at else None,
    )
    filing = Submission(IDS[at], IDS[at], at + 2, cells, str(cells[1]), CALLS[at], remark=NASTY[at])
    if at == 5:
        return Case(polygon)
    days = (date(2022, 8, 21), date(2022, 11, 12))
    shift = Measured(0.31, 0.08, 41, "px")
    bands = ("blue", "green", "red")
    change = ChangeEvidence(
        share(0.62), share(0.08), share(0.7), share(0.61), share(0.55), share(0.01), share(0.3),
        share(0.66), {"ndvi_after": Measured(0.12, 0.02, 4120, "")},
    )  # fmt: skip
    terrain = TerrainEvidence(
        Measured(14.0, 3.0, 800, "deg"),
        Measured(-3.2, 0.6, 800, "m"),
        Measured(18250.0, 900.0, 800, "m3"),
        Measured(820.0, 300.0, 800, "m3"),
        Measured(-17430.0, 950.0, 800, "m3"),
        0.31,
    )
    mining = Cause(
        {"mining": 0.86, "slide": 0.05, "restoration": 0.04, "season": 0.02, "construction": 0.03},
        (Words("地面降低且台阶状裸露", "lower floor in bare steps"),),
    )
    permit = Licence(
        "C1408002010", "C1408002010", 2, None, "某某矿业", "石灰岩矿", "石灰岩", "露天",
        date(2018, 1, 1), date(2023, 1, 1),
    )  # fmt: skip
    plan = Approval("修复2021-3号", "x", "东山修复", date(2021, 1, 1), None, None, 2)
    row = LedgerRow(IDS[at], IDS[at], 3, problem="越界", deadline=date(2022, 12, 1), closed=False)
    return Case(
        polygon,
        filing,
        SceneView("scene-1", *days, 1.0, 0.97, 4120.4, 0.8, bands, shift, None, True),
        change if at != 4 else None,
        terrain if at in (0, 2) else None,
        Chance(0.0012, 3, 2500, 610.0, Words("", "")) if at != 4 else None,
        mining if at != 4 else None,
        tuple(photos),
        (row,) if at == 2 else (),
        (LicenceLink(permit, 0.84, True),) if at == 2 else (),
        (ApprovalLink("restoration", plan, 0.4, True),) if at == 1 else (),
        (("H-07", 320.0),) if at == 3 else (),
        0.84,
        None,
        6250.0,
    )


def finding(
    rule: str, ids: tuple[str, ...], status: Status, says: Words, **more: object
) -> Finding:
    made = Finding(BATCH, rule, rule.lower(), ids, status, Severity.HIGH, Confidence.LIKELY, says)
    return replace(made, **more)  # type: ignore[arg-type]


def findings() -> tuple[Finding, ...]:
    one, two, three, four, five, six = IDS
    bare = Figure("bare_gain", 0.6134567891, 0.0312345678, 4120, "share", 0.2, "scene-1")
    lost = Figure("cut_m3", 18250.0, 900.0, 800, "m3", 1000.0, "dem")
    law = (Words("《矿产资源法》第三十九条", "Mineral Resources Law, article 39"),)
    mute = {"severity": Severity.LOW, "confidence": Confidence.HINT}
    again = (Related("photo", "a/1.jpg", one), Related("photo", "b/2.jpg", two))
    return (
        finding(
            "LE02", (), Status.UNASSESSABLE,
            Words("没有历史档案，无法与往期判定比较", "no archive to compare with"), **mute,
        ),
        finding(
            "CL01", (one,), Status.INCONSISTENT,
            Words("填报为实地伪变化，但新增裸地 61%，地面降低", "bare ground grew by 61 %"),
            evidence=(bare, lost), proposed=Call.ILLEGAL, provisions=law, p_value=0.0012,
            q_value=0.0048123456789,
            claim={"合法性判定": "实地伪变化", "filed_date": date(2022, 12, 1)},
        ),
        finding(
            "PH01", (one, two), Status.INCONSISTENT,
            Words("同一照片用于两个图斑，相距 2.6 km", "one photograph serves two polygons"),
            related=again, confidence=Confidence.CERTAIN,
        ),
        finding("PH04", (three,), Status.DOUBTFUL, Words("照片不可读", "bad"), related=again[:1]),
        finding("RL01", (four,), Status.UNSUPPORTED, Words(NASTY[1], NASTY[1])),
        finding("DQ02", (five,), Status.UNASSESSABLE, Words("云覆盖 83%", "83 % cloud"), **mute),
        finding("DQ02", (six,), Status.UNASSESSABLE, Words("没有影像", "no image"), **mute),
    )  # fmt: skip


def batch(cases: Sequence[Case], root: Path) -> Batch:
    grid = Grid("EPSG:4546", (0.8, 0, 499_000, 0, -0.8, 3_873_000), 9000, 9000)
    bands = ("blue", "green", "red")
    before = ImageFile(root / "x", "scenes/before.tif", date(2022, 8, 21), grid, bands, "uint8")
    after = ImageFile(root / "y", "scenes/after.tif", date(2022, 11, 12), grid, bands, "uint8")
    mine = Licence("C1", "C1", 2, box(499_600, 3_869_700, 500_500, 3_870_400))
    return Batch(
        BATCH,
        root,
        "140802",
        (date(2022, 10, 1), date(2022, 12, 31)),
        date(2022, 12, 31),
        "EPSG:4546",
        tuple(one.polygon for one in cases),
        COLUMNS,
        tuple(one.filing for one in cases if one.filing),
        permits=(mine,),
        scenes=(ScenePair("scene-1", before, after),),
        elevation=ElevationPair(None, None),
        settings={"policy": {"fdr": 0.05}},
        not_supplied=frozenset({"archive", "patrols"}),
        inputs=tuple(
            InputFile(name, sha256(name.encode()).hexdigest(), 1000)
            for name in ("submission.xlsx", "scenes/before.tif", "scenes/after.tif")
        ),
        filing_call=COLUMNS.index("合法性判定"),
    )


def small_audit(root: Path, lang: str = "zh") -> Audit:
    """Make an audit of six polygons, two of which share a photograph."""
    root.mkdir(parents=True, exist_ok=True)
    pictures = (photo("a/1.jpg", IDS[0], root, 90), photo("b/2.jpg", IDS[1], root, 90))
    broken = PhotoEvidence("c/3.jpg", IDS[2], "ab" * 32, fault=Words("文件截断", "cut off"))
    lost = PhotoEvidence("c/4.jpg", IDS[2], None, fault=Words("索引有、文件无", "no such file"))
    photos = (*pictures, broken, lost)
    cases = tuple(case(at, [p for p in photos if p.polygon_id == IDS[at]]) for at in range(6))
    judged = Judgement(
        findings(),
        (
            Account("CL01", IDS[:2], IDS[:1]),
            Account("PH01", IDS, IDS[:2]),
            Account("LE02", (), (), Words("没有历史档案", "no archive")),
        ),
    )
    found = judged.findings
    misread = Misread(
        "submission.xlsx", Words("“伪变化吧”不是表上的词", "not a call"),
        Words("改为“实地伪变化”", "write 实地伪变化"), 14, "判定",
    )  # fmt: skip
    ledger = Ledger(
        BATCH,
        COLUMNS,
        tuple(entry(one, judged) for one in cases),
        tuple(Problem(f, TITLES[f.rule], "解州镇" if f.polygon_ids else "") for f in found),
        (
            Rectification(IDS[2], BATCH, "在册", "越界", "", "", date(2022, 12, 1), closed=False),
            Rectification(IDS[0], BATCH, "应纳入", "新增裸地", findings=(found[1].id,)),
        ),
        (Duty("县局", (IDS[2],), 1, 1, 0, 0, ("李四",)), Duty("", (IDS[0],), 1, 0, 0, 1, ())),
        (
            TownshipCount("解州镇", 2, 0, 2, 0, 0, 0, 0),
            TownshipCount("东郭镇", 2, 0, 0, 1, 1, 0, 1, (("群众举报", 1),)),
        ),
        (
            EightOf("纳入台账一批", 2, Words("应纳入", "to enter")),
            EightOf("曝光一批", None, Words("由人工填写", "by hand")),
        ),
        found[:1] + found[5:],
        (misread,),
        ((Words("批次", "batch"), BATCH), (Words("截止日", "as of"), "2022-12-31")),
    )  # fmt: skip
    made = batch(cases, root)
    fit = SceneFit(
        made.scenes[0], (Measured(0.2, 0.05, 40, "px"), Measured(-0.1, 0.05, 40, "px")), 40, 49
    )
    return Audit(
        made,
        cases,
        judged,
        ledger,
        photos,
        (PhotoGroup("exposure", ("a/1.jpg", "b/2.jpg"), Words("重新压缩后相同", "re-saved")),),
        tuple(chip for at in range(5) for chip in chips(IDS[at], root, at)),
        (fit,),
        TITLES,
        {"CL01": {"bare_gain": 0.2, "p_mining": 0.7}},
        versions={"satcheck": "0.1.0", "gdal": "3.10.3"},
        lang=lang,
    )  # fmt: skip


def entry(one: Case, judged: Judgement) -> Entry:
    found = judged.of(one.polygon_id)
    return Entry(
        one.polygon_id,
        one.filing.cells if one.filing else (),
        judged.status(one.polygon_id),
        Call.ILLEGAL if one.polygon_id == IDS[0] else None,
        Words(
            "；".join(f"{f.rule} {f.message.zh}" for f in found), "; ".join(f.rule for f in found)
        ),
        tuple(dict.fromkeys(p for f in found for p in f.provisions)),
        "县自然资源局",
        deadline=date(2023, 3, 31),
        review=Review("采纳", "王五", date(2023, 1, 5)) if one.polygon_id == IDS[1] else Review(),
        township=one.polygon.township,
        findings=found,
        key=one.polygon.key,
    )


def test_small_audit_accounts_for_every_polygon(tmp_path: Path) -> None:
    audit = small_audit(tmp_path)
    assert [one.polygon_id for one in audit.cases] == [e.polygon_id for e in audit.ledger.entries]
    assert sum(audit.ledger.count(s) for s in (None, *Status)) == len(audit.cases)
