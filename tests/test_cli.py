"""The command: exit codes, first screens, and OUT whole or not at all."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Run, satcheck
from yanhu_satcheck.cli.main import exit_code


def test_findings_exit_1_and_the_first_screen_says_what_was_judged(sample_audit: Run) -> None:
    issued = len(json.loads((SAMPLE / "truth.json").read_text("utf-8"))["polygons"])
    assert (sample_audit.code, sample_audit.stderr) == (1, "")
    assert f"下发图斑 {issued} 个" in sample_audit.stdout
    assert "无法判定" in sample_audit.stdout
    assert "ledger.xlsx" in sample_audit.stdout


def test_out_holds_what_the_contract_names(sample_audit: Run) -> None:
    held = {path.name for path in sample_audit.out.iterdir()}
    files = {"ledger.xlsx", "ledger.gpkg", "ledger.csv", "findings.jsonl", "audit.json"}
    assert held == files | {
        "evidence.parquet", "photos.parquet", "photo_marks.parquet", "reports", "photos",
    }  # fmt: skip
    assert [path.name for path in sample_audit.out.parent.iterdir()] == ["OUT"]


def test_every_issued_polygon_has_a_page_and_a_row(sample_audit: Run) -> None:
    issued = json.loads((SAMPLE / "truth.json").read_text("utf-8"))["polygons"]
    pages = {path.stem for path in (sample_audit.out / "reports").glob("*.html")} - {"index"}
    assert len(pages) == len(issued)
    counts = json.loads((sample_audit.out / "audit.json").read_text("utf-8"))["counts"]
    by_state = counts["polygons"]
    assert by_state.pop("issued") == sum(by_state.values()) == len(issued)


def test_check_reads_only_and_exits_2_with_any_misread(tmp_path: Path) -> None:
    run = satcheck("check", SAMPLE)
    assert run.code == 2
    assert "DQ" not in run.stdout


def test_no_manifest_exits_2_and_out_is_not_made(tmp_path: Path) -> None:
    run = satcheck("audit", tmp_path, "-o", tmp_path / "OUT")
    assert run.code == 2
    assert "batch.toml" in run.stderr
    assert not (tmp_path / "OUT").exists()


def test_no_usable_polygon_exits_2_and_out_is_not_made(tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLE, tmp_path / "batch")
    next(folder.glob("polygons.*")).write_bytes(b"not a layer")
    run = satcheck("audit", folder, "-o", tmp_path / "OUT")
    assert run.code == 2
    assert "polygons" in run.stderr
    assert not (tmp_path / "OUT").exists()


def test_a_wrong_limit_is_named_and_stops_the_audit(tmp_path: Path) -> None:
    folder = _with_settings(tmp_path, "[rules.CL01]\nbear_gain = 0.3\n")
    run = satcheck("audit", folder, "-o", tmp_path / "OUT")
    assert run.code == 2
    assert run.stderr.startswith("未审核：satcheck.toml 设置有误：[rules.CL01] bear_gain：")
    assert "\nnothing was audited: [rules.CL01]" in run.stderr
    assert "CL01" in run.stderr
    assert "bear_gain" in run.stderr
    assert not (tmp_path / "OUT").exists()


def test_rules_lists_every_rule_and_explain_knows_code_and_slug() -> None:
    listed = satcheck("rules").stdout
    assert "PH01" in listed
    assert "photo-reuse" in listed
    by_code, by_slug = satcheck("explain", "PH01"), satcheck("explain", "photo-reuse")
    assert by_code.stdout == by_slug.stdout
    assert "一图多用" in by_code.stdout


def test_an_unknown_rule_exits_2_and_names_the_nearest(tmp_path: Path) -> None:
    run = satcheck("explain", "photo-reuze")
    assert run.code == 2
    assert "photo-reuse" in run.stderr
    for words in (("explain", "nope"), ("audit", SAMPLE, "-o", tmp_path / "OUT", "--only", "zz")):
        run = satcheck(*words)
        assert run.code == 2
        assert run.stderr.index("没有规则") < run.stderr.index("no such rule")
        assert "nothing was audited" not in run.stderr
        assert run.stderr.count(" or ") < 2
    assert not (tmp_path / "OUT").exists()


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["adit"], "没有这个命令；用法见 satcheck --help"),
        (["audit"], "缺少 BATCH；用法见 satcheck audit --help"),
        (
            ["audit", "."],
            "缺少 -o / --out：请写明结果文件夹，如 -o out/2022Q4；用法见 satcheck audit --help",
        ),
        (["audit", "--foo"], "没有选项 --foo；用法见 satcheck audit --help"),
        (["check", "nowhere"], "BATCH “nowhere”不存在，或不是文件夹；用法见 satcheck check --help"),
        (["check", ".", "--lang", "fr"], "--lang “fr”只能是 zh、en；用法见 satcheck check --help"),
        (
            ["suppress", "PH01a7ad061cb214", "--reason", "a", "--by", "b", "--until", "2023/6/30"],
            "--until “2023/6/30”的写法有误，应为 年-月-日，如 2023-06-30；"
            "用法见 satcheck suppress --help",
        ),
        (["archive", "lst"], "没有这个命令；用法见 satcheck archive --help"),
        (["check", ".", "."], "命令写法有误；用法见 satcheck check --help"),
    ],
)
def test_a_command_typed_wrong_is_said_in_chinese_first(words: list[str], zh: str) -> None:
    """It was said in English alone."""
    run = satcheck(*words)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.splitlines()[0] == zh
    assert "Error: " in run.stderr


def test_the_first_screen_counts_by_rule_and_state(sample_audit: Run) -> None:
    lines = sample_audit.stdout.splitlines()
    told = next(line for line in lines if line.startswith("  LM06"))
    assert told.endswith("：不一致 1、举证缺失 1")
    assert "未提供：历史档案" in lines
    assert "已声明但无法使用：重点区域" in lines


def test_english_is_english(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    run = satcheck("audit", SAMPLE, "-o", out, "--lang", "en", "--only", "PH01", "--only", "dq08")
    assert not set("：，、；“”（）") & set(run.stdout)
    assert "Only these rules were run, and no other: PH01, DQ08" in run.stdout
    assert " 1 polygons" not in run.stdout
    checked = satcheck("check", SAMPLE, "--lang", "en").stdout
    assert not set("：，、；“”（）") & set(checked)


def test_check_names_every_setting_that_cannot_be_used(tmp_path: Path) -> None:
    folder = _with_settings(tmp_path, "[rules.CL01]\nbear_gain = 0.3\n[policy]\nfdr = 7\n")
    run = satcheck("check", folder)
    assert run.code == 2
    assert "bear_gain" in run.stdout
    assert "fdr" in run.stdout


def _with_settings(where: Path, text: str) -> Path:
    folder = shutil.copytree(SAMPLE, where / "batch")
    manifest = folder / "batch.toml"
    told = manifest.read_text("utf-8").split("[settings]")[0]
    manifest.write_text(told + '\n[settings]\npath = "satcheck.toml"\n', "utf-8")
    (folder / "satcheck.toml").write_text(text, "utf-8")
    return folder


def test_a_reader_that_stops_early_sees_no_traceback() -> None:
    for words in (["rules"], ["explain", "PH01"], ["check", str(SAMPLE)]):
        command = [sys.executable, "-m", "yanhu_satcheck.cli.main", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            assert run.stdout is not None
            assert run.stderr is not None
            run.stdout.close()
            assert run.stderr.read() == b""
        assert run.returncode == (2 if words[0] == "check" else 0)


def test_an_interrupt_that_a_library_hides_is_an_interrupt() -> None:
    def command() -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as cause:
            raise ImportError("numpy did not load") from cause

    assert exit_code(command) == 130
    assert exit_code(_broken_install, interrupts=[2]) == 130


def test_our_own_mistake_is_shown_and_is_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    """1 would say to a script that the audit found something."""
    assert exit_code(_broken_install) == 3
    said = capsys.readouterr().err
    assert "really not there" in said
    assert "程序内部错误" in said


def _broken_install() -> None:
    raise ImportError("really not there")


def test_an_out_of_another_batch_is_refused_before_the_work(
    sample_audit: Run, tmp_path: Path
) -> None:
    folder = shutil.copytree(SAMPLE, tmp_path / "batch")
    manifest = folder / "batch.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"2022Q4"', '"2023Q1"'), "utf-8")
    before = _hashes(sample_audit.out)
    run = satcheck("audit", folder, "-o", sample_audit.out)
    assert run.code == 2
    assert run.stderr.index("批次 2022Q4") < run.stderr.index("batch 2022Q4, not of 2023Q1")
    assert _hashes(sample_audit.out) == before


def test_make_takes_a_folder_with_spaces_in_its_name() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    command = ["make", "-n", "audit", "BATCH=/some where/2022 Q4"]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert 'audit "/some where/2022 Q4" -o "out/2022 Q4"' in done.stdout


@pytest.mark.parametrize("words", [["--help"], ["audit", "--help"], ["rules", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    told = (
        "import sys; from yanhu_satcheck.cli.main import satcheck\n"
        f"try: satcheck({words!r})\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'rasterio', 'shapely', 'pandas', 'scipy'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_gbk_console_does_not_end_a_run() -> None:
    command = [sys.executable, "-m", "yanhu_satcheck.cli.main", "check", str(SAMPLE)]
    env = {"PYTHONIOENCODING": "gbk", "PATH": ""}
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    assert done.returncode == 2
    assert "图斑" in done.stdout.decode("gbk")


def test_the_same_batch_gives_the_same_bytes(sample_audit: Run, tmp_path: Path) -> None:
    """Another hash seed, time zone, language of the machine and folder change nothing."""
    folder = tmp_path / "盐湖 区 #1" / "2022Q4"
    folder.parent.mkdir()
    shutil.copytree(SAMPLE, folder)
    out = tmp_path / "OUT"
    command = [sys.executable, "-m", "yanhu_satcheck.cli.main", "audit", "2022Q4", "-o", str(out)]
    env = {"PYTHONHASHSEED": "7", "TZ": "America/Lima", "LC_ALL": "C.UTF-8", "PATH": ""}
    done = subprocess.run(command, cwd=folder.parent, env=env, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr.decode()
    one, two = (_hashes(where) for where in (sample_audit.out, out))
    assert [name for name in one if one[name] != two.get(name)] == []
    assert one.keys() == two.keys()


def _hashes(out: Path) -> dict[str, str]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {
        path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files
    }
