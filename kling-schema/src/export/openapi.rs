//! One OpenAPI 3.1 document: the routes with their requests, replies, callbacks and service codes.

use serde_json::{Map, Value, json};

use super::names::{facts_read, type_name};
use super::received::{self, reference};
use super::{Profile, json_schema, samples};
use crate::endpoints::{ENDPOINTS, QUERY, SERVER};
use crate::errors::{self, Retry, ServiceCode};
use crate::listed;
use crate::replies::{Reply, Task};
use crate::source::Source;
use crate::table::{Bound, Endpoint, Field, KlingSchema as _, Object};

#[cfg(test)]
mod tests;

/// The tags of the two sorts of operations.
const SUBMIT: &str = "Submit";
const FOLLOW: &str = "Query";

/// The document.
pub fn openapi() -> Value {
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Kling on CometAPI",
            "summary": "Image and video generation: what a request may say, and what comes back.",
            "description": "Made by kling-schema from the pages that CometAPI publishes. \
                No document of CometAPI or Kling.\n\n\
                Schemas assert what the pages of CometAPI print. What Kling alone prints, advice and \
                what kling-lint infers are annotations; so are the limits of images and videos, which \
                no schema can check.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "x-kling-facts": facts_read(),
        },
        "servers": [{ "url": SERVER, "description": "CometAPI" }],
        "security": [{ "bearer": [] }],
        "tags": [
            {
                "name": SUBMIT,
                "description": "Start a task. Every accepted submit is paid, and no idempotency key is \
                    documented: one whose outcome is unknown must not be sent again before a query.",
            },
            { "name": FOLLOW, "description": "Ask for a task until it is done." },
        ],
        "paths": paths(),
        "components": {
            "schemas": schemas(),
            "parameters": { "TaskId": task_id() },
            "responses": responses(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A CometAPI key: `Authorization: Bearer <key>`.",
                },
            },
        },
    })
}

fn paths() -> Value {
    let mut paths = Map::new();
    for object in ENDPOINTS {
        if let Some(endpoint) = object.endpoint {
            let method = endpoint.method.to_ascii_lowercase();
            let mut item = Map::new();
            item.insert(method, submit(object));
            paths.insert(endpoint.path.to_owned(), Value::Object(item));
            let query = query(object, &endpoint);
            paths.insert(format!("{}{QUERY}", endpoint.path), json!({ "get": query }));
        }
    }
    Value::Object(paths)
}

/// Starts a task.
fn submit(object: &'static Object) -> Value {
    let name = type_name(object);
    let (summary, description) = described(object.doc);
    let mut operation = json!({
        "tags": [SUBMIT],
        "operationId": format!("submit{name}"),
        "summary": summary,
        "description": description,
    });
    if let Source::Page { url, read } = object.basis.source {
        operation["externalDocs"] =
            json!({ "url": url, "description": format!("CometAPI's page, read {read}.") });
    }
    let mut content = json!({ "schema": reference(object) });
    if let Some(sample) = samples::request(object.name) {
        content["examples"] = json!({ "sample": example("A request without a finding", sample) });
    }
    operation["requestBody"] =
        json!({ "required": true, "content": { "application/json": content } });
    operation["responses"] = answers(
        "Taken, and paid for. The route belongs to the id: store both.",
        &[("submitted", "Taken", samples::SUBMITTED)],
    );
    if let Some(field) = object.fields.iter().find(|field| is_callback(field)) {
        let reply = object.endpoint.map_or(samples::VIDEO, |endpoint| done(&endpoint));
        operation["callbacks"] = json!({ "task": callback(&name, field, reply) });
    }
    operation
}

