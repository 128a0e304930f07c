//! For people: the place with a caret under the value, the help, the fix, a summary.

mod media;

use std::borrow::Cow;
use std::io;
use std::path::Path;

use annotate_snippets::renderer::DEFAULT_LINE_NUM_STYLE;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;
use anstyle::Style;
use kling_schema::{Severity, Source, Tier};

use crate::finding::{Excerpt, Finding, Position};
use crate::fix::Fix;
use crate::report::{Checked, Media, Reporter, Totals, not_shown, shown, window};

/// What one text of a finding may take, in bytes. Messages are far shorter; a request whose keys are
/// whole paragraphs can make them long, and a finding must not fill the screen.
const CLIPPED: usize = 400;

/// What stands between a line's number and its text: ` | `.
const GUTTER: usize = 3;
/// The least and the most that is shown of a line, in columns.
const NARROWEST: usize = 20;
const WIDEST: usize = 160;
/// More columns than any window has: the renderer is not to trim what fits already.
const UNTRIMMED: usize = 10_000;

/// The rendered form.
#[derive(Debug)]
pub(crate) struct Human {
    renderer: Renderer,
    width: usize,
    verbose: bool,
    quiet: bool,
    is_plain: bool,
}

impl Human {
    /// For a terminal of this width, with colours.
    pub(crate) fn new(width: usize, verbose: bool, quiet: bool) -> Self {
        let renderer = Renderer::styled().term_width(UNTRIMMED);
        Human { renderer, width: width.min(WIDEST), verbose, quiet, is_plain: false }
    }

    /// The same, without colours.
    pub(crate) fn plain(self) -> Self {
        Human { renderer: Renderer::plain().term_width(UNTRIMMED), is_plain: true, ..self }
    }

    /// Writes a text, without its colours if it is to have none.
    fn write(&self, out: &mut dyn io::Write, styled: &str) -> io::Result<()> {
        match self.is_plain {
            true => strip_str(styled).try_for_each(|part| out.write_all(part.as_bytes())),
            false => out.write_all(styled.as_bytes()),
        }
    }

    /// One finding, ending with an empty line.
    ///
    /// The window of the line is a snippet without a path, because the renderer would count the
    /// column from the window's start; so the line with the place stands between two renderings.
    fn finding(&self, path: &str, finding: &Finding) -> String {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let Position { line, column } = finding.start;
        let id = format!("{} {}", finding.rule.id, finding.rule.name);
        let title = level.clone().primary_title(clip(&finding.message)).id(id);
        let mut text = self.renderer.render(&[Group::with_title(title)]);
        let digits = line.to_string().len();
        let columns = self.width.saturating_sub(digits + GUTTER).max(NARROWEST);
        let arrow = digits + "-->".len();
        let place = if self.is_plain { Style::new() } else { DEFAULT_LINE_NUM_STYLE };
        text.push_str(&format!("\n{place}{:>arrow$}{place:#} {path}:{line}:{column}\n", "-->"));

        let mut below = Group::with_level(level);
        if !finding.excerpt.text.is_empty() {
            let line = usize::try_from(line).unwrap_or(usize::MAX).min(usize::MAX - 1);
            let Excerpt { text, highlight } = window::fit(&finding.excerpt, columns);
            let mark = AnnotationKind::Primary.span(highlight);
            let snippet = Snippet::source(text).line_start(line);
            below = below.element(snippet.annotation(mark));
        }
        let (help, fix) = advice(finding.help.as_deref(), finding.fix.as_ref());
        if let Some(help) = help {
            below = below.element(Level::HELP.message(help));
        }
        if let Some(fix) = fix {
            below = below.element(Level::HELP.with_name("fix").message(fix));
        }
        if self.verbose {
            below = below.element(Level::NOTE.message(attested(finding)));
        }
        if !below.is_empty() {
            text.push_str(&self.renderer.render(&[below]));
            text.push('\n');
        }
        text.push('\n');
        text
    }
}

impl Reporter for Human {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let path = shown(input.path);
        for finding in input.findings {
            if finding.severity > Severity::Info || self.verbose {
                out.write_all(self.finding(&path, finding).as_bytes())?;
            }
        }
        if input.hidden > 0 {
            writeln!(out, "{}: {}\n", input.place(), not_shown(input.hidden))?;
        }
        Ok(())
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let page = media::page(input, self.width, self.verbose, self.quiet);
        self.write(out, &page)
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let mut text = totals.summary(self.verbose);
        if let Some((severity, id)) = totals.example
            && severity > Severity::Info
        {
            text.push_str(&format!("`kling-lint explain {id}` says more\n"));
        }
        self.write(out, &text)
    }
}

/// The help line and the fix line. A fix that the help already words is not said twice.
fn advice<'a>(help: Option<&'a str>, fix: Option<&Fix>) -> (Option<Cow<'a, str>>, Option<String>) {
    let Some(fix) = fix else {
        return (help.map(clip), None);
    };
    let word = fix.applicability.word();
    match help {
        Some(help) if help.contains(&fix.title) => (None, Some(format!("{} ({word})", clip(help)))),
        _ => (help.map(clip), Some(format!("{} ({word})", clip(&fix.title)))),
    }
}

/// What a finding rests on, in words.
fn attested(finding: &Finding) -> String {
    let subject = clip(finding.constraint.as_deref().unwrap_or("this"));
    let (how, page) = basis(finding);
    let page = page.map(|url| format!(":\n{url}")).unwrap_or_default();
    format!("{subject} is {how}{page}")
}

/// What a finding rests on, completing "it is", and the page that says so.
fn basis(finding: &Finding) -> (String, Option<&'static str>) {
    let (url, read) = match finding.source {
        Source::Page { url, read } => (url, read),
        Source::House => return ("inferred by kling-lint; no page says so".into(), None),
        Source::Team => return ("a rule of your own team".into(), None),
    };
    let how = match finding.tier {
        Tier::Documented => "documented",
        Tier::Upstream => "documented by Kling, not by CometAPI",
        Tier::Advice => "advice",
        Tier::House => "inferred",
    };
    (format!("{how} (read {read})"), Some(url))
}

/// The text's beginning, if it is too long.
fn clip(text: &str) -> Cow<'_, str> {
    if text.len() <= CLIPPED {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(CLIPPED)]))
}

#[cfg(test)]
mod tests;
