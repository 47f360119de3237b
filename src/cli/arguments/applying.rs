//! What can be typed about carrying plans out, and about the history.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use time::OffsetDateTime;

use super::{AsOf, TextOrJson, instant};
use crate::model::Id;
use crate::plan::ActionClass;
use crate::policy::{Access, Disposition, HoldCode};

/// Approve a plan: a signed statement, in a file of its own
///
/// The statement names the plan by its digest and how many users it acts on; whoever changes the plan has no
/// approval any more. Nobody approves a plan of the own.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  leaver approve plan.json --name noah --key noah.key -o noah.approval")]
pub(crate) struct Approve {
    /// A plan that `leaver plan --format json` wrote
    pub(crate) plan: PathBuf,
    /// The administrator who approves, as `approvers.toml` names them
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The private key of that administrator
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// For how many hours the approval holds, but never beyond the plan
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=72))]
    pub(crate) hours: u32,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Make a key for approvals and checkpoints
///
/// The private key goes into a file that only you can read; a file that is there is never written over. The public
/// key is printed, for `approvers.toml`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  leaver keygen -o noah.key")]
pub(crate) struct Keygen {
    /// Make a key for `leaver audit export --pseudonyms` instead; it has no public half
    #[arg(long)]
    pub(crate) pseudonyms: bool,
    /// Where the private key goes
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Carry a plan out, as far as that can be done now
///
/// Before anything is done its intent is in the journal, and afterwards its outcome. Whatever stops the command
/// (Ctrl-C, a crash, waiting for the platform), the same command goes on from there: nothing that cannot be taken
/// back is done twice. Nothing is done without the approvals the plan needs.
///
/// The simulated platform keeps to the times of the real one. Its state is a file beside the journal.
///
/// `threema` asks the web APIs of the platform, as `threema.toml` says. What they cannot do is left to the checklist. With
/// --dry-run the requests are printed and nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver apply plan.json --connector simulator --directory acme/ --journal acme.journal \\
      --approval noah.approval --approval lena.approval
  leaver apply plan.json --connector simulator --directory acme/ --journal acme.journal \\
      --until 2026-11-27T12:00:00Z
  leaver apply plan.json --connector checklist --directory acme/ --journal acme.journal -o today.md
  leaver apply plan.json --connector checklist --directory acme/ --journal acme.journal \\
      --checklist-format html -o today.html
  leaver apply plan.json --connector checklist --directory acme/ --journal acme.journal --done 1-24 --by noah
  leaver apply plan.json --connector threema --settings threema.toml --journal acme.journal --dry-run

Ends with 0 if all went well so far, 1 if steps were not done or wait for a person, 3 if the plan may not be carried
out or the run stopped because too much went wrong.")]
pub(crate) struct Apply {
    /// A plan that `leaver plan --format json` wrote
    pub(crate) plan: PathBuf,
    /// Decide again by the policy of the plan and DIRECTORY: who is decided about otherwise by now is stopped
    #[arg(long, value_name = "POLICY", requires = "directory")]
    pub(crate) policy: Option<PathBuf>,
    /// What acts on the platform
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) connector: ConnectorName,
    /// Where everything is recorded; made if it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// An approval of the plan. Can be given several times
    #[arg(long = "approval", value_name = "FILE")]
    pub(crate) approvals: Vec<PathBuf>,
    /// The directory as it is now: whether the actor may still do it, who may approve, and what the simulated
    /// platform begins with
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
    /// Who may approve; default: `approvers.toml` in DIRECTORY, if there is one
    #[arg(long, value_name = "FILE", requires = "directory")]
    pub(crate) approvers: Option<PathBuf>,
    /// The guards of the plan; default: `guards.toml` in DIRECTORY, if there is one. Without any, what cannot be taken back
    /// needs two approvals
    #[arg(long, value_name = "FILE")]
    pub(crate) guards: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Allow more than a limit, and name the number; it is recorded. LIMIT is `reversible.per_24h`, `withdraw.per_24h`,
    /// `irreversible.per_24h`, `drift` or `failures`
    #[arg(long = "allow", value_name = "LIMIT=N", value_parser = allowance)]
    pub(crate) allowed: Vec<Allowance>,
    /// Where the web APIs are and how their keys are found: `threema.toml`
    #[arg(long, value_name = "FILE", required_if_eq("connector", "threema"))]
    pub(crate) settings: Option<PathBuf>,
    /// Print the requests to the web APIs in order, and send nothing; no key is read and no journal is written
    #[arg(long, requires = "settings")]
    pub(crate) dry_run: bool,
    /// Put the clock of the simulated platform forward, as far as this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) until: Option<OffsetDateTime>,
    /// The state of the simulated platform; default: JOURNAL.world.json
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// Of a hundred requests to the simulated platform so many go wrong
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) faults: u32,
    /// Which requests go wrong
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// With the checklist: these steps were done, such as 3,5-9
    #[arg(long, value_name = "STEPS", value_parser = steps, requires_all = ["by", "directory"])]
    pub(crate) done: Option<Steps>,
    /// With the checklist: these steps could not be done
    #[arg(long, value_name = "STEPS", value_parser = steps, requires_all = ["by", "directory"])]
    pub(crate) not_done: Option<Steps>,
    /// The administrator who did them
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Write the checklist to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How a checklist is written as text; `html` is a page to print, `csv` a table without formulas
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) checklist_format: ChecklistFormat,
    /// How the result is written; `text` is the checklist in its own format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// More than a limit, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) limit: Limit,
    pub(crate) number: u32,
}

