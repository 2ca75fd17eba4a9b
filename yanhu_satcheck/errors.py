"""Everything satcheck raises on purpose. A suspicious filing is no error; it is a `Finding`."""

from yanhu_satcheck.terms import Words


class SatcheckError(Exception):
    """Root of every error that satcheck raises on purpose."""


class NothingToAudit(SatcheckError):
    """The manifest cannot be read, or no polygon is usable: nothing could be audited (exit 2)."""


class SettingError(SatcheckError):
    """A line of the county's satcheck.toml cannot be used; the message says which."""

    def __init__(self, table: str, name: str, problem: Words) -> None:
        where = f"[{table}] {name}".rstrip()
        self.says = Words(f"{where}：{problem.zh}", f"{where}: {problem.en}")
        super().__init__(self.says.en)


class RasterError(SatcheckError):
    """A raster cannot be opened or is not what it claims; the message names file and reason."""


class RuleError(SatcheckError):
    """A rule itself broke while judging; the batch is not to blame (exit 3)."""

    def __init__(self, code: str, cause: Exception) -> None:
        super().__init__(f"rule {code} failed: {cause!r}; no verdict was formed for this batch")


class AccountingError(SatcheckError):
    """An issued polygon is neither judged nor named as not judged (exit 3)."""


class ReportError(SatcheckError):
    """OUT cannot be written where it was asked for; the message says why and what to do."""


class ArchiveError(SatcheckError):
    """The archive, or what was to be added to it, cannot be used; the message says what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
