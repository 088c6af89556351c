//! The description of the HTTP interface for programs, as OpenAPI 3.1. A test holds it against the routes.

use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::{self, Answer};

/// Answers with the description.
pub fn answer() -> Answer {
    answer::json(StatusCode::OK, &document())
}

fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tiebreak",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Preference annotation: items in, judgments out.",
            "description": "A project behind `tiebreak serve`. Programs sign in with a token of `tiebreak token`, as \
                `Authorization: Bearer TOKEN`. Browsers sign in with a cookie; what they change carries the header \
                `X-Tiebreak: 1`. Every refusal is an `ApiError`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "cookie": [] }],
        "components": { "securitySchemes": security_schemes(), "schemas": schemas() },
        "paths": paths(),
    })
}

fn security_schemes() -> Value {
    json!({
        "token": { "type": "http", "scheme": "bearer", "description":
            "Scopes: items:write, judgments:read, judge, admin." },
        "cookie": { "type": "apiKey", "in": "cookie", "name": "tiebreak", "description":
            "Its name goes on with a suffix of the project's, `tiebreak_0a1b2c3d`, and over TLS begins with `__Host-`." },
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let role = json!({ "type": "string", "enum": ["annotator", "lead", "owner"] });
    let scopes = json!({ "type": "array", "items":
        { "type": "string", "enum": ["items:write", "judgments:read", "judge", "admin"] } });
    let time = json!({ "type": "integer", "description": "Milliseconds since 1970, UTC." });
    json!({
        "ApiError": object(&[("code", &text), ("message", &text), ("hint", &text), ("place", &text)], &["code", "message"]),
        "ImportReport": object(&[
            ("source", &text), ("rows_read", &number), ("items_added", &number), ("items_known", &number),
            ("judgments_added", &number), ("rows_refused", &number),
            ("problems", &json!({ "type": "array", "items": object(
                &[("line", &number), ("reason", &text)], &["line", "reason"]) })),
        ], &["items_added", "items_known", "rows_refused", "problems"]),
        "Project": object(&[
            ("name", &text), ("key", &text), ("active_items", &number), ("judgments", &number),
            ("last_judgment", &number),
            ("annotators", &json!({ "type": "array", "items": object(&[
                ("id", &number), ("name", &text), ("judged", &number), ("skipped", &number)], &["id", "name"]) })),
        ], &["name", "active_items", "annotators"]),
        "Me": object(&[
            ("annotator", &number), ("name", &text), ("role", &role), ("project", &text), ("until", &time),
        ], &["annotator", "name", "role", "project"]),
        "Account": object(&[
            ("annotator", &number), ("name", &text), ("role", &role), ("is_disabled", &json!({ "type": "boolean" })),
            ("has_password", &json!({ "type": "boolean" })), ("created_at", &time),
            ("seen_at", &time), ("is_vouched_for", &json!({ "type": "boolean" })),
        ], &["annotator", "name", "role"]),
        "Invitation": object(
            &[("id", &text), ("link", &text), ("role", &role), ("name", &text), ("expires_at", &time)],
            &["id", "link", "role", "expires_at"]),
        "OpenInvitation": object(&[
            ("id", &text), ("role", &role), ("name", &text), ("created_at", &time), ("expires_at", &time),
        ], &["id", "role", "created_at", "expires_at"]),
        "Token": object(&[
            ("token", &text), ("id", &text), ("name", &text), ("annotator", &number), ("scopes", &scopes),
            ("expires_at", &time),
        ], &["id", "scopes", "expires_at"]),
        "AuditLine": object(&[
            ("at", &time), ("annotator", &number), ("action", &text), ("about", &text), ("address", &text),
        ], &["at", "action"]),
        "Events": object(&[
            ("next", &number), ("events", &json!({ "type": "array", "items": {} })),
            ("missed", &json!({ "type": "boolean" })),
        ], &["next", "events"]),
    })
}

fn paths() -> Value {
    let text = json!({ "type": "string" });
    let role = json!({ "type": "string", "enum": ["annotator", "lead", "owner"] });
    json!({
        "/api/v1/items": { "post": operation(
            "Bring in items", "The body is a file in any format that import reads, as it is or packed by gzip. What the \
             project has already is not doubled. Scope items:write, of a lead.",
            &[
                query("name", "What the source is called."), query("format", "The format; recognised if none."),
                query("labels_of", "Takes votes in the data in, as those of a past annotator of this name."),
                query("pairs", "`true` makes an item of every two candidates."),
                query("media", "The folder of relative media paths, beside the project on the server."),
                query("fetch_addresses", "`true` lets the server fetch media from addresses; for owners."),
            ],
            Some(json!({ "application/x-ndjson": {}, "application/json": {}, "text/csv": {} })), "ImportReport",
        ) },
        "/api/v1/judgments": { "get": file_operation(
            "Read judgments", "In any format of `tiebreak export`. Policies are the words of the command line; one that \
             is needed and missing is named in the error. The header `X-Tiebreak-Next` is what `since` takes next \
             time. Scope judgments:read, of a lead.",
            &[
                query("format", "As `csv`, `trl-explicit`; a table, an array of JSON, or JSON line by line."),
                query("since", "Only items of which something was said after the judgment with this number."),
                query("ties", ""), query("both_bad", ""), query("strength", ""), query("several", ""),
                query("question", ""), query("n_way", ""), query("ratings", ""), query("neutral_steps", ""),
                query("rewrites", ""), query("labels", ""),
                query("identity", "`names`, `pseudonyms` or `nobody`."), query("annotator", "A name; may be repeated."),
            ],
        ) },
        "/api/v1/project": { "get": operation("How the project stands", "", &[], None, "Project") },
        "/api/v1/me": { "get": operation("Who asks", "", &[], None, "Me") },
        "/api/v1/call": { "post": operation(
            "Ask the engine", "A request of the engine's door as JSON, answered by its reply: what the interface \
             speaks. Its words are those of this version of the program.",
            &[header("X-Tiebreak-Project", "The key of the project that it is meant for; refused with status 409 where \
                another one is open.")],
            Some(json!({ "application/json": {} })), "",
        ) },
        "/api/v1/pixels": { "get": file_operation(
            "Decoded pictures, frames or sound", "The length of a JSON header (32 bits, little-endian), the header, and \
             the blobs one after the other.",
            &[query("r", "The request as JSON."), query("as", "raw, png, flat or jpeg.")],
        ) },
        "/api/v1/media/{source}/{uri}": { "get": file_operation(
            "A medium as it is", "With ranges.", &[path("source"), path("uri")],
        ) },
        "/api/v1/events": { "get": operation(
            "What happens", "Without `since` a stream of server-sent events; with it a long poll.",
            &[query("since", "0 asks where events stand.")], None, "Events",
        ) },
        "/api/v1/uploads": { "post": operation(
            "Bring a file", "For requests that take a path. Scope admin, of a lead.", &[query("name", "")],
            Some(json!({ "application/octet-stream": {} })), "",
        ) },
        "/api/v1/downloads/{name}": { "get": file_operation(
            "Fetch a file", "That a request wrote for whoever asks.", &[path("name")],
        ) },
        "/api/v1/sign-in": { "post": operation("Sign in", "Sets a cookie.", &[],
            Some(body(&[("name", &text), ("password", &text)], &["name", "password"])), "Me") },
        "/api/v1/sign-out": { "post": operation("Sign out", "", &[], None, "") },
        "/api/v1/join": { "post": operation("Follow an invitation", "Sets a cookie.", &[],
            Some(body(&[("invitation", &text), ("name", &text), ("password", &text)], &["invitation", "password"])), "Me") },
        "/api/v1/password": { "post": operation("Change one's own password",
            "Ends all other sign-ins, and with `ends_tokens` one's tokens.", &[],
            Some(body(&[
                ("current", &text), ("new", &text), ("ends_tokens", &json!({ "type": "boolean" })),
            ], &["new"])), "Me") },
        "/api/v1/tie": { "post": operation("Let the provider vouch for oneself", "For whoever is signed in by a \
            browser: where to go next. The provider's word signs in as them from then on.", &[], None, "") },
        "/api/v1/accounts": { "get": operation("Everybody who may sign in", "For leads.", &[], None, "Account[]") },
        "/api/v1/accounts/{annotator}": { "post": operation("Change what somebody may do", "For owners.",
            &[path("annotator")],
            Some(body(&[("role", &role), ("is_disabled", &json!({ "type": "boolean" }))], &[])), "Account") },
        "/api/v1/invitations": {
            "get": operation("Invitations that nobody has followed yet", "Those that one may make, the newest first.",
                &[], None, "OpenInvitation[]"),
            "post": operation("Invite somebody", "Leads invite annotators, owners anybody.", &[],
                Some(body(&[("role", &role), ("name", &text), ("days", &json!({ "type": "integer" }))], &["role"])),
                "Invitation"),
        },
        "/api/v1/invitations/{id}": { "delete": operation("Withdraw an invitation", "Its link lets nobody in any more.",
            &[path("id")], None, "") },
        "/api/v1/tokens": {
            "get": operation("One's tokens", "", &[], None, "Token[]"),
            "post": operation("Make a token", "It is told once.", &[], Some(body(&[
                ("name", &text), ("scopes", &json!({ "type": "array", "items": text })),
                ("days", &json!({ "type": "integer" }))], &["scopes"])), "Token"),
        },
        "/api/v1/tokens/{id}": { "delete": operation("Take a token back", "", &[path("id")], None, "") },
        "/api/v1/audit": { "get": operation("What was done with accounts", "For owners.",
            &[query("count", "How many lines, the latest first.")], None, "AuditLine[]") },
        "/api/v1/openapi.json": { "get": operation("This description", "", &[], None, "") },
    })
}

fn object(properties: &[(&str, &Value)], required: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), (*schema).clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn body(properties: &[(&str, &Value)], required: &[&str]) -> Value {
    json!({ "application/json": { "schema": object(properties, required) } })
}

fn query(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } })
}