/// What can be allowed more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Users of a class in 24 hours.
    Day(ActionClass),
    /// Users who are not as they were planned for.
    Drift,
    /// Failures one after the other.
    Failures,
}

/// Reads `drift=40`.
fn allowance(text: &str) -> Result<Allowance, String> {
    let (limit, number) = text.split_once('=').ok_or("not a limit and a number such as drift=40")?;
    let day = || ActionClass::ALL.iter().find(|class| limit.strip_suffix(".per_24h") == Some(class.word()));
    let limit = match limit {
        "drift" => Limit::Drift,
        "failures" => Limit::Failures,
        _ => Limit::Day(*day().ok_or_else(|| format!("no limit is called `{limit}`"))?),
    };
    let number = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Ok(Allowance { limit, number })
}

/// Settle what only a person can settle
#[derive(Debug, Subcommand)]
pub(crate) enum Resolve {
    Hold(ResolveHold),
    Step(ResolveStep),
    Plan(ResolvePlan),
}

/// Call a plan off: what has not begun is not done any more
///
/// What has begun is followed to its end by the next `leaver apply`. The owner of the plan may do it, and whoever has the privilege
/// `hold.manage`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  leaver resolve plan plan.json --journal acme.journal --directory acme/ --by noah \\
      --note \"Made from the wrong directory\"")]
pub(crate) struct ResolvePlan {
    /// The plan
    pub(crate) plan: PathBuf,
    /// The journal of the plan
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// The directory, which knows what administrators may do
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
    /// The administrator who calls it off
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    /// Why, without personal data
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) moment: AsOf,
}

/// Decide about a held user, in the place of the policy: a signed statement, in a file of its own
///
/// It counts for one user and one kind of hold, for a time: give it to `leaver plan --resolution`. Whoever is held for
/// another reason by then stays held. The key stands under `[resolvers]` in `approvers.toml`, and its owner has the
/// privilege `hold.manage`.
#[derive(Debug, Args)]
#[command(override_usage = "\
leaver resolve hold [OPTIONS] --user <ID> --hold <CODE> --note <TEXT>
           --name <NAME> --key <FILE> <DIRECTORY>")]
#[command(after_help = "\
Examples:
  leaver resolve hold acme/ --user ECHOECHO --hold review --id detach --access withdraw \\
      --note \"Agreed with the board\" --name lena --key lena.key -o echo.resolution
  leaver resolve hold acme/ --user ECHOECHO --hold review --id keep --access keep --days 14 \\
      --note \"Stays until the handover\" --name lena --key lena.key -o echo.resolution")]
