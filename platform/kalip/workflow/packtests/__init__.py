"""The tests that packs bring with them, run without any code of theirs."""

from kalip.workflow.packtests.running import CaseResult, run_pack_tests

__all__ = ["CaseResult", "run_pack_tests"]
