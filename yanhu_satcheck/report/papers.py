"""What a polygon's page shows beside its findings: photographs, papers, the filing as filed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from yanhu_satcheck.evidence import (
    ApprovalLink,
    Case,
    EarlierTwin,
    LicenceLink,
    PhotoEvidence,
    PhotoGroup,
)
from yanhu_satcheck.report.columns import say
from yanhu_satcheck.report.figures import spoken
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.side_by_side import Pair, pairs
from yanhu_satcheck.report.words import sentences

APART, APART_M = timedelta(minutes=1), 100.0
"""From so much on what a file records of its taking is shown beside what the index says."""


class PhotoView(NamedTuple):
    """A photograph with what it says of itself, a line a fact."""

    id: str
    polygon_id: str | None
    picture: str | None  # link to the reduced copy
    facts: tuple[tuple[str, str], ...]
    fault: str
    far: bool  # it belongs to another polygon
    batch: str = ""  # the earlier batch it is from


class Paper(NamedTuple):
    """One licence, project, hazard point or ledger row."""

    kind: str
    name: str
    says: tuple[str, ...]


def photo_view(photo: PhotoEvidence, polygon_id: str | None, lang: str) -> PhotoView:
    """Give what the page shows of one photograph."""
    text = sentences(lang)
    shown = photo.sha256 and photo.reduced
    fault = [say(photo.fault, lang)] if photo.fault else []
    fault += [] if photo.listed else [text["unlisted"]]
    return PhotoView(
        photo.id,
        photo.polygon_id,
        f"../photos/{photo.sha256}.jpg" if shown else None,
        tuple(_photo_facts(photo, lang)),
        text["semicolon"].join(fault),
        photo.polygon_id != polygon_id,
    )


def _photo_facts(photo: PhotoEvidence, lang: str) -> list[tuple[str, str]]:
    text, facts = sentences(lang), []
    if photo.taken_at:
        facts.append((text["taken_at"], photo.taken_at.strftime("%Y-%m-%d %H:%M:%S")))
    if photo.taken_by:
        facts.append((text["taken_by"], photo.taken_by))
    if photo.lonlat:
        facts.append((text["place"], f"{photo.lonlat[0]:.6f}, {photo.lonlat[1]:.6f}"))
    if photo.distance_m is not None:
        facts.append((text["distance"], _distance(photo, photo.distance_m, lang)))
    facts += _own_record(photo, lang)
    if photo.azimuth is not None:
        north = {"T": text["true_north"], "M": text["magnetic_north"]}.get(photo.azimuth_ref, "")
        facts.append((text["azimuth"], f"{photo.azimuth:.0f}° {north}".strip()))
    camera = " ".join(filter(None, (photo.camera.make, photo.camera.model, photo.camera.serial)))
    return [*facts, (text["camera"], camera)] if camera else facts


def _distance(photo: PhotoEvidence, metres: float, lang: str) -> str:
    """Give the distance as it is judged: in its device's datum, where that was recognised."""
    plain = spoken(metres, None, "m", lang)
    place = photo.place
    if place is None or place.datum not in place.datums:
        return plain
    judged = spoken(place.datums[place.datum], None, "m", lang)
    return sentences(lang)["in_datum"].format(metres=judged, crs=place.datum, plain=plain)


def _own_record(photo: PhotoEvidence, lang: str) -> Iterator[tuple[str, str]]:
    """Give what the file itself records, where the index says otherwise."""
    text, file, place = sentences(lang), photo.recorded, photo.place
    if file.taken_at and photo.taken_at and abs(file.taken_at - photo.taken_at) >= APART:
        yield text["own_time"], file.taken_at.strftime("%Y-%m-%d %H:%M:%S")
    if file.lonlat and place is not None and place.own_m is not None and place.own_m > APART_M:
        lonlat = f"{file.lonlat[0]:.6f}, {file.lonlat[1]:.6f}"
        metres = spoken(place.own_m, None, "m", lang)
        yield text["own_place"], text["own_apart"].format(lonlat=lonlat, metres=metres)


