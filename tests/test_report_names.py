"""Names of pages, and how figures are said."""

import pytest

from yanhu_satcheck.report.figures import spoken
from yanhu_satcheck.report.names import page_link, page_name, page_url


@pytest.mark.parametrize(
    ("polygon_id", "name"),
    [
        ("0140802001", "0140802001.html"),
        ("图斑 1~2", "图斑 1~2.html"),
        ("a/b:c", "a%2Fb%3Ac.html"),
        ("100%", "100%25.html"),
        ("CON", "%43ON.html"),
        ("nul.1", "%6Eul.1.html"),
        ("index", "%69ndex.html"),
        ("..\\..\\x", "..%5C..%5Cx.html"),
    ],
)
def test_page_names(polygon_id: str, name: str) -> None:
    assert page_name(polygon_id) == name


def test_long_page_names_stay_apart() -> None:
    one, two = page_name("图" * 300 + "1"), page_name("图" * 300 + "2")
    assert one != two
    assert len(one.encode()) < 200


def test_links_encode_what_a_link_would_misread() -> None:
    assert page_url("a/b") == "a%252Fb.html"
    assert page_link("图#1/2") == "reports/图%231%252F2.html"


# Figures


@pytest.mark.parametrize(
    ("value", "sigma", "unit", "said"),
    [
        (0.6134, 0.0312, "share", "61.3 ± 3.1%"),
        (18250.4, 912.0, "m3", "18,250 ± 912 m³"),
        (12.0, None, "m", "12 米"),
        (0.00123, None, "", "0.00123"),
        (7.7e-7, None, "share", "< 0.1%"),
        (0.0012, None, "share", "0.120%"),
        (0.0, None, "share", "0%"),
        (float("nan"), None, "m", "—"),
        ("露天", None, "", "露天"),
    ],
)
def test_figures_are_said_as_finely_as_they_are_known(
    value: float | str, sigma: float | None, unit: str, said: str
) -> None:
    assert spoken(value, sigma, unit) == said
