"""The pages: they fetch nothing, run nothing foreign, lead somewhere, and say what matters."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pyogrio
import pytest

from tests.test_report_audit import BATCH, IDS, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.evidence import Case
from yanhu_satcheck.finding import Judgement
from yanhu_satcheck.ledger import Entry, Ledger
from yanhu_satcheck.report.names import page_name
from yanhu_satcheck.terms import Words


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "OUT"
    report.write(small_audit(tmp_path_factory.mktemp("audit")), folder)
    return folder


class Page(HTMLParser):
    """Notes what a page would fetch, run or leave open."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.risks: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href"}:
                self.links.append(value or "")
            if name.startswith("on"):
                self.risks.append(name)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=["index.html", *(page_name(id) for id in IDS)])
def page(out: Path, request: pytest.FixtureRequest) -> tuple[Path, Page]:
    path = out / "reports" / request.param
    parsed = Page()
    parsed.feed(path.read_text(encoding="utf-8"))
    return path, parsed


def test_pages_fetch_nothing_and_run_nothing_foreign(page: tuple[Path, Page]) -> None:
    path, parsed = page
    text = path.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not parsed.risks
    assert "<img src=x" not in text
    assert text.count("<script") == 1
    assert not any(c in text for c in "\x00\x07\u202e")
    for link in parsed.links:
        assert link.startswith(("data:image/", "../photos/")) or link.endswith(".html"), link
        assert "//" not in link or link.startswith("data:")


def test_links_lead_somewhere(page: tuple[Path, Page]) -> None:
    path, parsed = page
    for link in parsed.links:
        if not link.startswith("data:"):
            assert (path.parent / unquote(link)).is_file(), link


def test_page_shows_what_was_filed_and_found(out: Path) -> None:
    text = (out / "reports" / "0140802001.html").read_text(encoding="utf-8")
    for said in ("实地伪变化", "不一致", "61.3 ± 3.1%", "可能涉及条款，供核查参考", "须经人工确认",
                 "b/2.jpg", "核查人", "没有历史档案", "12.4 米", "=cmd|&#39; /C calc"):  # fmt: skip
        assert said in text, said
    assert "{{7*7}}" in (out / "reports" / "0140802004.html").read_text(encoding="utf-8")


HOSTILE = (
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ config }}{% raw %}",
    "a\u202eb\x00c\u2028d\ud800",
)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    audit = small_audit(tmp_path / "audit")
    rename = dict(zip(IDS, HOSTILE, strict=True))
    cases = tuple(
        replace(one, polygon=replace(one.polygon, id=rename[one.polygon_id], township=word))
        for one, word in zip(audit.cases, HOSTILE, strict=True)
    )
    findings = tuple(
        replace(
            one, polygon_ids=tuple(rename[id] for id in one.polygon_ids), message=Words(word, word)
        )
        for one, word in zip(audit.judgement.findings, (*HOSTILE, "x"), strict=True)
    )
    entries = tuple(
        replace(one, polygon_id=rename[one.polygon_id], township=rename[one.polygon_id])
        for one in audit.ledger.entries
    )
    problems = tuple(
        one._replace(finding=finding, township=finding.message.zh)
        for one, finding in zip(audit.ledger.problems, findings, strict=True)
    )
    hostile = replace(
        audit,
        batch=replace(audit.batch, id=HOSTILE[0], polygons=tuple(c.polygon for c in cases)),
        cases=cases,
        judgement=replace(audit.judgement, findings=findings),
        ledger=replace(audit.ledger, entries=entries, problems=problems),
        titles={code: Words(HOSTILE[2], HOSTILE[2]) for code in audit.titles},
        chips=(),
        photo_groups=(),
        photos=(),
    )
    report.write(hostile, tmp_path / "OUT")
    pages = sorted((tmp_path / "OUT" / "reports").iterdir())
    assert len(pages) == 1 + len(IDS)
    for path in pages:
        text, parsed = path.read_text(encoding="utf-8"), Page()
        parsed.feed(text)
        assert not parsed.risks
        assert text.count("<script") == 1
        assert "<img src=x" not in text
        assert not any(link.startswith("javascript:") for link in parsed.links)
        assert not any(c in text for c in "\x00\u202e")
    lines = (tmp_path / "OUT" / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(findings)


def test_a_batch_with_nothing_to_say(tmp_path: Path) -> None:
    audit = small_audit(tmp_path / "audit")
    bare = replace(
        audit,
        batch=replace(audit.batch, filing_columns=(), permits=(), inputs=()),
        cases=tuple(Case(replace(one.polygon, footprint=None)) for one in audit.cases),
        judgement=Judgement(()),
        ledger=Ledger(BATCH, (), tuple(Entry(id, (), None) for id in IDS)),
        photos=(),
        photo_groups=(),
        chips=(),
        fits=(),
        titles={},
        thresholds={},
        versions={},
    )
    report.write(bare, tmp_path / "OUT")
    assert (tmp_path / "OUT" / "findings.jsonl").read_bytes() == b""
    assert "没有可用的图斑图形" in (tmp_path / "OUT/reports/index.html").read_text(encoding="utf-8")
    layers = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "OUT" / "ledger.gpkg")]
    assert layers[:2] == ["更正台账", "问题清单"]


def test_first_screen_says_what_was_not_judged(out: Path) -> None:
    text = (out / "reports" / "index.html").read_text(encoding="utf-8")
    assert text.index("没有历史档案") < text.index('id="polygons"')
    assert text.index("不是表上的词") < text.index('id="polygons"')