/// Asks for a task.
fn query(object: &'static Object, endpoint: &Endpoint) -> Value {
    let (summary, _) = described(object.doc);
    json!({
        "tags": [FOLLOW],
        "operationId": format!("query{}", type_name(object)),
        "summary": format!("Ask for a task of {}", object.name),
        "description": format!(
            "The task of a `{} {}` ({}). Results expire: move them to your own storage.",
            endpoint.method, endpoint.path, uncapitalized(&summary),
        ),
        "parameters": [{ "$ref": "#/components/parameters/TaskId" }],
        "responses": answers(
            "The task. `code` 0 stands on top of a failed task too: read the task's own status.",
            &[
                ("processing", "At work", samples::PROCESSING),
                ("succeed", "Done", done(endpoint)),
                ("failed", "Failed, whatever `code` and `message` say", samples::FAILED),
            ],
        ),
    })
}

/// What the server posts to the address in this field.
fn callback(name: &str, field: &Field, reply: &str) -> Value {
    let expression = format!("{{$request.body#/{}}}", field.key);
    json!({
        expression: {
            "post": {
                "tags": [FOLLOW],
                "operationId": format!("callback{name}"),
                "summary": "What is posted to your address",
                "description": format!(
                    "{} Unsigned: a hint to query the task, never a verdict.", field.doc,
                ),
                "security": [],
                "requestBody": {
                    "required": true,
                    "content": { "application/json": {
                        "schema": reference(Task::SCHEMA),
                        "examples": { "done": { "summary": "Done", "value": task(reply) } },
                    } },
                },
                "responses": {
                    "2XX": { "description": "Taken. No page says what the answer is to hold." },
                    "4XX": { "description": "Refused. No page says whether it is sent again." },
                },
            },
        },
    })
}

/// What a route makes stands in its path.
fn done(endpoint: &Endpoint) -> &'static str {
    if endpoint.path.contains("/images/") { samples::IMAGES } else { samples::VIDEO }
}

/// The field that holds an address to call.
fn is_callback(field: &Field) -> bool {
    field.limits.iter().any(|limit| matches!(limit.bound, Bound::Url))
}

fn task_id() -> Value {
    let name = QUERY.trim_matches(['/', '{', '}']);
    let doc = Task::SCHEMA.field(name).map_or("", |field| field.doc);
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": doc,
        "schema": { "type": "string" },
    })
}

/// A reply, and what may come instead.
fn answers(description: &str, samples: &[(&str, &str, &str)]) -> Value {
    let examples: Map<String, Value> = samples
        .iter()
        .map(|(name, summary, text)| ((*name).to_owned(), example(summary, text)))
        .collect();
    let mut answers = Map::new();
    let good = errors::SERVICE_CODES.iter().filter(|row| row.retry == Retry::Done);
    for status in good.map(|row| row.status) {
        answers.insert(
            status.to_string(),
            json!({
                "description": description,
                "content": { "application/json": {
                    "schema": reference(Reply::SCHEMA),
                    "examples": examples,
                } },
            }),
        );
    }
    for status in statuses() {
        let response = format!("#/components/responses/{}", response_name(status));
        answers.insert(status.to_string(), json!({ "$ref": response }));
    }
    Value::Object(answers)
}

