"""The autumn quarter's polygons: what each is, what was filed, what is to be found."""

from .case import cases

PLAN = """
# Pits filed as something else
false1 new_pit pit hill 2.6
  实地伪变化 | PSEUDO_CHANGE ILLEGAL | CL01 PH01 RL06 | PH02 PH03
  A new quarry with benches is filed as no change, proved by another polygon's field photograph.
false2 growing_pit growing hill 3.4
  伪变化 | PSEUDO_CHANGE ILLEGAL | CL01 PH01 RL06 | PH02 PH03 | LE02
  A quarry grew outwards and down; its photograph is another's with rewritten metadata.
false3 new_pit pit loess 0.9
  实地伪变化 | PSEUDO_CHANGE ILLEGAL | CL01 RL06 |
  A small new soil pit on terraced fields is filed as no change.
disguised new_pit pit hill 1.7
  自然灾害 | DISASTER ILLEGAL | CL03 RL06 | CL05 | RL05
  A new quarry with benches and a haul road is filed as a landslide.
special new_pit pit gentle 1.2
  伪变化 | PSEUDO_CHANGE SPECIAL_USE |  | CL01 |  | LE03
  A remark says land of special use, so no judgement on the ground is possible.

# Pits filed as illegal
ledgered new_pit pit loess 1.1
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  Filed as illegal and in the ledger; a field beside it overlaps by a digitising sliver.
unledgered growing_pit growing hill 2.2
  违法（无证开采） | ILLEGAL ILLEGAL | RL01 |  | LE02 |
  Filed as illegal, but the rectification ledger has no row for it.
nobody new_pit pit hill 0.8
  违法-无证开采 | ILLEGAL ILLEGAL | RL02 |
  The ledger row names neither a responsible person nor a measure.
overdue new_pit pit gentle 1.5
  违法 | ILLEGAL ILLEGAL | RL03 SV03 |
  The deadline of 2022-11-30 has passed; the machines came from a blacklisted firm.
extended growing_pit growing hill 4.2
  无证开采 | ILLEGAL ILLEGAL |  |  |  | PH01 PH03
  The extended deadline lies after the day of judgement.
dueday new_pit pit hill 1.3
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  Due on the day of judgement itself, which is not overdue; overlaps a polygon of another sub-type.
dueday2 new_pit beside:dueday hill 0.7
  违法-超层越界 | ILLEGAL ILLEGAL |  |
  Another sub-type of the same illegal working is no contradiction.

# Licensed mines
inside1 growing_pit growing hill 5.2
  合法（采矿） | LEGAL LEGAL | PH01 RL06 | PH02 PH03
  An open pit inside its valid licence, checked in the field; its number is typed full-width.
renewed growing_pit growing hill 2.8
  合法 | LEGAL LEGAL |  |
  Its renewal was accepted after the summer filing called it illegal; the number is in lower case.
overlay growing_pit growing hill 3.6
  合法 | LEGAL LEGAL | LM01 PH01 RL06 | PH02 PH03 | LE02
  A licensed mine checked by overlaying imagery only; its photograph is another mine's, saved again.
expired growing_pit growing hill 2.4
  合法 | LEGAL ILLEGAL | LM06 RL06 LM05 CL04 | LM02 | LE03 RL01
  The licence ran out before the later image without a renewal; its reserves do not add up.
nonumber growing_pit growing gentle 1.9
  合法（采矿） | LEGAL LEGAL | LM06 | CL04 LM05 RL06 | LE02
  Inside a valid licence, but the number filed is not in the licence layer.
outside growing_pit growing hill 3
  合法 | LEGAL ILLEGAL | LM02 RL06 LM04 | LM05 CL04
  A third of the quarry lies outside its licence, and the record names another mineral.
below growing_pit growing hill 2.6
  合法 | LEGAL ILLEGAL | LM02 RL06 LM05 |
  The floor lies below the licensed elevation, and a third of what was dug is reported.
underground new_pit pit hill 1.6
  合法 | LEGAL ILLEGAL | LM03 RL06 | LM02 LM05
  An open pit under a licence for underground mining.

# Slides and restorations
slide1 landslide slide steep 1.5
  自然灾害 | DISASTER DISASTER |  |
  A landslide on a steep slope with its debris directly below.
slide2 landslide slide steep 0.8
  地质灾害 | DISASTER DISASTER |  |
  A small landslide near a registered point.
slide3 landslide slide steep 2.3
  自然灾害 | DISASTER DISASTER | CL05 |
  A larger landslide with bulked debris; its hazard point's number is not in the register.
restored1 restoration restored hill 2.2
  生态修复治理 | RESTORATION RESTORATION |  |
  An old quarry filled to terraces and planted in rows inside its approved plan.
restored2 restoration restored gentle 1.4
  生态修复 | RESTORATION RESTORATION |  |
  A filled and planted quarry inside its approved plan.
restored3 restoration restored hill 0.8
  生态修复治理 | RESTORATION RESTORATION |  |
  A small filled and planted quarry inside its approved plan.
dug restoration_that_digs dug_restored hill 2
  生态修复治理 | RESTORATION ILLEGAL | CL02 RL06 |  | LE03
  Called restoration, but the floor went down by metres and more ground is bare.

# Fields and other honest pseudo-changes
harvest1 harvest fields:maize/stubble|ploughed field 2.4
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH01 RL06 | PH02 PH03
  Harvested maize fields; one of its photographs was taken for a quarry far away.
harvest2 harvest fields:maize/stubble field 1.3
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH01 RL06 | PH02 PH03
  Harvested maize left as stubble; its photograph was taken for a quarry far away.
harvest3 harvest fields:maize/late|ploughed field 1.8
  实地未变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | PH01
  Maize harvested, wheat sown late; the panorama also serves its neighbour.
harvest4 harvest neighbour:harvest3 field 1
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | PH01
  The field next to it, honestly shown by the same panorama.
harvest5 harvest fields:soy/stubble|ploughed field 0.9
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH04 |
  Harvested soy beans without any photograph.
ploughed ploughed fields:maize/ploughed field 1.6
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH04 |
  A ploughed field whose only photograph cannot be read.
fallow fallow fields:fallow/early|late|stubble|ploughed field 0.7
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ06 |  | PH01 RL06 | PH02 PH03
  Fallow land whose weeds dried up; the filed area is a third too small.
sliver harvest sliver:ledgered loess 0.9
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | CL01
  Fields beside a quarry; the outlines overlap by a metre or so only.
film greenhouse sheds:old field 1.2
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Standing greenhouses got their winter film.
shadow shadow shade hill 1.8
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  A wooded slope in the low November sun's shadow.
riverbed dry_river_bed stream_bed hill 1.1
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  A stream bed that is dry in November.
old1 old_working old_pit hill 2
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |  | LE03 |
  A quarry abandoned years ago that did not grow; one file is listed twice.
old2 old_working old_pit gentle 1.1
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH04 |  | LE03 |
  An old quarry that did not grow; its only photograph is listed but absent.

# Building and farming with approval
construction construction built:concrete/blue_roof loess 2.7
  工程建设 | CONSTRUCTION CONSTRUCTION |  |
  A warehouse park inside a project that was approved after the summer filing called it illegal.
barn agri_facility built:concrete/brick_roof field 0.9
  设施农用地 | AGRI_FACILITY AGRI_FACILITY |  |
  Livestock sheds on recorded land for farm facilities.
houses agri_facility sheds:new field 1.5
  设施农用地 | AGRI_FACILITY AGRI_FACILITY |  |
  New greenhouses on recorded land for farm facilities.
levelled land_levelling cleared loess 1.2
  土地平整 | LAND_LEVELLING LAND_LEVELLING | LE04 |
  Old orchards cleared and the soil levelled under an approved project; filed twice, once as 合法.

# Filings that cannot be read
unfilled harvest fields:maize/stubble|late field 1.1
  - | UNFILLED PSEUDO_CHANGE | LE05 |
  The legality column was left blank.
unknown stockpile stockpile field 0.8
  临时堆放点待定 | UNKNOWN OTHER | LE05 |
  A word that no table knows.

# One area, two polygons
conflict1 new_pit pit loess 0.8
  违法-无证开采 | ILLEGAL ILLEGAL | LE01 RL06 |
  A soil pit filed as illegal, overlapped by a field filed as no change.
conflict2 harvest overlap:conflict1 loess 1.2
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | LE01 RL06 | CL01
  Fields drawn over a fifth of the pit next door, which is filed otherwise.
parent new_pit pit loess 1
  违法-无证开采 | ILLEGAL ILLEGAL |  | CL01
  A polygon that was split: part soil pit, part field.
parent-1 new_pit part:parent loess 1
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  The dug part of the split polygon; its row was closed with everything that a closing needs.
parent-2 harvest part:parent loess 1
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | CL01
  The field part of the split polygon; parent and child are not compared.

# What cannot be judged
nowhere shrub_senescence scrub hill-west 1
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ01 | CL01
  Scrub that dried up; no scene shows it.
clouded harvest fields:maize/stubble|ploughed|late field 1.2
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ02 | CL01
  Under the cloud of the later image.
tiny harvest fields:maize/stubble|ploughed field 0.12
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ03 | CL01
  Twelve pixels are too few to judge by.
bowtie harvest bowtie:maize/stubble|ploughed|late field 1
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ05 | CL01 DQ06
  The outline crosses itself.
colour harvest fields:maize/stubble|ploughed|late field-west 1.4
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | CL01
  Shown by a small colour orthophoto pair only.
snowed shrub_senescence scrub hill-west 1.2
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | DQ07 | CL01 DQ02
  The later image of its pair is under snow and fog and cannot be registered.
"""


# Six more that only the two-metre pair shows; numbered last, they move no visit of the others.
FINE = """
pocket new_pit hole slope-fine 0.16
  实地伪变化 | PSEUDO_CHANGE ILLEGAL | CL01 | RL06
  A pit of a few lorry loads on a scrubby slope, filed as no change; sixteen cells of a 10 m image.
kid1 new_pit hole terrace-fine 0.3
  违法-无证开采 | ILLEGAL ILLEGAL | RL04 |
  The dug part of a polygon of the quarter before; its row was closed by nobody, without proof.
kid2 harvest neighbour:kid1 terrace-fine 0.3
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  The field part: its parent was filed as illegal, and parent and child are not compared.
stubble harvest fields:maize/stubble|ploughed|late terrace-fine 0.8
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Harvested terraces at two metres.
sham new_pit hole slope-fine 0.24
  工程建设 | CONSTRUCTION ILLEGAL | CL04 | RL06
  A pit filed as a platform for building, under an approval that is for another place.
terraces harvest fields:maize/stubble|ploughed|late terrace-fine 0.5
  实地未变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Narrow harvested terraces at two metres.
"""
MAIN_CASES, FINE_CASES = cases(PLAN), cases(FINE)
CASES = MAIN_CASES + FINE_CASES
