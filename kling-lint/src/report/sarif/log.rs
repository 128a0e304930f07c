//! The parts of a result, by the names that SARIF has for them.

use std::borrow::Cow;

use kling_schema::Tier;
use serde::Serialize;

use crate::finding::Position;

/// `result`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'a> {
    pub(super) rule_id: &'static str,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    pub(super) message: Text<'a>,
    pub(super) locations: [Location<'a>; 1],
    pub(super) partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fixes: Option<[Repair<'a>; 1]>,
    pub(super) properties: Properties<'a>,
}

/// `message`, `artifactContent`
#[derive(Serialize)]
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    pub(super) physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logical_locations: Option<[Logical<'a>; 1]>,
}

/// What is known of a location but for its file.
pub(super) struct Place<'a> {
    pub(super) context_region: Option<Context<'a>>,
    pub(super) region: Option<Region<'a>>,
    pub(super) logical: Option<Logical<'a>>,
}

/// `physicalLocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context_region: Option<Context<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region<'a>>,
    pub(super) artifact_location: Artifact<'a>,
}

/// `artifactLocation`
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact<'a> {
    pub(super) uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri_base_id: Option<&'static str>,
}

/// `region`, the lines around what is meant
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context<'a> {
    pub(super) start_line: u64,
    pub(super) end_line: u64,
    pub(super) snippet: Text<'a>,
}

/// `region`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'a> {
    pub(super) start_line: u64,
    pub(super) start_column: u64,
    pub(super) end_line: u64,
    pub(super) end_column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet: Option<Text<'a>>,
}

impl Region<'_> {
    /// From here to there.
    pub(super) fn of(start: Position, end: Position) -> Self {
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
            snippet: None,
        }
    }
}

/// `logicalLocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) fully_qualified_name: Cow<'a, str>,
}

#[derive(Serialize)]
pub(super) struct Fingerprints<'a> {
    #[serde(rename = "ruleAndPointer/v1")]
    pub(super) rule_and_pointer: &'a str,
}

/// `fix`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repair<'a> {
    pub(super) description: Text<'a>,
    pub(super) artifact_changes: [Change<'a>; 1],
}

/// `artifactChange`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change<'a> {
    pub(super) artifact_location: Artifact<'a>,
    pub(super) replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replacement<'a> {
    pub(super) deleted_region: Region<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inserted_content: Option<Text<'a>>,
}

/// What we say beside what SARIF knows.
#[derive(Serialize)]
pub(super) struct Properties<'a> {
    pub(super) constraint: Option<&'a str>,
    pub(super) tier: Tier,
    pub(super) page: &'static str,
    pub(super) read: Option<&'static str>,
}
