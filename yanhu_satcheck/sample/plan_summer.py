"""The summer quarter's polygons, most of them where the autumn's lie.

`then_x` is what was issued about the place of the autumn's `x`.
"""

from .case import cases
from .terms import SUMMER_TERM

PLAN = """
# Filed as illegal, and otherwise in autumn
then_nonumber reopened old:nonumber - 0
  违法-无证开采 | ILLEGAL ILLEGAL |  | LM02 LM05 LM06
  A quarry taken up again; in autumn it is called legal, and nothing says why.
then_false2 reopened old:false2 - 0
  违法（无证开采） | ILLEGAL ILLEGAL | RL02 |
  A quarry taken up again, whose ledger row names nobody; in autumn it is called no change.
then_overlay dumping overlap:overlay - 1.2
  违法 | ILLEGAL ILLEGAL | RL01 | LM02 LM05 LM06
  Waste tipped over the edge of a quarry; no ledger row. A fifth of it is called legal in autumn.
then_unledgered reopened old:unledgered - 0
  实地伪变化 | PSEUDO_CHANGE ILLEGAL | CL01 |
  A quarry taken up again, called no change; in autumn it is called illegal, without a ledger row.

# Filed as illegal, and honestly otherwise in autumn
then_restored2 reopened old:restored2 - 0
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  A quarry taken up again; put right by autumn, and closed in the ledger.
then_renewed reopened old:renewed - 0
  违法 | ILLEGAL ILLEGAL |  | LM02 LM05 LM06
  Its licence had run out; the renewal was accepted after this filing.
then_construction growing_crop over:construction - 0
  违法用地 | ILLEGAL ILLEGAL |  |
  Building began before it was approved; the approval came after this filing.
beside growing_crop sliver:houses - 0.9
  违法-无证开采 | ILLEGAL ILLEGAL | RL03 |
  Soil taken beside an honest field; the two outlines share a digitising sliver. Its row is overdue.
whole growing_crop around:kid1+kid2 - 0
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  Soil taken from a corner in September; split in autumn, and its field child is no change.

# Called benign in both quarters, or rightly corrected
then_extended idle_working old:extended - 0
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | CL01
  A quarry that lay still; it grew in autumn, was called illegal then and entered in the ledger.
then_special shrub over:special - 0
  特殊用地 | SPECIAL_USE SPECIAL_USE |  |
  Special use, which the autumn's notice has filed as no change.
then_old1 old_working over:old1 - 0
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  A quarry abandoned years ago; bare in autumn still, and called no change again.
then_old2 old_working over:old2 - 0
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  An old quarry; bare in autumn still, and called no change again.
then_restored1 idle_working old:restored1 - 0
  生态修复治理 | RESTORATION RESTORATION |  | CL02 CL05
  A quarry whose restoration had just been approved; filled and green in autumn.
then_inside1 idle_working old:inside1 - 0
  合法（采矿） | LEGAL LEGAL |  | LM05
  A mine inside its valid licence in both quarters.
then_expired idle_working old:expired - 0
  合法 | LEGAL LEGAL | LM05 |
  A mine whose licence was valid when the summer's image was taken; its reserves do not add up.
then_levelled orchard over:levelled - 0
  土地平整 | LAND_LEVELLING LAND_LEVELLING |  |
  Inside an approved project that runs through both quarters.
then_dug idle_working over:dug - 0
  生态修复治理 | RESTORATION RESTORATION |  | CL02 CL05
  A quarry whose restoration was announced; in autumn it was dug deeper.
then_shadow shrub over:shadow - 0
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  A wooded slope that was never bare, called no change twice.
then_ploughed growing_crop over:ploughed - 0
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  A field, called no change twice: ploughed in autumn, green between.
then_colour growing_crop over:colour - 0
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | CL01
  Terraces that a small colour orthophoto pair shows.

# Not issued again
lender fallow fields:bare/wheat field 0.6
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH01 | PH02 PH03
  Wheat was cut and the ground rests; its photograph was filed for a place far away, too.
borrower growing_crop fields:maize/waiting field 1.2
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH01 | PH02 PH03
  A field proved by another field's photograph.
rest1 fallow fields:bare/wheat field 0.6
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Wheat was cut and the ground rests until autumn.
rest2 fallow fields:bare/wheat loess 0.5
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  | !CL01
  Wheat was cut and the terrace rests until autumn.
rest3 fallow fields:bare/wheat field 0.5
  实地未变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Wheat was cut and the ground rests until autumn.
maize1 growing_crop fields:maize/waiting field 1.4
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Bare in May, maize in August.
maize2 growing_crop fields:maize/wheat field 1.8
  实地伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Wheat in May, maize in August.
beans growing_crop fields:soy/waiting field 0.7
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE | PH04 |
  Beans; no photograph was handed in.
asked growing_crop fields:maize/waiting loess 0.9
  待区里确认 | UNKNOWN PSEUDO_CHANGE | LE05 |
  A word that no table knows.
fine1 growing_crop fields:maize/waiting terrace-fine 0.5
  伪变化 | PSEUDO_CHANGE PSEUDO_CHANGE |  |
  Terraces at two metres, bare in May and green in August.
then_disguised shrub over:disguised - 0
  违法-无证开采 | ILLEGAL ILLEGAL |  |
  A digging of early summer, filled and closed with proof before the later image.
"""
SUMMER_CASES = cases(PLAN)
SUMMER_NUMBERS = {
    case.key: f"{SUMMER_TERM.prefix}{number:04d}" for number, case in enumerate(SUMMER_CASES, 1)
}
