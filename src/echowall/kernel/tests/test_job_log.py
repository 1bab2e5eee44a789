"""The log of the queue names a failing job by its ids alone."""

from __future__ import annotations

import logging

from echowall.kernel.job_log import IdsOnly


def test_neither_arguments_nor_exception_texts_are_logged() -> None:
    ident = "01a20417-a61c-70cf-a2aa-8b33934b7792"
    words = "Key (phone)=(13800001234) already exists"  # not on the line that the traceback quotes
    try:
        raise ValueError(words)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    text = f"Job a.b.write[17](work_id='{ident}', asked={{'q': '13800001234 王(建)国'}}) ended with status: Error"
    record = logging.LogRecord("procrastinate.worker", logging.ERROR, "", 0, text, (), info)
    assert IdsOnly().filter(record)
    shown = logging.Formatter().format(record)
    assert f"a.b.write[17]({ident}) ended with status" in shown
    assert "ValueError" in shown
    assert "test_job_log" in shown
    assert "13800001234" not in shown
    assert "王" not in shown


def test_other_records_pass_as_they_are() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "a[1](%s)", ("x",), None)
    assert IdsOnly().filter(record)
    assert record.getMessage() == "a[1](x)"
