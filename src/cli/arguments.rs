//! What can be typed: commands, options, their help and examples.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use time::OffsetDateTime;

use crate::model::{Id, parse_instant};

mod applying;
mod importing;

pub(crate) use applying::{
    Allowance, Apply, Approve, Audit, AuditCheckpoint, AuditExport, AuditShow, AuditVerify, ChecklistFormat,
    ConnectorName, ExportFormat, Keygen, Limit, Report, Resolve, ResolveHold, ResolvePlan, ResolveStep,
    Status, Steps, World,
};
pub(crate) use importing::Import;

const EXIT_CODES: &str = "\
Exit codes:
   0  done
   1  something was found: diagnostics, failed tests, holds with --strict
   2  the command was not understood, or names something that is not there
   3  refused, because going on would not be safe
   4  a file could not be read or written
  70  a fault of leaver itself";

/// Decides what happens to people's messaging IDs when they leave, says why, and never guesses.
#[derive(Debug, Parser)]
#[command(name = "leaver", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every command.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Common {
    /// Colours in the output; `auto` is on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub(crate) color: ColorWhen,
    /// Nothing on standard error but errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(Import),
    Check(Check),
    Decide(Decide),
    Explain(Explain),
    Diff(Diff),
    Plan(Plan),
    Approve(Approve),
    Keygen(Keygen),
    Apply(Apply),
    #[command(subcommand)]
    Resolve(Resolve),
    Status(Status),
    World(World),
    Report(Report),
    #[command(subcommand)]
    Audit(Audit),
    Test(Test),
    Reference(Reference),
    Completions(Completions),
}

/// Check a policy and report everything that is wrong with it
///
/// All diagnostics are reported at once, each with file, line, column, a stable code and help.
/// With a directory its attributes are known, and the groups and lists a policy names must exist.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver check acme.rhai
  leaver check policies/ --directory acme/
  leaver check acme.rhai --format json | jq '.[].code'

Ends with 1 if there are errors; warnings alone end with 0.")]
pub(crate) struct Check {
    /// A `.rhai` file, or a folder of them
    pub(crate) policy: PathBuf,
    /// A directory whose attributes, groups and lists the policy may name
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Also say which rules want different things for the same user, and which run in the interpreter
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Also show the kinds of users on whom no rule acts
    #[arg(long)]
    pub(crate) covers: bool,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// How the diagnostics are written; `json` is a list with one diagnostic a line
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Decide about the users of a directory
///
/// The table shows who needs something done or looked at; users who simply stay are counted, not
/// listed, unless `--all` is given. The instant used and the summary go to standard error when the
/// output is not a terminal.
#[derive(Debug, Args)]
#[command(after_help = "\
Formats:
  table   a table that fits the terminal; in a pipe or file fields separated by tabs
  json    a list with one decision a line
  ndjson  one decision a line
  csv     one row a user; nested values as JSON text; a cell that a spreadsheet would take for a
          formula begins with '

Examples:
  leaver decide acme.rhai acme/
  leaver decide acme.rhai acme/ --user ECHOECHO --format json
  leaver decide acme.rhai acme/ --as-of 2026-12-01T00:00:00Z --format csv -o december.csv
  leaver decide acme.rhai acme/ --all | cut -f 1,3
  produce-users | leaver decide acme.rhai - --format ndjson")]
pub(crate) struct Decide {
    /// A `.rhai` file, or a folder of them
    pub(crate) policy: PathBuf,
    /// A directory: a folder or a JSON file; or a stream: an `.ndjson` or `.csv` file, or `-`
    pub(crate) directory: PathBuf,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Only this user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<Id>,
    #[command(flatten)]
    pub(crate) actor: OnBehalf,
    /// How the decisions are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DecideFormat,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// List users who simply stay, too (tables only; the other formats list everybody)
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) stream: StreamOptions,
    /// End with 1 if anything is held
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads that decide; 0 is one for each core. The output is the same for any number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,
}

/// Explain what is decided about one user, and why
///
/// Shows each rule with the conditions it tried and the values it read.
#[derive(Debug, Args)]
#[command(after_help = "\
Marks of conditions: \u{2713} holds, \u{2717} does not, \u{b7} was not looked at, ? could not be evaluated.

Examples:
  leaver explain acme.rhai acme/ --user ECHOECHO
  leaver explain acme.rhai acme/ --user ECHOECHO --why-not contractors_leave
  leaver explain acme.rhai acme/ --user ECHOECHO --format json")]
