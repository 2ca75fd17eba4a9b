"""The built-in rule book, in the order of the action plan's problem list."""

from typing import Any

from yanhu_satcheck.rule import Rule

from . import (
    after_first_stage,
    area_disagrees,
    bad_geometry,
    blacklisted,
    call_unknown,
    closed_unproven,
    cloud_hidden,
    crs_or_datum,
    earlier_call_conflict,
    false_disaster,
    false_pseudo_change,
    false_restoration,
    ledger_incomplete,
    ledger_overdue,
    licence_invalid,
    lookback_gap,
    method_mismatch,
    mineral_mismatch,
    no_scene,
    not_in_ledger,
    outside_licence,
    overlay_only,
    patrol_gap,
    photo_missing,
    photo_place,
    photo_reuse,
    photo_time,
    polygon_accounting,
    proof_missing,
    registration_refused,
    reissued_benign,
    relapse,
    reserves_mismatch,
    same_area_conflict,
    too_few_pixels,
    unreadable_input,
    unsupported_benign,
)

RULES: tuple[Rule[Any], ...] = (
    # 违法采矿填报为实地伪变化、生态修复治理
    false_pseudo_change.RULE,
    false_restoration.RULE,
    # 举证照片一图多用
    photo_reuse.RULE,
    photo_place.RULE,
    photo_time.RULE,
    photo_missing.RULE,
    # 相同区域合法性判定不一致
    same_area_conflict.RULE,
    earlier_call_conflict.RULE,
    reissued_benign.RULE,
    polygon_accounting.RULE,
    call_unknown.RULE,
    # 明显开采迹象填报为自然灾害
    false_disaster.RULE,
    # 工程建设、设施农用地、土地平整等名义
    unsupported_benign.RULE,
    proof_missing.RULE,
    # 有证矿山仅作影像套合
    overlay_only.RULE,
    outside_licence.RULE,
    method_mismatch.RULE,
    mineral_mismatch.RULE,
    reserves_mismatch.RULE,
    licence_invalid.RULE,
    # 整治整改工作台账
    not_in_ledger.RULE,
    ledger_incomplete.RULE,
    ledger_overdue.RULE,
    closed_unproven.RULE,
    relapse.RULE,
    after_first_stage.RULE,
    # 网格化巡查、回头看、黑名单
    patrol_gap.RULE,
    lookback_gap.RULE,
    blacklisted.RULE,
    # what cannot be judged
    no_scene.RULE,
    cloud_hidden.RULE,
    too_few_pixels.RULE,
    crs_or_datum.RULE,
    bad_geometry.RULE,
    area_disagrees.RULE,
    registration_refused.RULE,
    unreadable_input.RULE,
)
