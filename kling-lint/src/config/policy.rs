//! What becomes of findings: the one place that ignores them, or knows them from the baseline.

use std::collections::HashMap;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kling_schema::Object;

use super::{Config, Endpoints, Globs, Home, Ignore, Level};
use crate::baseline::Baseline;
use crate::linter::Paths;
use crate::{Finding, LinterBuilder, MediaReport, Report};

/// What a team has decided, and what came of it so far.
#[derive(Debug)]
pub(crate) struct Policy {
    home: Home,
    levels: HashMap<String, Level>,
    models: Vec<String>,
    endpoints: Arc<Endpoints>,
    ignores: Vec<(Ignore, bool)>,
    ignored_files: Globs,
    exclude: Globs,
    exclude_line: usize,
    /// Never a request, wherever they are met; with what each is.
    own_files: Vec<(PathBuf, &'static str)>,
    /// With the folder that it names files from.
    baseline: Option<(Baseline, Home)>,
    /// The path that was last met, and what holds for it: one file may hold many requests.
    last: Option<Known>,
}

/// What holds for a path.
#[derive(Debug)]
struct Known {
    path: PathBuf,
    /// What the baseline calls it.
    name: String,
    /// The ignores for this file.
    ignores: Vec<usize>,
}

/// What became of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Dropped by the config.
    pub(crate) ignored: usize,
    /// Dropped because the baseline has them.
    pub(crate) baselined: usize,
}

impl AddAssign for Applied {
    fn add_assign(&mut self, other: Self) {
        self.ignored += other.ignored;
        self.baselined += other.baselined;
    }
}

/// Why a file is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Excluded {
    /// It is a file of the tool's own: what it is.
    Own(&'static str),
    /// By this glob, on this line of the config.
    Glob { glob: String, line: usize },
}

impl Policy {
    /// What this config says about paths below a folder.
    pub(crate) fn new(
        config: Option<&Config>,
        home: Home,
        baseline: Option<(Baseline, Home)>,
    ) -> Self {
        let config = config.cloned().unwrap_or_default();
        let (exclude, exclude_line) = match config.exclude {
            Some(set) => (set.value, set.line),
            None => (Globs::default(), 0),
        };
        Policy {
            home,
            levels: config.severity.into_iter().map(|(name, set)| (name, set.value)).collect(),
            models: config.models.map(|set| set.value).unwrap_or_default(),
            endpoints: config.endpoints,
            ignores: config.ignores.into_iter().map(|ignore| (ignore, false)).collect(),
            ignored_files: config.ignored_files,
            exclude,
            exclude_line,
            own_files: Vec::new(),
            baseline,
            last: None,
        }
    }

    /// The same, which passes over this file: it is one of the tool's own, and `what` says which.
    pub(crate) fn passing_over(mut self, file: &Path, what: &'static str) -> Self {
        self.own_files.push((self.home.place(&self.home.name(file)), what));
        self
    }

    /// A linter that judges by it.
    pub(crate) fn settle(&self, mut builder: LinterBuilder) -> LinterBuilder {
        for (name, level) in &self.levels {
            if let Level::As(severity) = level {
                builder = builder.severity(name, *severity);
            }
        }
        builder = builder.models(&self.models);
        if self.endpoints.objects.is_empty() {
            return builder;
        }
        let (home, endpoints) = (self.home.clone(), Arc::clone(&self.endpoints));
        builder.paths(Arc::new(ByGlob { home, endpoints }))
    }

    /// Why a file is passed over, if it is.
    pub(crate) fn excluded(&self, path: &Path) -> Option<Excluded> {
        if self.own_files.is_empty() && self.exclude.texts().is_empty() {
            return None;
        }
        let name = self.home.inside(path)?;
        let place = self.home.place(&name);
        if let Some((_, what)) = self.own_files.iter().find(|(own, _)| *own == place) {
            return Some(Excluded::Own(what));
        }
        let glob = self.exclude.texts()[self.exclude.first(&name)?].clone();
        Some(Excluded::Glob { glob, line: self.exclude_line })
    }

    /// Whether it may drop findings.
    pub(crate) fn drops(&self) -> bool {
        !self.levels.is_empty() || !self.ignores.is_empty() || self.baseline.is_some()
    }