fn header(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "header", "description": description, "schema": { "type": "string" } })
}

fn path(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

/// `answer` is the name of a schema, with `[]` behind it where a list of such is answered, or nothing.
fn operation(
    summary: &str,
    description: &str,
    parameters: &[Value],
    body: Option<Value>,
    answer: &str,
) -> Value {
    let content = if answer.is_empty() {
        json!({})
    } else {
        let schema = match answer.strip_suffix("[]") {
            Some(of) => json!({ "type": "array", "items": reference(of) }),
            None => reference(answer),
        };
        json!({ "application/json": { "schema": schema } })
    };
    whole(summary, description, parameters, body, content)
}

fn file_operation(summary: &str, description: &str, parameters: &[Value]) -> Value {
    whole(summary, description, parameters, None, json!({ "application/octet-stream": {} }))
}

fn whole(
    summary: &str,
    description: &str,
    parameters: &[Value],
    body: Option<Value>,
    content: Value,
) -> Value {
    let mut operation = json!({
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": {
            "2XX": { "description": "Done.", "content": content },
            "4XX": { "description": "Refused.",
                "content": { "application/json": { "schema": reference("ApiError") } } },
        },
    });
    if let Some(content) = body {
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::route::{PROGRAM_ROUTES, Route};

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = document();
        let described: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let routes: BTreeSet<(String, String)> =
            PROGRAM_ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(described, routes);
        for (_, path) in PROGRAM_ROUTES {
            let concrete = path.replace("{uri}", "a.png").replace("{name}", "a").replace(['{', '}'], "");
            let concrete = concrete.replace("/source/", "/1/").replace("/annotator", "/1");
            assert!(!matches!(Route::of(&concrete), Route::Unknown | Route::Site(_)), "{concrete}");
        }
    }

    #[test]
    fn what_it_refers_to_is_there() {
        let document = document();
        let text = document.to_string();
        for (place, _) in text.match_indices("#/components/schemas/") {
            let name: String =
                text[place + 21..].chars().take_while(|character| character.is_alphanumeric()).collect();
            assert!(document["components"]["schemas"].get(&name).is_some(), "{name}");
        }
    }
}
