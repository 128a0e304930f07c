//! What `kling-submit demo` prints.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::mpsc;

use super::wish::WISHES;
use super::{CHARGES, Options, Provider};

/// Serves until the process ends, and writes what there is to try and what happens.
///
/// # Errors
/// The port cannot be had, or nobody reads what is written.
pub fn run(options: Options, out: &mut dyn Write) -> io::Result<()> {
    let (teller, told) = mpsc::channel();
    let provider = Provider::start_telling(options, Some(teller))?;
    writeln!(out, "{}", intro(provider.base_url(), &provider.shared.options))?;
    out.flush()?;
    for line in told {
        writeln!(out, "{line}")?;
        out.flush()?;
    }
    Ok(())
}

/// What it is, and what there is to try: 80 columns, but for a command that must stay on one line.
pub(super) fn intro(base_url: &str, options: &Options) -> String {
    let mut text = format!(
        "A stand-in for the provider, on this machine only: it makes nothing, costs
nothing and knows nobody. It listens at {base_url}

Write a request, and submit it in another terminal; any key will do:

  echo '{{\"prompt\": \"A cat yawns.\"}}' > cat.omni-video.json
  COMETAPI_KEY=demo kling-submit cat.omni-video.json \\
    --base-url {base_url} --yes --wait

Each task takes {} s and ends with a test picture. Words in the prompt ask for
trouble:

",
        options.life.as_secs_f32()
    );
    for (word, _, what) in WISHES {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {word:<13} {what}");
    }
    let _ =
        writeln!(text, "\nCharges: {base_url}{CHARGES}\nCtrl-C ends it, and forgets its tasks.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intro_fits_a_terminal() {
        let text = intro("http://127.0.0.1:65535", &Options::default());
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(text.contains("stand-in"));
    }
}
