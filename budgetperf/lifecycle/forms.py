"""Temporary: the kit moved to ``budgetperf.forms``."""

from budgetperf.forms import (  # noqa: F401
    Amount,
    FieldMeta,
    Form,
    Line,
    Number,
    Text,
    ask,
    fields,
    read,
)

__all__ = ["Amount", "FieldMeta", "Form", "Line", "Number", "Text", "ask", "fields", "read"]
