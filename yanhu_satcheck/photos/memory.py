"""The photographs of earlier batches, as they are compared with those at hand.

Kept of each are a reduced copy and marks. Its file is gone: it is known again by its hash, or by
its reduced copy, in which a copy that was cut, mirrored or drawn over lies as still as in the file.
Only where both show one whole frame can saving again not be told from a fixed camera's next shot,
since reducing washes out the sensor noise that tells them: that pair is one view.
"""

from collections.abc import Mapping
from pathlib import Path

from yanhu_satcheck.evidence import EarlierPhoto, PhotoEvidence
from yanhu_satcheck.past import KeptMarks, Past
from yanhu_satcheck.photos.codebook import VERSION
from yanhu_satcheck.photos.marks import Marks, unpacked
from yanhu_satcheck.photos.pairs import Shot


def _marks(kept: KeptMarks) -> Marks | None:
    if kept.codebook != VERSION:
        return None
    return unpacked(VERSION, kept.size, kept.points)


class Memory:
    """What the archive holds of the photographs of batches before one; each question asked once."""

    def __init__(self, past: Past | None, batch_id: str, scratch: Path) -> None:
        self._past, self._batch_id, self._scratch = past, batch_id, scratch
        self.kept: tuple[KeptMarks, ...] = past.marks(batch_id) if past else ()
        self.marks: tuple[Marks | None, ...] = tuple(map(_marks, self.kept))
        self._asked: dict[tuple[str | None, str | None], tuple[EarlierPhoto, ...]] = {}

    @property
    def unmarked(self) -> int:
        """How many can only be found by their hash and fingerprint.

        Their marks were never taken, or sorted by the words of another codebook. Blank pictures
        have none.
        """
        told = zip(self.kept, self.marks, strict=True)
        return sum(marks is None and bool(kept.fingerprint) for kept, marks in told)

    def known(self, photo: PhotoEvidence) -> Mapping[str, str]:
        """Give the earlier files that have a photograph's file or pixels: sha256 → how."""
        told = self._ask(photo.sha256, photo.pixel_hash) if photo.pixel_hash else ()
        return {one.sha256: one.how for one in told if one.how in ("file", "pixels")}

    def filings(self, sha256: str) -> tuple[EarlierPhoto, ...]:
        """Give every time that an earlier file was filed, by batch and path."""
        return self._ask(sha256, None)

    def shot(self, kept: KeptMarks, id: str) -> Shot | None:
        """Give an earlier photograph as it is compared; `None`: no reduced copy is kept."""
        copy = self.copy(kept.sha256)
        if copy is None:
            return None
        size = next((one.size for one in self.filings(kept.sha256)), (0, 0))
        return Shot(id, None, copy, size, kept.fingerprint, kept.template)

    def copy(self, sha256: str) -> Path | None:
        """Bring an earlier photograph's reduced copy into the scratch folder."""
        path = self._scratch / f"{sha256}.jpg"
        if not path.exists():
            jpeg = self._past.picture(sha256) if self._past else None
            if jpeg is None:
                return None
            path.write_bytes(jpeg)
        return path

    def _ask(self, sha256: str | None, pixel_hash: str | None) -> tuple[EarlierPhoto, ...]:
        if self._past is None:
            return ()
        asked = sha256, pixel_hash
        if asked not in self._asked:
            self._asked[asked] = self._past.photos(self._batch_id, sha256, pixel_hash)
        return self._asked[asked]


NOTHING = Memory(None, "", Path())
"""There are no earlier batches."""
