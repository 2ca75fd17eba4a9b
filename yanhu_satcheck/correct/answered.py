"""Which answers count: of this audit, of a known word, by a named person, told once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yanhu_satcheck.correct.carry import Key, review_of, stood
from yanhu_satcheck.final import Finished, Unapplied
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Review
from yanhu_satcheck.past import REFUSED, Answer
from yanhu_satcheck.review import OPINIONS, Told, Written
from yanhu_satcheck.terms import Words, fold

_CHOICE = "采纳 / 不采纳 / 需外业"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that count, and those that do not."""

    valid: Mapping[Key, Answer]
    unapplied: tuple[Unapplied, ...]
    torn: frozenset[str] = frozenset()
    """Findings whose polygons are answered differently, and that have no answer of their own."""

    def of(self, finding: str) -> Review | None:
        """Give the answer to a finding itself."""
        answer = self.valid.get(("finding", finding))
        return review_of(answer) if answer else None

    def of_polygon(self, polygon_id: str) -> Review | None:
        """Give the answer to a polygon as a whole."""
        answer = self.valid.get(("polygon", polygon_id))
        return review_of(answer) if answer else None

    def effective(self, polygon_id: str, finding: Finding) -> Review | None:
        """Give what a finding of a polygon is answered with: its own answer, else the polygon's.

        A finding is one and the same for all its polygons: where they say otherwise of it, it
        stays without an answer.
        """
        if finding.id in self.torn:
            return None
        return self.of(finding.id) or self.of_polygon(polygon_id)


def sift(finished: Finished, written: Written, decisions: Sequence[Told]) -> Answers:
    """Tell the answers that count from the others, each with the reason."""
    names = {(kind, fold(about)): (kind, about) for kind, about in stood(finished.ledger)}
    no = list[Unapplied]()
    book = _sifted(written.answers, names, no)
    table = _sifted(decisions, names, no)
    for key in sorted(book.keys() & table.keys()):
        if book[key].answer != table[key].answer:
            other = table[key].where
            why = Words(
                f"与{other.zh}的意见不同，以后者为准",
                f"{other.en} says otherwise, and goes before it",
            )
            no.append(_unapplied(book[key], why))
    valid = {key: one.answer for key, one in (book | table).items()}
    torn = dict(_torn(finished, valid))
    no += torn.values()
    no += _idle(finished, valid)
    no += _outdated(finished, valid)
    no += [
        Unapplied(where, "", "", Words("不是填写意见的地方，未采用", "is no place to answer in"))
        for where in written.strange
    ]
    return Answers(valid, tuple(no), frozenset(torn))


def valid(finished: Finished, told: Iterable[Told]) -> tuple[Answer, ...]:
    """Give the answers of a ledger that count: of a known word, by a named person, told once."""
    names = {(kind, fold(about)): (kind, about) for kind, about in stood(finished.ledger)}
    return tuple(one.answer for _, one in sorted(_sifted(told, names, []).items()))


def _torn(finished: Finished, valid: Mapping[Key, Answer]) -> Iterable[tuple[str, Unapplied]]:
    """Name the findings of several polygons that these answer differently as a whole."""
    for problem in finished.ledger.problems:
        finding = problem.finding
        told = [one for id in finding.polygon_ids if (one := valid.get(("polygon", id)))]
        if ("finding", finding.id) in valid or len({one.opinion for one in told}) < 2:
            continue
        where = Words(f"图斑 {told[0].about}", f"polygon {told[0].about}")
        said = "；".join(f"{one.about} {one.opinion}（{one.by}）" for one in told)
        why = Words(
            "这一条问题涉及几个图斑，而各图斑的意见互相矛盾，对它都未采用；"
            "请在“问题清单”中就这一条填写意见",
            "its polygons are answered differently, so none of it was applied to this finding;"
            " answer the finding itself in 问题清单",
        )
        yield finding.id, Unapplied(where, finding.id, said, why)


def _idle(finished: Finished, valid: Mapping[Key, Answer]) -> Iterable[Unapplied]:
    """Name the rejections of polygons that nothing was found of."""
    for entry in finished.ledger.entries:
        answer = valid.get(("polygon", entry.polygon_id))
        if answer and answer.opinion == REFUSED and not entry.findings:
            where = Words(f"图斑 {entry.polygon_id}", f"polygon {entry.polygon_id}")
            why = Words(
                "该图斑没有问题可以不采纳；如认为填报有误，请直接修改填报，或填 需外业",
                "nothing was found of it that could be rejected; if its filing is wrong, correct"
                " the filing, or answer 需外业",
            )
            yield _unapplied(Told(answer, where), why)


def _sifted(
    answers: Iterable[Told], names: Mapping[Key, Key], no: list[Unapplied]
) -> dict[Key, Told]:
    kept: dict[Key, Told] = {}
    torn: set[Key] = set()
    for one in answers:
        kind, about = one.answer[:2]
        key = names.get((kind, fold(about)))
        why = _invalid(one.answer, known=key is not None)
        if key is None or why is not None:
            no.append(_unapplied(one, why or Words("", "")))
            continue
        told = one._replace(answer=one.answer._replace(about=key[1]))
        if key in kept and kept[key].answer != told.answer:
            torn.add(key)
            no.append(_unapplied(told, _twice(kept[key].where)))
        kept.setdefault(key, told)
    for key in sorted(torn):
        no.append(_unapplied(kept[key], Words("同一编号另有不同意见", "another row differs")))
        del kept[key]
    return kept


def _twice(where: Words) -> Words:
    return Words(
        f"与{where.zh}的意见不同，两条都未采用；请只留一条",
        f"differs from {where.en}; neither was applied, keep one of them",
    )


def _invalid(answer: Answer, known: bool) -> Words | None:
    if not known:
        what = Words("图斑", "polygon") if answer.kind == "polygon" else Words("问题", "finding")
        return Words(f"本次核查没有这个{what.zh}", f"this audit has no such {what.en}")
    if not answer.opinion:
        return Words(f"没有填写复核意见（{_CHOICE}）", f"no opinion was given ({_CHOICE})")
    if answer.opinion not in OPINIONS:
        return Words(
            f"“{answer.opinion}”不是 {_CHOICE}", f"“{answer.opinion}” is none of {_CHOICE}"
        )
    if not answer.by:
        return Words("没有复核人：须由具名人员采纳", "nobody is named in 复核人")
    return None


def _outdated(finished: Finished, valid: Mapping[Key, Answer]) -> Iterable[Unapplied]:
    for one in finished.ledger.outdated:
        if (one.answer.kind, one.answer.about) not in valid:
            where = Words("上次核查的意见", "an answer to an earlier audit")
            why = Words(
                "核查结果此后有变化，见台账“说明”；请重新填写",
                "what it was given to has changed, see 说明; answer again",
            )
            yield _unapplied(Told(one.answer, where), why)


def _unapplied(told: Told, why: Words) -> Unapplied:
    answer = told.answer
    said = " ".join(one for one in (answer.opinion, answer.by, answer.on) if one)
    return Unapplied(told.where, answer.about, said, why, answer)
