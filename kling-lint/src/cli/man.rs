//! `kling-lint man [COMMAND]`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _, ValueHint};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args::Arguments;
use crate::cli::generated::{self, Generated};
use crate::cli::{Status, say};
use crate::printable;

// The options of `man`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The command to describe, instead of all of kling-lint
    #[arg(value_name = "COMMAND")]
    command: Option<String>,

    /// The folder for a file for each page, instead of standard output
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints the manual, or writes all of its pages.
pub(crate) fn run(
    options: &Options,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let mut whole = Arguments::command();
    whole.build();
    if let Some(folder) = &options.out {
        let mut files = Vec::new();
        for command in std::iter::once(&whole).chain(whole.get_subcommands()) {
            let place = folder.join(Man::new(command.clone()).get_filename());
            files.push(Generated { place, text: page(command)? });
        }
        if let Err(refusal) = generated::make(folder) {
            say(err, &refusal);
            return Ok(Status::Failed);
        }
        return Ok(generated::write(&files, err));
    }
    let command = match &options.command {
        None => &whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(command) => command,
            None => {
                let names: Vec<String> =
                    whole.get_subcommands().map(|command| command.get_name().into()).collect();
                let (name, names) = (printable::shorten(name), kling_schema::listed(&names, "and"));
                say(err, &format!("no command is called `{name}`; there are {names}"));
                return Ok(Status::Failed);
            }
        },
    };
    out.write_all(page(command)?.as_bytes())?;
    Ok(Status::Clean)
}

/// A page of the manual. What the help says in words comes in sections of its own.
fn page(command: &Command) -> io::Result<String> {
    let told = [command.get_about(), command.get_before_help(), command.get_after_help()];
    let told: Vec<String> = told.into_iter().flatten().map(ToString::to_string).collect();
    let told = Told::of(&told.join("\n\n"));
    let short = told.description.first().cloned().unwrap_or_default();
    let man = Man::new(command.clone().about(short.trim_end_matches('.').to_owned()))
        .manual("kling-lint")
        .source(format!("kling-lint {}", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    told.description(&mut page)?;
    told.sections(&mut page, |heading| heading == EXAMPLES)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    told.sections(&mut page, |heading| heading != EXAMPLES)?;
    String::from_utf8(page).map_err(io::Error::other)
}

const EXAMPLES: &str = "EXAMPLES";

/// The words of a help, by what they are.
#[derive(Debug, Default)]
struct Told {
    description: Vec<String>,
    /// Lines to show as they stand, under their headings.
    sections: Vec<(String, String)>,
}

impl Told {
    /// Indented lines are examples; lines below `Exit status:` are what it says.
    fn of(help: &str) -> Self {
        let mut told = Told::default();
        for block in help.split("\n\n").filter(|block| !block.trim().is_empty()) {
            let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
            if block.starts_with(' ') {
                told.sections.push((EXAMPLES.into(), block.into()));
            } else if let (Some(heading), false) = (first.strip_suffix(':'), rest.is_empty()) {
                told.sections.push((heading.to_uppercase(), rest.into()));
            } else {
                told.description.push(block.replace('\n', " "));
            }
        }
        told
    }

    fn description(&self, page: &mut Vec<u8>) -> io::Result<()> {
        let mut roff = Roff::new();
        roff.control("SH", ["DESCRIPTION"]);
        for paragraph in &self.description {
            roff.control("PP", []);
            roff.text([roman(paragraph.as_str())]);
        }
        roff.to_writer(page)
    }

    fn sections(&self, page: &mut Vec<u8>, wanted: impl Fn(&str) -> bool) -> io::Result<()> {
        let mut roff = Roff::new();
        for (heading, lines) in self.sections.iter().filter(|(heading, _)| wanted(heading)) {
            roff.control("SH", [heading.as_str()]);
            roff.control("nf", []);
            for line in lines.lines() {
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
            roff.control("fi", []);
        }
        roff.to_writer(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_examples() {
        let mut whole = Arguments::command();
        whole.build();
        for command in std::iter::once(&whole).chain(whole.get_subcommands()) {
            let page = page(command).expect("a page");
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", EXAMPLES, "OPTIONS"] {
                let times = page.matches(&format!(".SH {section}\n")).count();
                assert_eq!(times, 1, "{}: {section}\n{page}", command.get_name());
            }
        }
    }
}