def shared_views(
    case: Case, groups: tuple[PhotoGroup, ...], photos: dict[str, PhotoEvidence], lang: str
) -> list[tuple[str, list[PhotoView], list[Pair]]]:
    """Give the groups that a polygon's photographs share with others, and their pairs drawn."""
    own = {photo.id for photo in case.photos}
    shared = []
    for group in groups:
        members = [photos.get(id, PhotoEvidence(id, None)) for id in group.photos]
        if (
            group.kind == "place"
            or own.isdisjoint(group.photos)
            or len(members) + len(group.earlier) < 2
        ):
            continue
        members.sort(key=lambda one: (one.polygon_id != case.polygon_id, one.id))
        views = [photo_view(one, case.polygon_id, lang) for one in members]
        views += [_twin_view(one, lang) for one in group.earlier]
        shared.append((say(group.how, lang), views, pairs(own, group, photos, lang)))
    return shared


def _twin_view(twin: EarlierTwin, lang: str) -> PhotoView:
    """Give what the page shows of a photograph of an earlier batch."""
    text, photo = sentences(lang), twin.photo
    facts = [(text["batch"], photo.batch)]
    facts += [(text["polygon"], photo.polygon_id)] if photo.polygon_id else []
    if photo.taken_at:
        facts.append((text["taken_at"], photo.taken_at.strftime("%Y-%m-%d %H:%M:%S")))
    facts.append((text["likeness"], say(twin.how, lang)))
    copy = f"../photos/{photo.sha256}.jpg" if twin.reduced else None
    return PhotoView(photo.id, None, copy, tuple(facts), "", True, photo.batch)


def papers(case: Case, as_of: date, lang: str) -> list[Paper]:
    """Give every paper that concerns a polygon, licences first."""
    text = sentences(lang)
    found = [_licence(link, case, lang) for link in case.licences]
    found += [_approval(link, lang) for link in case.approvals]
    for ref, metres in case.hazards:
        away = text["metres_away"].format(metres=f"{metres:.0f}")
        found.append(Paper(text["kind_hazard"], ref, (away,)))
    for row in case.ledger:
        says = [row.problem, row.responsible_unit, row.measure]
        says += [f"{text['deadline']} {row.deadline}"] if row.deadline else []
        says += [f"{text['extended']} {row.extended_deadline}"] if row.extended_deadline else []
        says.append(row.responsible_person)
        closed = f"{text['closed']} {row.closed_date or ''}".strip()
        says.append(text["still_open"] if row.open_on(as_of) else closed)
        found.append(Paper(text["kind_ledger"], row.polygon_id, tuple(filter(None, says))))
    return found


def _licence(link: LicenceLink, case: Case, lang: str) -> Paper:
    text, permit = sentences(lang), link.permit
    valid = {True: "valid_then", False: "invalid_then", None: "unknown_then"}
    says = [permit.mine_name, permit.holder, permit.mineral, permit.method]
    says.append(_term(permit.valid_from, permit.valid_to, lang))
    says.append(text["renewal"] if permit.renewal_accepted else "")
    says.append(text[valid[permit.valid_on(case.after_date)]])
    says += _reach(link.share_inside, link.named, lang)
    return Paper(text["kind_permit"], permit.permit_no, tuple(filter(None, says)))


def _approval(link: ApprovalLink, lang: str) -> Paper:
    paper = link.approval
    kind = "kind_restoration" if link.table == "restoration" else "kind_project"
    says = [paper.name, _term(paper.valid_from, paper.valid_to, lang)]
    says += _reach(link.share_inside, link.named, lang)
    return Paper(sentences(lang)[kind], paper.ref, tuple(filter(None, says)))


def _term(since: date | None, until: date | None, lang: str) -> str:
    text = sentences(lang)
    if since is None and until is None:
        return ""
    return f"{text['valid']} {since or '…'} {text['to']} {until or '…'}"


def _reach(share: float | None, named: bool, lang: str) -> list[str]:
    text = sentences(lang)
    inside = [] if share is None else [f"{text['inside']} {spoken(share, None, 'share', lang)}"]
    return [*inside, text["named"]] if named else inside


def filing(case: Case, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give the filing's row as it was filed, blanks left out."""
    if case.filing is None:
        return []
    cells = zip(columns, case.filing.cells, strict=False)
    said = [(name, day(c) if isinstance(c, date) else str(c)) for name, c in cells if c is not None]
    return [(name, value) for name, value in said if value.strip()]
