"""One chance from two: what the images say and what the elevation says."""

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.terms import Words

IMAGES = Words("影像", "the images")
ELEVATION = Words("高程", "the elevation")


def both(images: Chance | None, elevation: Chance | None) -> Chance | None:
    """The chance that either of two witnesses would speak as strongly as the stronger one does.

    p = min(1, 2 × the smaller), Bonferroni's, which holds however the two depend on each other.
    A witness that could tell no chance was no second attempt, and costs nothing: whether it can
    is settled by the ground that there is, before any change is looked at.
    """
    told = [
        (one.p, one, who)
        for one, who in ((images, IMAGES), (elevation, ELEVATION))
        if one is not None and one.p is not None
    ]
    if not told:
        return images or elevation
    p, speaks, who = min(told, key=lambda entry: entry[0])
    if len(told) == 1:
        return speaks._replace(says=_by(who, speaks))
    zh = "；影像与高程各检一次，p 加倍"
    en = "; images and elevation were both asked, so p is doubled"
    says = _by(who, speaks)
    return speaks._replace(p=min(1.0, 2 * p), says=Words(says.zh + zh, says.en + en))


def _by(who: Words, chance: Chance) -> Words:
    return Words(f"据{who.zh}，{chance.says.zh}", f"by {who.en}, {chance.says.en}")
