"""The machine interfaces: every app's router below ``/api/v1/``, one description, errors as RFC 9457 problems."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import django_auth

from echowall.kernel.errors import Problem, Refusal
from echowall.kernel.problems import CONTENT_TYPE, problem_response, refusal_response
from echowall.voices.api import intake, open311
from echowall.voices.channels import json_api

# Apps with a ``router``; those of staff are for the signed-in session.
ROUTERS = (
    ("", "echowall.voices.api.router"),
    ("/matters", "echowall.matters.api"),
    ("/wall", "echowall.wall.api"),
    ("/command", "echowall.command.api"),
)
BASE = "api/v1/"


class EchowallApi(NinjaAPI):
    """The API with its hand-written hot path in the description."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description; the intake's part comes from the structs that read it."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        _describe_intake(schema, path_prefix if path_prefix is not None else f"/{BASE}")
        return schema


def _describe_intake(schema: OpenAPISchema, prefix: str) -> None:
    kinds = (json_api.IntakeMessage, json_api.IntakeBatch, intake.Taken, intake.TakenBatch)
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schema["components"].setdefault("schemas", {}).update(definitions)
    schema["components"]["schemas"]["Problem"] = _PROBLEM
    for name, sent, taken, words in (
        ("messages", references[0], references[2], "Take one message"),
        ("messages/batch", references[1], references[3], "Take up to 500 messages, all or none"),
    ):
        answers = {"200": _json("Known already", taken), "201": _json("Stored", taken)}
        answers |= {status: _problem(status) for status in ("401", "422")}
        operation: dict[str, Any] = {
            "operationId": "take_" + name.replace("/", "_"), "summary": words, "tags": ["messages"],
            "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
            "responses": answers, "security": [{"SourceToken": []}],
        }  # fmt: skip
        if name == "messages":
            operation["parameters"] = [{
                "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"},
                "description": "Stands in for a missing key",
            }]  # fmt: skip
        schema["paths"].setdefault(prefix + name, {})["post"] = operation


_PROBLEM: dict[str, Any] = {
    "type": "object", "title": "Problem", "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("code", "place", "value", "message", "fix")},
        }},
    },
}  # fmt: skip


def _json(words: str, reference: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": reference}}}


def _problem(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": {"401": "Token missing or unknown"}.get(status, "Refused, with every error"),
            "content": {CONTENT_TYPE: {"schema": schema}}}  # fmt: skip


# No page of documentation: it would load scripts from elsewhere. The description is at openapi.json.
api = EchowallApi(
    title="Echowall", version="1", docs_url=None, auth=django_auth,
    description="Street office in an emergency: send messages, follow them, work on matters.",
)  # fmt: skip
for _prefix, _module in ROUTERS:
    if find_spec(_module):
        api.add_router(_prefix, importlib.import_module(_module).router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return refusal_response(request, refusal)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [
        Problem(str(e.get("type", "invalid")), str(e.get("msg", "")), ".".join(str(part) for part in e.get("loc", ())))
        for e in error.errors
    ]
    return problem_response(422, problems)


@api.exception_handler(AuthenticationError)
def _not_signed_in(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem_response(401)


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(error.status_code, detail=str(error))


@api.exception_handler(Http404)
def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem_response(404)


@csrf_exempt
def unknown(_request: HttpRequest) -> HttpResponse:
    """Answer for addresses below ``/api/`` that do not exist."""
    return problem_response(404)


urlpatterns = [
    path(f"{BASE}messages", intake.one),
    path(f"{BASE}messages/batch", intake.batch),
    path(BASE, api.urls),
    re_path(r"^api/.*$", unknown),
    *open311.urlpatterns,
]
