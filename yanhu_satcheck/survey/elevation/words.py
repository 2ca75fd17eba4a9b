"""What is said of an elevation pair: what was done to it, or why it must not be subtracted."""

from yanhu_satcheck.raster.spread import Noise
from yanhu_satcheck.scene import DemFit
from yanhu_satcheck.terms import Words

ONE_DATE = Words(
    "仅提供一期高程：只量测坡度和部位，不算方量",
    "elevation of one date only: slope and position are measured, no volume",
)
NO_OVERLAP = Words("两期高程互不重叠", "the two elevation models do not overlap")
TOO_LITTLE = Words(
    "图斑和采矿权以外的稳定地面过少，两期高程无法配准",
    "too little stable ground outside polygons and licences to bring the two models into register",
)


def too_far(metres: float) -> Words:
    """A shift that no error of position explains."""
    return Words(
        f"两期高程平面相差 {metres:.0f} 米，超出合理范围，请核对坐标系",
        f"the two models lie {metres:.0f} m apart, beyond any plausible error: check their CRS",
    )


def two_units(stretch: float) -> Words:
    """Heights that grow apart with elevation."""
    return Words(
        f"两期高程之差随海拔增大（每百米 {100 * stretch:.1f} 米），单位或高程系统可能不一致",
        f"the difference grows with elevation ({100 * stretch:.1f} m in a hundred): the models are "
        "of different units or height systems",
    )


def too_rough(nmad: float) -> Words:
    """A pair that is too rough for any pit."""
    return Words(
        f"稳定地面上两期高程之差的离散度达 {nmad:.1f} 米，不足以判断挖填",
        f"on stable ground the models differ by {nmad:.1f} m: too rough to tell cut from fill",
    )


def other_ground(nmad: float, relief: float) -> Words:
    """Two models that do not show one ground."""
    return Words(
        f"两期高程不像同一地面：稳定地面之差 {nmad:.1f} 米，起伏仅 {relief:.1f} 米",
        f"the models do not show one ground: they differ by {nmad:.1f} m on stable ground whose "
        f"relief is {relief:.1f} m",
    )


SAME = Words("逐格相同", "they are alike cell by cell")
ROUNDING = Words("除取整外没有任何差别", "nothing sets them apart but the rounding to whole metres")

NEAREST = Words(
    "按最邻近法重采样其中一期即得另一期",
    "one of them, drawn to the other's cells by nearest neighbour, is the other",
)


def explained(share: float) -> Words:
    """How much of the difference is no second measurement."""
    return Words(
        f"其差的 {100 * share:.0f}% 由其中一期的局部地形即可推出，没有独立观测的噪声",
        f"{100 * share:.0f} % of the difference follows from the shape of one of them, which the "
        "noise of a second survey does not",
    )


def twice(why: Words) -> Words:
    """One elevation handed in as two dates."""
    return Words(
        f"两期高程系同一数据（重采样、平移或平滑而来），不能作为两个时相相减：{why.zh}",
        "the two models are one elevation, resampled, shifted or smoothed, and no second date: "
        f"{why.en}",
    )


def done(fit: DemFit, noise: Noise, sure: bool) -> Words:
    """How the later model was moved onto the earlier one, and how far they agree now."""
    assert fit.height_m is not None
    assert fit.tilt is not None
    zh = "地面过于平缓，平面位移无法测定，未作改正"
    en = "the ground is too even to tell a shift, none was undone"
    if sure and fit.shift_m:
        east, north = fit.shift_m
        zh = f"后期相对前期东移 {east} 米、北移 {north} 米，已改正"
        en = f"the later model lay {east} m east and {north} m north, which was undone"
    tilt = " / ".join(str(one) for one in fit.tilt)
    return Words(
        f"{zh}；高差 {fit.height_m} 米、倾斜（东/北）{tilt} 米每公里已扣除；稳定地面残差 "
        f"{fit.nmad_m:.2f} 米，平缓处单格误差 {noise.sigma[0]:.2f} 米、最陡处 "
        f"{noise.sigma[-1]:.2f} 米，误差相关距离 {noise.range_m:.0f} 米",
        f"{en}; a height of {fit.height_m} m and a tilt of {tilt} m/km (east / north) were taken "
        f"off; on stable ground {fit.nmad_m:.2f} m are left, one cell errs by {noise.sigma[0]:.2f}"
        f" m on the flattest and {noise.sigma[-1]:.2f} m on the steepest ground, and errors are "
        f"alike over {noise.range_m:.0f} m",
    )
