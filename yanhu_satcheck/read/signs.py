"""What a file really is, told by how it begins, for a message that helps to find the right one."""

import re

from yanhu_satcheck.terms import Words

HEAD = 1 << 16
"""So many bytes tell."""

TEXT = Words("文本", "text")
_NOTHING = Words("空文件", "an empty file")
_UTF16 = Words("UTF-16 文本（请另存为 UTF-8）", "text in UTF-16 (save it as UTF-8)")
_UNKNOWN = Words("无法辨认的内容", "something that is not recognised")
_JPEG = Words("JPEG 图片", "a JPEG picture")
_PNG = Words("PNG 图片", "a PNG picture")
_TIFF = Words("TIFF 影像", "a TIFF")
_BMP = Words("BMP 图片", "a BMP picture")
_WEBP = Words("WebP 图片", "a WebP picture")
PICTURES = frozenset({_JPEG, _PNG, _TIFF, _BMP, _WEBP})
"""What photographs are read from, whatever their ending."""
_SIGNS: tuple[tuple[bytes, Words], ...] = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF8", Words("GIF 图片", "a GIF picture")),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"II+\0", Words("BigTIFF 影像", "a BigTIFF")),
    (b"MM\0+", Words("BigTIFF 影像", "a BigTIFF")),
    (b"8BPS", Words("Photoshop 文件", "a Photoshop file")),
    (b"%PDF", Words("PDF 文件", "a PDF")),
    (b"%!PS", Words("PostScript 文件", "PostScript")),
    (b"PK\3\4", Words("ZIP 压缩包（.xlsx、.docx、.kmz 也是）", "a ZIP (as .xlsx and .kmz are)")),
    (b"PK\5\6", Words("空的 ZIP 压缩包", "an empty ZIP")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Words("旧版 Office 文件，或加密的工作簿", "an old Office file, or one with a password"),
    ),
    (b"SQLite format 3\0", Words("SQLite 数据库", "an SQLite database")),
    (b"\0\0\x27\x0a", Words("Shapefile", "a part of a shapefile")),
    (b"EHFA_HEADER_TAG", Words("ERDAS 影像（.img）", "an ERDAS raster (.img)")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Words("JPEG 2000 影像", "a JPEG 2000")),
    (b"\xff\x4f\xff\x51", Words("JPEG 2000 影像", "a JPEG 2000")),
    (b"Rar!", Words("RAR 压缩包", "a RAR archive")),
    (b"7z\xbc\xaf", Words("7z 压缩包", "a 7z archive")),
    (b"\x1f\x8b", Words("gzip 压缩文件", "a gzip file")),
    (b"BM", _BMP),
    (b"AC10", Words("CAD 图纸（.dwg）", "a CAD drawing (.dwg)")),
    (b"MZ", Words("Windows 程序", "a Windows program")),
    (b"\x7fELF", Words("Linux 程序", "a Linux program")),
    (b"\xff\xfe", _UTF16),
    (b"\xfe\xff", _UTF16),
)
_MARKUP: tuple[tuple[re.Pattern[bytes], Words], ...] = (
    (re.compile(rb"<OGRVRTDataSource", re.I), Words("虚拟图层（VRT）", "a virtual layer (VRT)")),
    (re.compile(rb"<VRTDataset", re.I), Words("虚拟影像（VRT）", "a virtual raster (VRT)")),
    (re.compile(rb"<!doctype html|<html", re.I), Words("网页（HTML）", "a web page (HTML)")),
    (re.compile(rb"<svg", re.I), Words("SVG 图形", "an SVG drawing")),
)
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")


def really(head: bytes) -> Words:
    """Say what a file is by its first bytes; what is none of the known is `TEXT`, or not known."""
    if not head:
        return _NOTHING
    for sign, words in _SIGNS:
        # Two letters may begin a text as well.
        if head.startswith(sign) and (len(sign) > 2 or b"\0" in head or sign[0] > 0x7E):
            return words
    if head[4:12] in _HEIC:
        return Words("HEIC 照片", "an HEIC photograph")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    start = head[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        for mark, words in _MARKUP:
            if mark.search(start):
                return words
    return _UNKNOWN if b"\0" in head else TEXT
