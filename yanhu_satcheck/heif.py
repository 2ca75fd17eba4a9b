"""HEIC photographs, as iPhones save them: read where the extra for them is installed."""

from functools import cache

from yanhu_satcheck.terms import Words

HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Brands by which such a file names itself."""
MISSING = Words(
    "HEIC 照片需要附加组件：请运行 pip install 'yanhu-satcheck[heif]'，或在手机上改存为 JPEG",
    "HEIC photographs need an extra: run pip install 'yanhu-satcheck[heif]', or save them as JPEG",
)


@cache
def readable() -> bool:
    """Whether such photographs can be read here; from then on Pillow opens them."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener(thumbnails=False)
    return True


def formats(others: tuple[str, ...]) -> tuple[str, ...]:
    """Add the format to those that Pillow may open, where it can be read."""
    return (*others, "HEIF") if readable() else others


def is_heic(head: bytes) -> bool:
    """Whether a file begins as such a photograph does."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIC


def ends(content: bytes) -> bool:
    """Whether the last of a file's boxes is there to its end."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4])
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16])
        if size == 0:  # runs to the end of the file
            return True
        if size < 8:
            return False
        at += size
    return at == len(content)