pub(crate) struct Explain {
    /// A `.rhai` file, or a folder of them
    pub(crate) policy: PathBuf,
    /// A directory: a folder or a JSON file; or a stream: an `.ndjson` or `.csv` file, or `-`
    pub(crate) directory: PathBuf,
    /// The user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Id,
    #[command(flatten)]
    pub(crate) actor: OnBehalf,
    /// Why this rule did not apply
    #[arg(long, value_name = "RULE")]
    pub(crate) why_not: Option<String>,
    /// Also the fewest facts that would have to be different for another decision
    #[arg(long, conflicts_with = "why_not")]
    pub(crate) counterfactual: bool,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    #[command(flatten)]
    pub(crate) stream: StreamOptions,
    /// How the explanation is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Plan how the decisions about a directory are carried out
///
/// The plan is a work order: tasks in order, with privileges, times and what cannot be undone; until when
/// everybody can still read, write and be seen at worst; hazards, guards and licences. Nothing is carried out.
/// Guards are limits that no policy can switch off. Without --guards the `guards.toml` in DIRECTORY counts, if
/// there is one, else the built-in limits.
#[derive(Debug, Args)]
#[command(after_help = "\
Formats:
  text  a work order to read from top to bottom
  json  the plan itself, canonical JSON on one line, with the digest that approvals and apply go by

Examples:
  leaver plan acme.rhai acme/ --actor mia
  leaver plan acme.rhai acme/ --actor mia --format json -o plan.json
  leaver plan acme.rhai acme/ --actor mia --previous acme-yesterday/ --open plan-of-yesterday.json
  leaver plan acme.rhai acme/ --actor mia --journal acme.journal --format json -o tonight.json
  leaver plan acme.rhai acme/ --actor mia --payloads payloads/

Ends with 3 if the plan is refused: a guard was not kept, or the actor may not own a plan.")]
pub(crate) struct Plan {
    /// A `.rhai` file, or a folder of them
    pub(crate) policy: PathBuf,
    /// A directory: a folder or a JSON file
    pub(crate) directory: PathBuf,
    /// The administrator who owns the plan and will carry it out
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: String,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Limits, protected users, and how old a directory may be
    #[arg(long, value_name = "FILE")]
    pub(crate) guards: Option<PathBuf>,
    /// Who may approve, with their public keys; default: `approvers.toml` in DIRECTORY, if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) approvers: Option<PathBuf>,
    /// The directory of the last run, to see what is missing since
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) previous: Option<PathBuf>,
    /// The journal of earlier plans: users with work still open are not planned again, and what was done within
    /// the last 24 hours counts against the limits of a day
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// What somebody decided about a hold, as `leaver resolve hold` wrote it. Can be given several times
    #[arg(long = "resolution", value_name = "FILE")]
    pub(crate) resolutions: Vec<PathBuf>,
    /// A plan that is still being carried out; its users are not planned again. Can be given several times
    #[arg(long, value_name = "PLAN")]
    pub(crate) open: Vec<PathBuf>,
    /// How the plan is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write what the device management is told into this folder, one file for each device and system
    #[arg(long, value_name = "FOLDER")]
    pub(crate) payloads: Option<PathBuf>,
    /// List every ID, hazard and finding (text only)
    #[arg(long)]
    pub(crate) all: bool,
    /// Threads that decide; 0 is one for each core. The output is the same for any number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
}

/// Run the tests of a policy
///
/// Without TESTS these are the `*.test.json` files beside the policy: `acme.test.json` for
/// `acme.rhai`, and all of the folder for a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
A test file:
  [{\"name\": \"staff leaver loses the ID\", \"as_of\": \"2026-11-22T09:00:00Z\",
    \"user\": {\"employment\": \"staff\", \"last_day\": \"2026-11-20\"},
    \"expect\": {\"disposition\": \"revoke\", \"access\": \"withdraw\", \"rule\": \"staff_leave\"}}]

Examples:
  leaver test acme.rhai
  leaver test policies/ --directory acme/
  leaver test acme.rhai more.test.json --format json

Ends with 1 if a test fails. A rule that no test reaches is a warning.")]
pub(crate) struct Test {
    /// A `.rhai` file, or a folder of them
    pub(crate) policy: PathBuf,
    /// Test files
    pub(crate) tests: Vec<PathBuf>,
    /// A directory whose attributes and time zone hold for the tests
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// How the results are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Print the reference of the policy language
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  leaver reference > policy-reference.md")]
pub(crate) struct Reference {
    /// How the reference is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: MarkdownOrJson,
}

/// Compare two policies over all users there could be, and over those of a directory
///
/// For each pair of rules that decide differently one user is shown about whom both policies have
/// really decided. Reasons and names of rules may differ without being a change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver diff acme.rhai next.rhai
  leaver diff acme.rhai next.rhai acme/ --as-of 2026-12-01T00:00:00Z
  leaver diff acme.rhai next.rhai --format json

Ends with 1 if there are changes.")]
pub(crate) struct Diff {
    /// The policy as it is: a `.rhai` file, or a folder of them
    pub(crate) old: PathBuf,
    /// The policy as it shall be
    pub(crate) new: PathBuf,
    /// A directory whose users are decided about by both
    pub(crate) directory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver completions bash > ~/.local/share/bash-completion/completions/leaver
  leaver completions zsh > ~/.zfunc/_leaver
  leaver completions fish > ~/.config/fish/completions/leaver.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct AsOf {
    /// The instant of the decision, such as 2026-11-22T09:00:00Z; default: now
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) as_of: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct OnBehalf {
    /// As this administrator: only users in the scope, and only with the privilege `users.read`
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct StreamOptions {
    /// Read DIRECTORY as a stream, in constant memory; `.ndjson`, `.csv` and `-` always are
    #[arg(long)]
    pub(crate) stream: bool,
    /// The subscription of a stream that does not begin with it: a file like `directory.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) subscription: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MarkdownOrJson {
    #[default]
    Markdown,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecideFormat {
    /// A table on a terminal, values between tabs elsewhere
    #[default]
    Table,
    /// A list of JSON objects
    Json,
    /// A JSON object a line
    Ndjson,
    /// A column for each key of a decision
    Csv,
    /// Columns as a stream of Arrow's interprocess format: for a file or a pipe, never a terminal
    Arrow,
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    parse_instant(text).ok_or_else(|| "not an RFC 3339 instant such as 2026-11-22T09:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        Arguments::command().debug_assert();
    }
}
