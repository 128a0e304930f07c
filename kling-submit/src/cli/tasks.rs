//! `kling-submit tasks`

use anstyle::{AnsiColor, Style};
use kling_lint::printable::escape;
use unicode_width::UnicodeWidthStr as _;

use super::args::Tasks;
use super::exit::Status;
use super::{Done, Shell, ago, failure, json};
use crate::clock::{Clock as _, Millis};
use crate::ledger::{Filter, Task};
use crate::machine::State;

/// Lists tasks.
pub(crate) fn run(options: &Tasks, shell: &Shell) -> Done {
    let Some(ledger) = shell.ledger_if_any()? else { return Ok(Status::Ok) };
    let filter = Filter { open: options.open, limit: options.limit, ..Filter::default() };
    let tasks = ledger.tasks(&filter).map_err(failure)?;
    for task in &tasks {
        shell.console.event(&json::task(task));
    }
    if tasks.is_empty() {
        let what = if options.open { "no task needs anything" } else { "the ledger holds no task" };
        shell.console.say(what);
    } else {
        let width = terminal_size::terminal_size_of(std::io::stdout());
        let width = width.map(|(width, _)| usize::from(width.0));
        shell.console.result(&table(&tasks, shell.clock.now(), width));
    }
    Ok(Status::Ok)
}

/// What the columns are called.
const HEADS: [&str; COLUMNS] = ["ID", "TASK ID", "ENDPOINT", "STATE", "AGE", "REQUEST"];
const COLUMNS: usize = 6;
/// Blanks between columns.
const GAP: usize = 1;
/// Ours, when there is no room for all of it: its beginning is an id, too.
const SHORT_ID: usize = 18;
/// The least that is shown of a task's id and of a request.
const NARROWEST: usize = 8;

/// Columns by name.
const ID: usize = 0;
const TASK_ID: usize = 1;
const STATE: usize = 3;
const REQUEST: usize = 5;

/// A row a task. What does not fit into the width is cut; without one, nothing is.
fn table(tasks: &[Task], now: Millis, width: Option<usize>) -> String {
    let mut rows = vec![HEADS.map(str::to_owned)];
    rows.extend(tasks.iter().map(|task| cells(task, now)));
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    if let Some(width) = width {
        fit(&mut widths, width);
    }
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let style = match at.checked_sub(1).and_then(|at| tasks.get(at)) {
            Some(task) => style(&task.state),
            None => Style::new(),
        };
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&line(
            row,
            &widths,
            if at == 0 { Style::new().bold() } else { style },
            at == 0,
        ));
    }
    text
}

fn cells(task: &Task, now: Millis) -> [String; COLUMNS] {
    let intent = &task.intent;
    [
        escape(intent.id.as_str()),
        task.state.task_id().map_or_else(|| "-".into(), escape),
        escape(&intent.endpoint),
        task.state.word().to_owned(),
        ago::short(now.since(task.at)),
        escape(&intent.request),
    ]
}

/// Makes columns narrower until they fit: ours, then the request, then the server's id.
fn fit(widths: &mut [usize; COLUMNS], width: usize) {
    for (column, least) in [(ID, SHORT_ID), (REQUEST, NARROWEST), (TASK_ID, NARROWEST)] {
        let sum: usize = widths.iter().sum::<usize>() + GAP * (COLUMNS - 1);
        let excess = sum.saturating_sub(width);
        let room = widths[column].saturating_sub(least);
        // Half an id of ours is shown in its short form, or all of it: nobody counts characters.
        let cut = if column == ID && excess > 0 { room } else { excess.min(room) };
        widths[column] -= cut;
    }
}

fn line(row: &[String; COLUMNS], widths: &[usize; COLUMNS], style: Style, head: bool) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        if column > 0 {
            text.extend(std::iter::repeat_n(' ', GAP));
        }
        let shown = match column {
            ID => cell.chars().take(*width).collect(),
            REQUEST => last(cell, *width),
            _ => first(cell, *width),
        };
        let padding = if column == REQUEST { 0 } else { width.saturating_sub(shown.width()) };
        let style = if head || column == STATE { style } else { Style::new() };
        text.push_str(&format!("{style}{shown}{style:#}"));
        text.extend(std::iter::repeat_n(' ', padding));
    }
    text
}

/// The beginning of what is too long.
fn first(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        out.push(character);
        if out.width() >= width {
            out.pop();
            break;
        }
    }
    out.push('…');
    out
}

/// The end of what is too long: it tells files apart.
fn last(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut rest = text.chars();
    while rest.as_str().width() + 1 > width && rest.next().is_some() {}
    format!("…{}", rest.as_str())
}

/// What needs something stands out.
fn style(state: &State) -> Style {
    match state {
        State::Unknown | State::Sending | State::Answered | State::Gone { .. } => {
            AnsiColor::Red.on_default().bold()
        }
        State::Failed { .. } | State::Refused(_) => AnsiColor::Red.on_default(),
        State::Accepted { .. } | State::Succeeded { .. } => AnsiColor::Yellow.on_default(),
        State::Stored { .. } => AnsiColor::Green.on_default(),
        State::Intended | State::NotSent | State::Absent => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn tasks() -> Vec<Task> {
        let accepted = |task_id: &str| State::Accepted { task_id: task_id.into(), word: None };
        let states = [
            State::Unknown,
            accepted("831922345678901234"),
            accepted("0195c3f2-7a1e-7b52-9c41-4f1c2a7f9a11"),
            State::Absent,
        ];
        let requests = ["cat.json", "requests/of/today/a-cat-that-yawns.json:12", "猫.json", "-"];
        states
            .into_iter()
            .zip(requests)
            .map(|(state, request)| {
                let mut intent = samples::intent();
                intent.request = request.into();
                Task { intent, at: Millis(1_000), state, history: Vec::new() }
            })
            .collect()
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_table_fits_80_columns() {
        let text = plain(&table(&tasks(), Millis(7_300_000), Some(80)));
        for line in text.lines() {
            assert!(line.width() <= 80, "{line}");
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_pipe_gets_everything() {
        let text = plain(&table(&tasks(), Millis(0), None));
        assert!(text.contains("requests/of/today/a-cat-that-yawns.json:12"));
        assert!(text.contains("0195c3f2-7a1e-7b52-9c41-4f1c2a7f9a11"));
        assert!(text.contains(samples::intent().id.as_str()));
        assert!(!text.contains('…'));
    }

    #[test]
    fn no_width_is_too_small_to_print() {
        for width in 0..100 {
            let text = plain(&table(&tasks(), Millis(0), Some(width)));
            assert_eq!(text.lines().count(), 5);
        }
        assert_eq!(first("猫猫猫", 4), "猫…");
        assert_eq!(last("猫猫猫", 4), "…猫");
    }
}
