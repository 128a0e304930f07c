//! Where a constraint comes from, and how much weight that gives it.

use serde::Serialize;

/// How well a constraint is attested. Every bound of the table carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Printed on the page of this very endpoint. An error unless the row lowers it.
    Documented,
    /// Printed by the vendor behind the gateway, silent or different on the endpoint's page. A warning.
    Upstream,
    /// The page recommends it, or the value will be ignored, or the page contradicts itself. An info.
    Advice,
    /// No page prints it: the tool infers it. A warning or an info, never an error by default.
    House,
}

impl Tier {
    /// The severity of a finding of this tier, unless the row names a lower one.
    pub const fn severity(self) -> Severity {
        match self {
            Tier::Documented => Severity::Error,
            Tier::Upstream | Tier::House => Severity::Warning,
            Tier::Advice => Severity::Info,
        }
    }

    /// The tier's letter, as the facts print it.
    pub const fn letter(self) -> char {
        match self {
            Tier::Documented => 'D',
            Tier::Upstream => 'U',
            Tier::Advice => 'A',
            Tier::House => 'H',
        }
    }

    /// The tier in one word.
    pub const fn word(self) -> &'static str {
        match self {
            Tier::Documented => "documented",
            Tier::Upstream => "upstream",
            Tier::Advice => "advice",
            Tier::House => "house",
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a run.
    Info,
    /// Probably wrong, or only attested upstream.
    Warning,
    /// The documented contract says the request will be refused.
    Error,
}

impl Severity {
    /// The severity in one word.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Where a constraint was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A public page.
    Page {
        /// Its address.
        url: &'static str,
        /// When it was read: `2026-03` or `2026-03-12`.
        read: &'static str,
    },
    /// No page prints it; this tool infers it.
    House,
    /// The policy of the user's own team.
    Team,
}

impl Source {
    /// What stands where a page's address would: the name of the tool that infers.
    pub const HOUSE: &'static str = "kling-lint";
    /// The same for what the user's own team asks.
    pub const TEAM: &'static str = "house-rules";

    /// The page's address, or the tool's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Source::Page { url, .. } => url,
            Source::House => Source::HOUSE,
            Source::Team => Source::TEAM,
        }
    }

    /// When the page was read.
    pub const fn read(&self) -> Option<&'static str> {
        match self {
            Source::Page { read, .. } => Some(read),
            Source::House | Source::Team => None,
        }
    }
}

/// What a constraint rests on: its tier, the severity of a finding, its source, and a word of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Basis {
    /// How well it is attested.
    pub tier: Tier,
    /// The severity of a finding, already lowered where the row says so.
    pub severity: Severity,
    /// The page it was read on.
    pub source: Source,
    /// Shown as extra help with each finding.
    pub note: Option<&'static str>,
}

impl Basis {
    /// A basis with the tier's own severity.
    pub const fn new(tier: Tier, source: Source) -> Self {
        Basis { tier, severity: tier.severity(), source, note: None }
    }

    /// What this tool infers, at the given severity.
    pub const fn house(severity: Severity) -> Self {
        Basis { tier: Tier::House, severity, source: Source::House, note: None }
    }

    /// What the user's own team asks, at the given severity.
    pub const fn team(severity: Severity) -> Self {
        Basis { tier: Tier::House, severity, source: Source::Team, note: None }
    }

    /// The same with a lower (or, for upstream rows, another) severity.
    pub const fn at(self, severity: Severity) -> Self {
        Basis { severity, ..self }
    }

    /// The same with a word of help.
    pub const fn noted(self, note: &'static str) -> Self {
        Basis { note: Some(note), ..self }
    }
}
