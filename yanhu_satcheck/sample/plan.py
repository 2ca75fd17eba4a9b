"""The quarter's polygons: what each is on the ground, what was filed, and what ought to be found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One polygon of the plan. `call` is what the county filed, in its own words."""

    key: str
    ground: str
    how: str  # the builder, with its argument after a colon
    zone: str
    hectares: float
    call: str
    filed: str
    true: str
    note: str
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


def _row(head: str, call: str, filed: str, true: str, note: str, must: str = "", may: str = "") -> Case:
    key, ground, how, zone, hectares = head.split()
    rules = tuple(must.split()), tuple(may.split())
    return Case(key, ground, how, zone, float(hectares), call, filed, true, note, *rules)


PSEUDO, BAD, FINE = "PSEUDO_CHANGE", "ILLEGAL", "LEGAL"

CASES = (
    # Pits filed as something else
    _row("false1 new_pit pit hill 2.6", "实地伪变化", PSEUDO, BAD,
         "A new quarry with benches is filed as no change, proved by another polygon's field photograph.",
         "CL01 PH01", "PH02 PH03"),
    _row("false2 growing_pit growing hill 3.4", "伪变化", PSEUDO, BAD,
         "A quarry grew outwards and down; its photograph is another's with rewritten metadata.",
         "CL01 PH01", "PH02 PH03"),
    _row("false3 new_pit pit loess 0.9", "实地伪变化", PSEUDO, BAD,
         "A small new soil pit on terraced fields is filed as no change.", "CL01"),
    _row("disguised new_pit pit hill 1.7", "自然灾害", "DISASTER", BAD,
         "A new quarry with benches and a haul road is filed as a landslide.", "CL03", "CL05"),
    _row("special new_pit pit gentle 1.2", "伪变化", PSEUDO, "SPECIAL_USE",
         "A remark says land of special use, so no judgement on the ground is possible.", "", "CL01"),
    # Pits filed as illegal
    _row("ledgered new_pit pit loess 1.1", "违法-无证开采", BAD, BAD,
         "Filed as illegal and in the ledger; a field beside it overlaps by a digitising sliver."),
    _row("unledgered growing_pit growing hill 2.2", "违法（无证开采）", BAD, BAD,
         "Filed as illegal, but the rectification ledger has no row for it.", "RL01"),
    _row("nobody new_pit pit hill 0.8", "违法-无证开采", BAD, BAD,
         "The ledger row names neither a responsible person nor a measure.", "RL02"),
    _row("overdue new_pit pit gentle 1.5", "违法", BAD, BAD,
         "The deadline of 2022-11-30 has passed and rectification is still going on.", "RL03"),
    _row("extended growing_pit growing hill 4.2", "无证开采", BAD, BAD,
         "The extended deadline lies after the day of judgement."),
    _row("dueday new_pit pit hill 1.3", "违法-无证开采", BAD, BAD,
         "Due on the day of judgement itself, which is not overdue; overlaps a polygon of another sub-type."),
    _row("dueday2 new_pit beside:dueday hill 0.7", "违法-超层越界", BAD, BAD,
         "Another sub-type of the same illegal working is no contradiction."),
    # Licensed mines
    _row("inside1 growing_pit growing hill 5.2", "合法（采矿）", FINE, FINE,
         "An open pit inside its valid licence, checked in the field; its number is typed full-width.",
         "PH01", "PH02 PH03"),
    _row("renewed growing_pit growing hill 2.8", "合法", FINE, FINE,
         "The licence ran out but its renewal was accepted; the number is typed in lower case."),
    _row("overlay growing_pit growing hill 3.6", "合法", FINE, FINE,
         "A licensed mine checked by overlaying imagery only; its photograph is another mine's, saved again.",
         "LM01 PH01", "PH02 PH03"),
    _row("expired growing_pit growing hill 2.4", "合法", FINE, BAD,
         "The licence ran out before the later image and no renewal was accepted.", "LM06", "CL04 LM02 LM05"),
    _row("nonumber growing_pit growing gentle 1.9", "合法（采矿）", FINE, FINE,
         "Inside a valid licence, but the number filed is not in the licence layer.", "LM06", "CL04 LM05"),
    _row("outside growing_pit growing hill 3.0", "合法", FINE, BAD,
         "A third of the quarry lies outside its licence.", "", "LM02 LM05 CL04"),
    _row("below growing_pit growing hill 2.6", "合法", FINE, BAD,
         "The floor lies well below the licensed lower elevation.", "", "LM02 LM05"),
    _row("underground new_pit pit hill 1.6", "合法", FINE, BAD,
         "An open pit under a licence for underground mining.", "", "LM03 LM02 LM05"),
    # Slides and restorations
    _row("slide1 landslide slide steep 1.5", "自然灾害", "DISASTER", "DISASTER",
         "A landslide on a steep slope with its debris directly below."),
    _row("slide2 landslide slide steep 0.8", "地质灾害", "DISASTER", "DISASTER",
         "A small landslide near a registered point."),
    _row("slide3 landslide slide steep 2.3", "自然灾害", "DISASTER", "DISASTER",
         "A larger landslide with bulked debris and no road."),
    _row("restored1 restoration restored hill 2.2", "生态修复治理", "RESTORATION", "RESTORATION",
         "An old quarry filled to terraces and planted in rows inside its approved plan."),
    _row("restored2 restoration restored gentle 1.4", "生态修复", "RESTORATION", "RESTORATION",
         "A filled and planted quarry inside its approved plan."),
    _row("restored3 restoration restored hill 0.8", "生态修复治理", "RESTORATION", "RESTORATION",
         "A small filled and planted quarry inside its approved plan."),
    _row("dug restoration_that_digs dug_restored hill 2.0", "生态修复治理", "RESTORATION", BAD,
         "Called restoration, but the floor went down by metres and more ground is bare.", "", "CL02"),
    # Fields and other honest pseudo-changes
    _row("harvest1 harvest fields:maize/stubble|ploughed field 2.4", "伪变化", PSEUDO, PSEUDO,
         "Harvested maize fields; one of its photographs was taken for a quarry far away.", "PH01", "PH02 PH03"),
    _row("harvest2 harvest fields:maize/stubble field 1.3", "实地伪变化", PSEUDO, PSEUDO,
         "Harvested maize left as stubble; its photograph was taken for a quarry far away.", "PH01", "PH02 PH03"),
    _row("harvest3 harvest fields:maize/late|ploughed field 1.8", "实地未变化", PSEUDO, PSEUDO,
         "Maize harvested, wheat sown late; the panorama also serves its neighbour.", "", "PH01"),
    _row("harvest4 harvest neighbour:harvest3 field 1.0", "伪变化", PSEUDO, PSEUDO,
         "The field next to it, honestly shown by the same panorama.", "", "PH01"),
    _row("harvest5 harvest fields:soy/stubble|ploughed field 0.9", "伪变化", PSEUDO, PSEUDO,
         "Harvested soy beans without any photograph.", "PH04"),
    _row("ploughed ploughed fields:maize/ploughed field 1.6", "实地伪变化", PSEUDO, PSEUDO,
         "A ploughed field whose only photograph cannot be read.", "PH04"),
    _row("fallow fallow fields:fallow/early|late|stubble|ploughed field 0.7", "伪变化", PSEUDO, PSEUDO,
         "Fallow land whose weeds dried up; the filed area is a third too small.", "DQ06"),
    _row("sliver harvest sliver:ledgered loess 0.9", "实地伪变化", PSEUDO, PSEUDO,
         "Fields beside a quarry; the outlines overlap by a metre or so only.", "", "CL01"),
    _row("film greenhouse sheds:old field 1.2", "伪变化", PSEUDO, PSEUDO,
         "Standing greenhouses got their winter film."),
    _row("shadow shadow shade hill 1.8", "实地伪变化", PSEUDO, PSEUDO,
         "A wooded slope in the low November sun's shadow."),
    _row("riverbed dry_river_bed stream_bed hill 1.1", "伪变化", PSEUDO, PSEUDO,
         "A stream bed that is dry in November."),
    _row("old1 old_working old_pit hill 2.0", "实地伪变化", PSEUDO, PSEUDO,
         "A quarry abandoned years ago that did not grow; one file is listed twice."),
    _row("old2 old_working old_pit gentle 1.1", "伪变化", PSEUDO, PSEUDO,
         "An old quarry that did not grow; its only photograph is listed but absent.", "PH04"),
    # Building and farming with approval
    _row("construction construction built:concrete/blue_roof loess 2.7", "工程建设", "CONSTRUCTION",
         "CONSTRUCTION", "A warehouse park inside an approved project."),
    _row("barn agri_facility built:concrete/brick_roof field 0.9", "设施农用地", "AGRI_FACILITY",
         "AGRI_FACILITY", "Livestock sheds on recorded land for farm facilities."),
    _row("houses agri_facility sheds:new field 1.5", "设施农用地", "AGRI_FACILITY", "AGRI_FACILITY",
         "New greenhouses on recorded land for farm facilities."),
    _row("levelled land_levelling cleared loess 1.2", "土地平整", "LAND_LEVELLING", "LAND_LEVELLING",
         "Old orchards cleared and the soil levelled under an approved project."),
    # Filings that cannot be read
    _row("unfilled harvest fields:maize/stubble|late field 1.1", "", "UNFILLED", PSEUDO,
         "The legality column was left blank.", "LE05"),
    _row("unknown stockpile stockpile field 0.8", "临时堆放点待定", "UNKNOWN", "OTHER",
         "A word that no table knows.", "LE05"),
    # One area, two polygons
    _row("conflict1 new_pit pit loess 0.8", "违法-无证开采", BAD, BAD,
         "A soil pit filed as illegal, overlapped by a field filed as no change.", "LE01"),
    _row("conflict2 harvest overlap:conflict1 loess 1.2", "实地伪变化", PSEUDO, PSEUDO,
         "Fields drawn over a fifth of the pit next door, which is filed otherwise.", "LE01", "CL01"),
    _row("parent new_pit pit loess 1.0", "违法-无证开采", BAD, BAD,
         "A polygon that was split: part soil pit, part field.", "", "CL01"),
    _row("parent-1 new_pit part:parent loess 1.0", "违法-无证开采", BAD, BAD,
         "The dug part of the split polygon."),
    _row("parent-2 harvest part:parent loess 1.0", "实地伪变化", PSEUDO, PSEUDO,
         "The field part of the split polygon; parent and child are not compared.", "", "CL01"),
    # What cannot be judged
    _row("nowhere shrub_senescence scrub hill-west 1.0", "伪变化", PSEUDO, PSEUDO,
         "Scrub that dried up; no scene shows it.", "DQ01", "CL01"),
    _row("clouded harvest fields:maize/stubble|ploughed|late field 1.2", "伪变化", PSEUDO, PSEUDO,
         "Under the cloud of the later image.", "DQ02", "CL01"),
    _row("tiny harvest fields:maize/stubble|ploughed field 0.12", "伪变化", PSEUDO, PSEUDO,
         "Twelve pixels are too few to judge by.", "DQ03", "CL01"),
    _row("bowtie harvest bowtie:maize/stubble|ploughed|late field 1.0", "伪变化", PSEUDO, PSEUDO,
         "The outline crosses itself.", "DQ05", "CL01 DQ06"),
    _row("colour harvest fields:maize/stubble|ploughed|late field-west 1.4", "伪变化", PSEUDO, PSEUDO,
         "Shown by a small colour orthophoto pair only.", "", "CL01"),
    _row("snowed shrub_senescence scrub hill-west 1.2", "伪变化", PSEUDO, PSEUDO,
         "The later image of its pair is under snow and fog and cannot be registered.", "DQ07", "CL01 DQ02"),
)
