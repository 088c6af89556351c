//! What is answered is what the description says: each answer is held against its schema.

use serde_json::{Value, json};

use crate::world::World;

/// Where a value is not what a schema says; the description uses no more of JSON Schema than this.
fn fault(value: &Value, schema: &Value, document: &Value, at: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let found = &document["components"]["schemas"][name];
        return if found.is_null() {
            Some(format!("{at}: no schema {name}"))
        } else {
            fault(value, found, document, at)
        };
    }
    let is_it = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        None => true,
        Some(other) => return Some(format!("{at}: a schema of type {other}")),
    };
    if !is_it {
        return Some(format!("{at}: {value} is not of type {}", schema["type"]));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Some(format!("{at}: {value} is not one of {words:?}"));
    }
    let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = missing.into_iter().find(|name| value.get(name).is_none_or(Value::is_null)) {
        return Some(format!("{at}: {name} is missing in {value}"));
    }
    let within = schema["properties"].as_object().into_iter().flatten().filter_map(|(name, of)| {
        let value = value.get(name).filter(|value| !value.is_null())?;
        fault(value, of, document, &format!("{at}.{name}"))
    });
    let items = value.as_array().into_iter().flatten();
    let items = items.filter_map(|value| fault(value, &schema["items"], document, &format!("{at}[]")));
    within.chain(items).next()
}

#[test]
fn answers_are_what_the_description_says() {
    let world = World::new();
    let owner = world.owner();
    drop(world.join(&owner, "annotator", "Ana"));
    World::invitation(&owner, "lead", Some("Ben"));
    let token = json!({ "name": "loop", "scopes": ["items:write"], "days": 3 });
    let document = owner.get("/api/v1/openapi.json").json();
    let answers = [
        ("post", "/api/v1/tokens", owner.post("/api/v1/tokens", &token)),
        ("post", "/api/v1/invitations", owner.post("/api/v1/invitations", &json!({ "role": "annotator" }))),
        ("get", "/api/v1/tokens", owner.get("/api/v1/tokens")),
        ("get", "/api/v1/invitations", owner.get("/api/v1/invitations")),
        ("get", "/api/v1/accounts", owner.get("/api/v1/accounts")),
        ("get", "/api/v1/audit", owner.get("/api/v1/audit")),
        ("get", "/api/v1/me", owner.get("/api/v1/me")),
        ("get", "/api/v1/project", owner.get("/api/v1/project")),
        ("get", "/api/v1/events", owner.get("/api/v1/events?since=0")),
    ];
    for (method, path, answer) in answers {
        assert!(answer.status < 300, "{path}: {}", answer.text());
        let content = &document["paths"][path][method]["responses"]["2XX"]["content"];
        let schema = &content["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} has no schema");
        let value = answer.json();
        assert!(!value.as_array().is_some_and(Vec::is_empty), "{path}: nothing to look at");
        assert_eq!(fault(&value, schema, &document, path), None);
    }
    let refused = world.client.get("/api/v1/me");
    let schema = json!({ "$ref": "#/components/schemas/ApiError" });
    assert_eq!(fault(&refused.json(), &schema, &document, "a refusal"), None);
}
