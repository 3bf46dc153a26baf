"""The page routes: each reads through the store, builds one screen, renders it; writes go through the actions."""

from fastapi import APIRouter

from api.desks import (
    assessed_report,
    assessed_sheet,
    assessed_unit,
    assessment,
    assessment_openings,
    assessment_papers,
    assessments,
    audit,
    baselines,
    bulk,
    decisions,
    exante,
    files,
    index_system,
    language,
    limit,
    limits,
    log,
    monitoring,
    notices,
    objections,
    openings,
    panel_upload,
    panels,
    password,
    people,
    person,
    project,
    projects,
    rule_drafts,
    rules,
    runs,
    sign_in,
    special_factor_list,
    special_factors,
    verbs,
    work,
    workbook,
)

router = APIRouter(include_in_schema=False)
for part in (
    sign_in, language, audit, assessments, assessment, assessed_unit, assessed_sheet, assessment_openings, assessment_papers,
    work, projects, project, files, openings, notices, objections, special_factor_list,
    special_factors, limits, limit, panel_upload, panels, exante,
    monitoring, bulk,
    decisions, baselines, log, runs, people, person, password, index_system, rule_drafts, rules, workbook,
    assessed_report, verbs,
):  # fmt: skip
    router.include_router(part.router)
