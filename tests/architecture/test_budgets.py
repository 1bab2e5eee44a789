"""Files, functions, parameter lists and templates keep their budgets; an exception has a reason and is still needed."""

from tests.architecture import budgets, source


class TestBudgets:
    def test_nothing_exceeds_its_limit(self) -> None:
        over = [str(size) for size in budgets.sizes() if size.exceeds_hard()]
        assert not over, "split these, or give a reason in exceptions.yaml:\n" + "\n".join(over)

    def test_every_exception_has_a_reason_and_is_needed(self) -> None:
        large = {(size.rule, size.place): size.value for size in budgets.sizes()}
        stale = [
            entry.place
            for entry in source.exempted()
            if len(entry.reason) < 15 or large.get((entry.rule, entry.place), 0) <= budgets.HARD[entry.rule]
        ]
        assert not stale, f"exceptions without a reason or no longer needed: {stale}"
