"""What a person chose in a filter form, which sends every field: an empty one is no choice."""

from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator


def _chosen(value: object) -> object:
    return None if value == "" else value


ChosenYear = Annotated[int | None, Query(ge=2000, le=2100), BeforeValidator(_chosen)]
ChosenQuarter = Annotated[int | None, Query(ge=1, le=4), BeforeValidator(_chosen)]
ChosenPage = Annotated[int | None, Query(ge=1, le=20_000), BeforeValidator(_chosen)]
ChosenNumber = Annotated[int | None, Query(ge=1, le=2**62), BeforeValidator(_chosen)]
