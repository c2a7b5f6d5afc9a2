"""`blink doctor`: what can be wrong with this machine, the profile and the way to KSeF, each with what to do.

A check is a small module with values of `check.Check`; it is put into `all_checks`.
"""

from blink_tui.ops.doctor.check import Around, Check, Finding, Level, Report, examine
from blink_tui.ops.doctor.checks import all_checks, opened, worst

__all__ = ["Around", "Check", "Finding", "Level", "Report", "all_checks", "examine", "opened", "worst"]