    /// Drops the findings that are none here, and those that the baseline has.
    ///
    /// Findings that the report counts but does not keep stay counted: nobody knows which they are.
    pub(crate) fn apply(&mut self, path: &Path, report: &mut Report) -> Applied {
        let mut applied = Applied::default();
        if !self.drops() {
            return applied;
        }
        self.meet(path);
        let Policy { levels, ignores, baseline, last, .. } = self;
        let Some(known) = last else { return applied };
        report.findings.retain(|finding| {
            if is_off(levels, finding) || known.ignores(finding, ignores) {
                applied.ignored += 1;
                return false;
            }
            let old =
                baseline.as_mut().is_some_and(|(baseline, _)| baseline.take(&known.name, finding));
            applied.baselined += usize::from(old);
            !old
        });
        applied
    }

    /// Drops what is ignored here, and takes note of nothing: for texts on their way to be repaired.
    pub(crate) fn drop_ignored(&self, path: &Path, report: &mut Report) {
        let inside = self.home.inside(path);
        let matched: Vec<usize> =
            inside.map_or_else(Vec::new, |name| self.ignored_files.all(&name).collect());
        report.findings.retain(|finding| {
            let ignored = self.ignores.iter().any(|(ignore, _)| {
                let here = ignore.files.is_empty()
                    || matched.iter().any(|glob| ignore.files.contains(glob));
                here && ignore.is_about(finding)
            });
            !ignored && !is_off(&self.levels, finding)
        });
    }

    /// Drops the findings on a media file that the config turns off. Neither ignores nor the baseline
    /// are about media files: they have no places.
    pub(crate) fn apply_to_media(&self, report: &mut MediaReport) {
        if self.levels.values().any(|level| *level == Level::Off) {
            report.retain(|finding| !is_off(&self.levels, finding));
        }
    }

    /// Makes ready for the findings of a file.
    fn meet(&mut self, path: &Path) {
        if self.last.as_ref().is_some_and(|known| known.path == path) {
            return;
        }
        let mut name = String::new();
        if let Some((baseline, home)) = &mut self.baseline {
            name = home.name(path);
            baseline.meet(&name);
        }
        let inside = self.home.inside(path);
        let matched: Vec<usize> =
            inside.map_or_else(Vec::new, |name| self.ignored_files.all(&name).collect());
        let holds = |ignore: &Ignore| {
            ignore.files.is_empty() || matched.iter().any(|glob| ignore.files.contains(glob))
        };
        let ignores = (0..self.ignores.len()).filter(|at| holds(&self.ignores[*at].0)).collect();
        self.last = Some(Known { path: path.to_path_buf(), name, ignores });
    }

    /// The lines of the ignores that ignored nothing.
    pub(crate) fn unused_ignores(&self) -> impl Iterator<Item = usize> {
        self.ignores.iter().filter(|(_, used)| !used).map(|(ignore, _)| ignore.line)
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref().map(|(baseline, _)| baseline)
    }
}

impl Known {
    /// Whether one of the ignores for this file is about a finding. All that are count as used.
    fn ignores(&self, finding: &Finding, ignores: &mut [(Ignore, bool)]) -> bool {
        let mut ignored = false;
        for at in &self.ignores {
            let (ignore, used) = &mut ignores[*at];
            if ignore.is_about(finding) {
                *used = true;
                ignored = true;
            }
        }
        ignored
    }
}

impl Ignore {
    fn is_about(&self, finding: &Finding) -> bool {
        let constraint = finding.constraint.as_deref();
        self.rules.iter().any(|name| name == finding.rule.id || constraint == Some(name))
            && (self.pointers.is_empty()
                || self.pointers.iter().any(|glob| glob.matches(&finding.pointer)))
    }
}

/// Whether the config turns this off. A constraint outweighs its rule.
fn is_off(levels: &HashMap<String, Level>, finding: &Finding) -> bool {
    if levels.is_empty() {
        return false;
    }
    let constraint = finding.constraint.as_deref().and_then(|name| levels.get(name));
    constraint.or_else(|| levels.get(finding.rule.id)) == Some(&Level::Off)
}

/// Tells endpoints by the globs of a config.
#[derive(Debug)]
struct ByGlob {
    home: Home,
    endpoints: Arc<Endpoints>,
}

impl Paths for ByGlob {
    fn endpoint(&self, path: &Path) -> Option<(&'static Object, String)> {
        let Endpoints { globs, objects } = &*self.endpoints;
        let at = globs.first(&self.home.inside(path)?)?;
        let glob = crate::printable::shorten(&globs.texts()[at]);
        let reason = format!("the config maps `{glob}` to it");
        Some((objects[at].value, reason))
    }
}
