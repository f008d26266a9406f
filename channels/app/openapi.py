"""The OpenAPI 3.1 document of the in-app API, as `GET /v1/openapi.json` serves it."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

Schema = dict[str, Any]


def document(applications: Sequence[str]) -> Schema:
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Balcão: messages from inside an application",
            "version": version("balcao"),
            "description": f"Applications of this installation: {', '.join(sorted(applications))}. "
            "What else each of them requires is said by the problem document of a 422.",
        },
        "security": [{"key": []}, {"signature": [], "signatureId": [], "signatureTime": []}],
        "paths": {
            "/v1/messages": {"post": _post()},
            "/v1/messages/{receipt}": {"get": _get()},
            "/v1/openapi.json": {"get": _itself()},
        },
        "components": {"schemas": _schemas(), "securitySchemes": _security(), "responses": _refusals()},
    }


def _post() -> Schema:
    message, form = {"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/Form"}
    taken = {"$ref": "#/components/schemas/Taken"}
    return {
        "operationId": "sendMessage",
        "summary": "Send a message of a user; it is on disk when the answer comes",
        "parameters": [
            {
                "name": "Idempotency-Key", "in": "header",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "The same for every try to send this message; else webhook-id counts",
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": message}, "multipart/form-data": {"schema": form}},
        },
        "responses": {
            "202": _answer("Taken", taken), "200": _answer("Taken before", taken),
            **_refused("400", "401", "403", "408", "413", "415", "422", "429", "503"),
        },
    }  # fmt: skip


def _get() -> Schema:
    return {
        "operationId": "messageStatus",
        "summary": "What became of a message that this application sent",
        "parameters": [{"name": "receipt", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {
            "200": _answer("What became of it", {"$ref": "#/components/schemas/Status"}),
            **_refused("401", "403", "404", "429", "503"),
        },
    }


def _itself() -> Schema:
    answer = _answer("This document", {"type": "object"})
    return {"operationId": "description", "summary": "This document", "security": [], "responses": {"200": answer}}


def _answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refused(*statuses: str) -> Schema:
    return {status: {"$ref": f"#/components/responses/E{status}"} for status in statuses}


def _refusals() -> Schema:
    words = {
        "400": "Not JSON, not a form, or a header that cannot be", "401": "No known key, no valid signature",
        "403": "This origin may not use this key", "404": "No message of this application has this receipt",
        "408": "The body came too slowly", "413": "The body is too large", "415": "Neither JSON nor a form",
        "422": "Something is missing or wrong: `errors` says what, field by field",
        "429": "Too many refused requests from this address: see Retry-After",
        "503": "Nothing can be stored now: see Retry-After",
    }  # fmt: skip
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        f"E{status}": {"description": text, "content": {"application/problem+json": {"schema": schema}}}
        for status, text in words.items()
    }


def _security() -> Schema:
    about = "Standard Webhooks; a GET is signed over the receipt"
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key of the application"},
        "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature", "description": about},
        "signatureId": {"type": "apiKey", "in": "header", "name": "webhook-id"},
        "signatureTime": {"type": "apiKey", "in": "header", "name": "webhook-timestamp"},
    }


def _schemas() -> Schema:
    text = {"type": "string"}
    contact = {
        "type": "object",
        "description": "One of id, email and phone is required; id is what your application knows the user by",
        "properties": {"id": text, "name": text, "email": {**text, "format": "email"}, "phone": text},
    }
    context = {
        "type": "object",
        "description": "What the application knows of the moment; rules may match each leaf as context.…",
        "properties": {"screen": text, "version": text, "last_error": text},
        "additionalProperties": True,
    }
    attachment = {
        "type": "object",
        "required": ["content"],
        "properties": {"name": text, "content_type": text, "content": {**text, "contentEncoding": "base64"}},
    }
    message = {
        "type": "object",
        "required": ["contact"],
        "description": "text or an attachment is required",
        "properties": {
            "subject": text, "text": text, "contact": contact, "context": context,
            "conversation": {**text, "description": "Messages of one conversation are one ticket at a time"},
            "message_id": text, "sent_at": {**text, "format": "date-time"},
            "attachments": {"type": "array", "maxItems": 50, "items": attachment},
        },
    }  # fmt: skip
    return {"Message": message, "Form": _form(), **_answers()}


def _form() -> Schema:
    text = {"type": "string"}
    names = ("subject", "text", "conversation", "contact.id", "contact.name", "contact.email", "contact.phone",
             "context.screen", "context.version", "context.last_error")  # fmt: skip
    return {
        "type": "object",
        "description": "Fields with dots for objects, or `message` with the whole as JSON; every part with a file name "
        "is an attachment",
        "properties": {
            **dict.fromkeys(names, text),
            "message": {"$ref": "#/components/schemas/Message"},
            "attachments": {
                "type": "array",
                "items": {"type": "string", "contentMediaType": "application/octet-stream"},
            },
        },
        "additionalProperties": text,
    }


def _answers() -> Schema:
    text, states = {"type": "string"}, ["new", "open", "waiting", "solved", "closed"]
    ticket = {
        "type": ["object", "null"],
        "required": ["number", "state", "questions"],
        "properties": {
            "number": {"type": "integer"},
            "state": {"enum": states},
            "questions": {"type": "array", "items": text, "description": "What we ask to be told in an answer"},
        },
    }
    fault = {"type": "object", "required": ["field", "detail"], "properties": {"field": text, "detail": text}}
    return {
        "Taken": {
            "type": "object", "required": ["receipt", "duplicate"],
            "properties": {"receipt": text, "duplicate": {"type": "boolean"}},
        },
        "Status": {
            "type": "object", "required": ["receipt", "status", "ticket"],
            "properties": {
                "receipt": text, "ticket": ticket,
                "status": {"enum": ["received", "filed", "held", "ignored", "discarded"]},
            },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status"],
            "properties": {
                "type": text, "title": text, "status": {"type": "integer"}, "detail": text,
                "errors": {"type": "array", "items": fault},
            },
        },
    }  # fmt: skip