/// The HTTP statuses of errors.
fn statuses() -> Vec<u16> {
    let rows = errors::SERVICE_CODES.iter().filter(|row| row.retry != Retry::Done);
    let mut statuses: Vec<u16> = rows.map(|row| row.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn response_name(status: u16) -> String {
    format!("Error{status}")
}

fn responses() -> Value {
    let refused: Value = parsed(samples::REFUSED);
    let mut responses = Map::new();
    for status in statuses() {
        let groups = errors::groups();
        let mut of_status = groups.into_iter().filter(|group| group[0].status == status);
        let of_status: Vec<&[ServiceCode]> = of_status.by_ref().collect();
        let lines: Vec<String> = of_status.iter().map(|group| line(group)).collect();
        let rows = of_status.iter().copied().flatten();
        let codes: Vec<Value> = rows
            .map(|row| {
                json!({ "code": row.code, "meaning": row.meaning, "retry": row.retry.word() })
            })
            .collect();
        let mut content = json!({ "schema": reference(Reply::SCHEMA) });
        if codes.iter().any(|row| row["code"] == refused["code"]) {
            content["examples"] = json!({ "refused": { "summary": "Refused", "value": refused } });
        }
        responses.insert(
            response_name(status),
            json!({
                "description": format!("Service codes:\n\n{}", lines.join("\n")),
                "content": { "application/json": content },
                "x-kling-service-codes": codes,
            }),
        );
    }
    Value::Object(responses)
}

fn line(group: &[ServiceCode]) -> String {
    let codes: Vec<String> = group.iter().map(|row| format!("`{}`", row.code)).collect();
    let row = group[0];
    format!("- {}: {}; {}", listed(&codes, "and"), row.meaning, row.retry.advice())
}

/// Requests from the table's own exporter, then what is received.
fn schemas() -> Value {
    let mut schemas = Map::new();
    for object in ENDPOINTS {
        let schema = json_schema(object, Profile::Draft202012, false);
        hoist(type_name(object), schema.to_value(), &mut schemas);
    }
    for (name, schema) in received::schemas(Reply::SCHEMA) {
        hoist(name, schema, &mut schemas);
    }
    Value::Object(schemas)
}

/// A schema as a component: what it defines for itself becomes a component too, and it has no name or
/// dialect of its own.
fn hoist(name: String, mut schema: Value, schemas: &mut Map<String, Value>) {
    translate(&mut schema);
    let mut definitions = Map::new();
    if let Some(schema) = schema.as_object_mut() {
        for key in ["$schema", "$id"] {
            schema.shift_remove(key);
        }
        if let Some(Value::Object(own)) = schema.shift_remove("$defs") {
            definitions = own;
        }
    }
    schemas.insert(name, schema);
    for (name, definition) in definitions {
        schemas.entry(name).or_insert(definition);
    }
}

/// From a schema on its own to one of many: `#/$defs/Item` becomes `#/components/schemas/Item`, and
/// the keywords of editors become those of OpenAPI, whose descriptions are Markdown.
///
/// A linter of OpenAPI takes an object that does not say whether it is open for a closed one when it
/// judges examples, even in the branches of a condition: there it is said.
fn translate(schema: &mut Value) {
    let mut open = vec![(schema, false)];
    while let Some((value, is_branch)) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(target)) = object.get_mut("$ref")
                    && let Some(name) = target.strip_prefix("#/$defs/")
                {
                    *target = format!("#/components/schemas/{name}");
                }
                if let Some(Value::String(text)) = object.get_mut("markdownDescription") {
                    let text = std::mem::take(text);
                    object.insert("description".to_owned(), Value::String(text));
                    object.shift_remove("markdownDescription");
                }
                if let Some(Value::Array(docs)) = object.shift_remove("enumDescriptions") {
                    let values = object.get("enum").and_then(Value::as_array);
                    let values = values.into_iter().flatten().filter_map(Value::as_str);
                    let docs: Map<String, Value> = values.map(str::to_owned).zip(docs).collect();
                    object.insert("x-enumDescriptions".to_owned(), Value::Object(docs));
                }
                if is_branch && object.contains_key("properties") {
                    object.entry("additionalProperties").or_insert(Value::Bool(true));
                }
                open.extend(object.iter_mut().map(|(key, value)| {
                    (value, is_branch || ["if", "then", "else"].contains(&key.as_str()))
                }));
            }
            Value::Array(items) => open.extend(items.iter_mut().map(|item| (item, is_branch))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn example(summary: &str, text: &str) -> Value {
    json!({ "summary": summary, "value": parsed(text) })
}

/// A sample as a value; a test reads them all.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The task of a reply.
fn task(reply: &str) -> Value {
    parsed(reply).get_mut("data").map(Value::take).unwrap_or_default()
}

/// The first sentence without its full stop, and the whole.
fn described(doc: &str) -> (String, String) {
    let first = doc.split("\n\n").next().unwrap_or(doc).replace('\n', " ");
    let sentence = first.split(". ").next().unwrap_or(&first);
    (sentence.trim_end_matches('.').to_owned(), doc.to_owned())
}

fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