pub(crate) struct ResolveHold {
    /// The directory
    pub(crate) directory: PathBuf,
    /// The messaging ID
    #[arg(long, value_name = "ID")]
    pub(crate) user: Id,
    /// The code of the hold, such as `review`
    #[arg(long, value_name = "CODE", value_parser = word::<HoldCode>(HoldCode::ALL))]
    pub(crate) hold: HoldCode,
    /// What happens to the ID, if that is held: `keep`, `detach` or `revoke`
    #[arg(long, value_name = "WHAT", value_parser = word::<Disposition>(Disposition::ALL))]
    pub(crate) id: Option<Disposition>,
    /// What happens to the access, if that is held: `keep`, `withdraw` or `migrate`
    #[arg(long, value_name = "WHAT", value_parser = word::<Access>(Access::ALL))]
    pub(crate) access: Option<Access>,
    /// Why, without personal data
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,
    /// The administrator who decides
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The private key of that administrator
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// For how many days plans may be made with it
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=31))]
    pub(crate) days: u32,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Say what was found out about held steps: nobody could tell whether they were done, and they cannot be taken back
///
/// Look at the platform first. A step that was not done is tried again by the next `leaver apply`.
#[derive(Debug, Args)]
#[command(override_usage = "\
leaver resolve step --journal <FILE> --directory <DIRECTORY> --step <STEPS> --note <TEXT>
           --by <NAME> <--done|--not-done> <PLAN>")]
#[command(after_help = "\
Examples:
  leaver resolve step plan.json --journal acme.journal --directory acme/ --step 7 --done \\
      --note \"Not in the list of users any more\" --by lena
  leaver resolve step plan.json --journal acme.journal --directory acme/ --step 3,5-9 --not-done \\
      --note \"All of them still sign in\" --by lena")]
pub(crate) struct ResolveStep {
    /// The plan
    pub(crate) plan: PathBuf,
    /// Its journal
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// The directory as it is now: who may settle holds
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
    /// The steps, such as 3,5-9
    #[arg(long, value_name = "STEPS", value_parser = steps)]
    pub(crate) step: Steps,
    /// They were done
    #[arg(long, conflicts_with = "not_done", required_unless_present = "not_done")]
    pub(crate) done: bool,
    /// They were not done
    #[arg(long)]
    pub(crate) not_done: bool,
    /// How that was found out, without personal data
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,
    /// The administrator who found it out; needs the privilege `hold.manage`
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    #[command(flatten)]
    pub(crate) moment: AsOf,
}

/// Reads one of the words of a closed set.
fn word<T: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: &'static [T],
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let found = all.iter().find(|one| one.to_string() == text).copied();
        found.ok_or_else(|| {
            let words: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!("not one of: {}", words.join(", "))
        })
    }
}

/// How a checklist is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChecklistFormat {
    #[default]
    Markdown,
    Html,
    Csv,
}

/// Numbers of steps, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Steps(pub(crate) Vec<u32>);

/// Reads `3,5-9`.
fn steps(text: &str) -> Result<Steps, String> {
    let wrong = || "not numbers of steps such as 3,5-9".to_owned();
    let mut steps = std::collections::BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
        let (first, last) = (number(first)?, number(last)?);
        if first == 0 || last < first || last - first > 100_000 {
            return Err(wrong());
        }
        steps.extend(first..=last);
    }
    Ok(Steps(steps.into_iter().collect()))
}

/// What acts on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConnectorName {
    /// The platform on a virtual clock
    Simulator,
    /// People: what to click now is listed, and what was done is reported back
    Checklist,
    /// The web APIs of the platform
    Threema,
}

/// Show what was planned beside what was done, and what is seen on the platform
#[derive(Debug, Args)]
#[command(after_help = "\
States:
  open, pending            still to come, or within the time the platform may take
  confirmed                done
  overdue, regressed       later than that, or done and not so any more
  held, failed, stopped    for a person, refused, or not as it was planned for

Examples:
  leaver status --journal acme.journal
  leaver status --journal acme.journal --directory acme/
  leaver status --journal acme.journal --format json | jq '.[].steps[] | select(.state == \"regressed\")'

