//! KL7xxx: rules of the user's own team.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[&HOUSE_RULE, &NOT_JUDGED];

/// The request does not fit the team's own policy.
pub static HOUSE_RULE: Rule = Rule {
    id: "KL7001",
    name: "house-rule",
    summary: "The request does not fit your team's own policy.",
    message: "{told}[ (house rule: {title})]",
    help: "the rule stands in {policy}",
    explain: "Your team keeps rules of its own: a mode that is paid for, a host that images
come from, words that are banned. They stand in a JSON Schema that the
configuration names for the endpoint, and each request must fit it, besides
what the endpoint asks for. No page knows these rules, so only your team can
say why. Change the request, or talk to whoever keeps the policy. The example
is checked against the policy
`{\"properties\": {\"mode\": {\"title\": \"Only std is paid for\", \"const\": \"std\"}}}`.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "mode": "pro"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "mode": "std"
}"#,
    },
};

/// A text is too long to be compared with the policy.
pub static NOT_JUDGED: Rule = Rule {
    id: "KL7002",
    name: "house-rule-not-judged",
    summary: "A text is too long for a pattern or format of your team's policy.",
    message: "{field} is too long to be compared with every pattern and format of {policy}",
    help: "more than {limit} of text: its length was judged, its content was not; \
           let the policy limit it with `maxLength`",
    explain: "Very long texts, such as an image as Base64, are not kept in memory. Their
length is known, so `minLength` and `maxLength` are judged, and so are `const`
and `enum`, and a pattern that begins with plain text (`^https://cdn\\.…`). Any
other `pattern` or `format` cannot say whether such a text fits. Where that
matters, set a `maxLength`: then a longer text is refused.",
    example: Example { endpoint: "", bad: "", good: "" },
};