Ends with 1 if somebody should look.")]
pub(crate) struct Status {
    /// The journal
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// Only the plan whose digest begins so
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<String>,
    /// The state of the simulated platform; default: JOURNAL.world.json, if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// The directory as it is now: in which groups and lists those are still members whose ID is ended
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Also the steps that are confirmed (text only)
    #[arg(long)]
    pub(crate) all: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Show the simulated platform at an instant: who can still read, write and be seen
///
/// Nothing is changed. What is on its way by then has arrived; nobody does anything more. So it can be seen on Sunday what the
/// world will look like on Friday at noon.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver world acme.journal.world.json
  leaver world acme.journal.world.json --as-of 2026-11-27T12:00:00Z
  leaver world acme.journal.world.json --user ECHOECHO --format json")]
pub(crate) struct World {
    /// The state of the simulated platform, which `leaver apply` keeps beside the journal
    #[arg(value_name = "WORLD")]
    pub(crate) file: PathBuf,
    /// Only this user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<Id>,
    /// Also those who can still do everything (text only)
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Write a page for a browser: what was planned, what was done, and what waits for people
///
/// The page is one HTML file that loads nothing from anywhere. It says how far the plan came and who approved it, draws
/// until when people could still read and write, lists what needs somebody, and shows every user with reason and
/// steps. The history is verified first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver report --journal acme.journal --company \"Acme AG\" -o report.html
  leaver report --journal acme.journal --plan 771a0cab > report.html

The page holds IDs, keys of persons and names of administrators; no names of people, no messages.
Its tables end after 10,000 users or 1,000 entries, its picture after 60 people. It says how many
are left out.")]
pub(crate) struct Report {
    /// The journal
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// The plan whose digest begins so; default: the last one that was accepted
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<String>,
    /// The state of the simulated platform; default: JOURNAL.world.json, if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// What the company is called; a plan does not say
    #[arg(long, value_name = "NAME")]
    pub(crate) company: Option<String>,
    #[command(flatten)]
    pub(crate) moment: AsOf,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Verify, show, export or sign the history
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Verify(AuditVerify),
    Show(AuditShow),
    Export(AuditExport),
    Checkpoint(AuditCheckpoint),
}

/// Verify that the history is what was written
///
/// Without a checkpoint that was kept elsewhere, and the public key that signed it, the best that can be said is
/// `consistent`; with them it is `authentic`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver audit verify acme.journal
  leaver audit verify acme.journal --checkpoint monday.checkpoint --public-key KEY")]
pub(crate) struct AuditVerify {
    /// The journal
    pub(crate) journal: PathBuf,
    /// A checkpoint of this history
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// The public key that signed it, as `leaver keygen` printed it
    #[arg(long, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
}

/// Show the history, one record a line
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  leaver audit show acme.journal
  leaver audit show acme.journal --user ECHOECHO
  leaver audit show acme.journal --actor mia --since 2026-11-20T00:00:00Z")]
pub(crate) struct AuditShow {
    /// The journal
    pub(crate) journal: PathBuf,
    /// Only what is about this user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<Id>,
    /// Only what was done on behalf of this administrator
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Only steps of users about whom this rule decided
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// Only from this instant on
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) since: Option<OffsetDateTime>,
    /// Only the plan whose digest begins so
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<String>,
}

/// Hand the history on
#[derive(Debug, Args)]
#[command(after_help = "\
Formats:
  jsonl  the records themselves, one a line, with which anybody can verify the chain
  csv    one row a record; a cell that a spreadsheet would take for a formula begins with '
  ocsf   events of the Open Cybersecurity Schema Framework, one a line

Examples:
  leaver audit export acme.journal --format csv -o history.csv
  leaver audit export acme.journal --format ocsf --pseudonyms pseudonyms.key -o events.jsonl")]
pub(crate) struct AuditExport {
    /// The journal
    pub(crate) journal: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ExportFormat,
    /// Put pseudonyms in the place of IDs, keys and names, by the key that `leaver keygen --pseudonyms` made; free texts are
    /// left out
    #[arg(long, value_name = "FILE")]
    pub(crate) pseudonyms: Option<PathBuf>,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Sign how long the history is and what its root is, to be kept elsewhere
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  leaver audit checkpoint acme.journal --key audit.key -o monday.checkpoint")]
pub(crate) struct AuditCheckpoint {
    /// The journal
    pub(crate) journal: PathBuf,
    /// The private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The name of the key, as the checkpoint shows it
    #[arg(long, value_name = "NAME", default_value = "leaver")]
    pub(crate) name: String,
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    #[default]
    Jsonl,
    Csv,
    Ocsf,
}
