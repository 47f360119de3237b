//! The example of a page about plans: its fences are put together, a plan is made, and what leaver says is
//! written as the page shows it.
//!
//! A page shows only what matters. The rest is the same everywhere, and `docs/errors/README.md` says so.

use std::fmt::Write as _;

use leaver::diagnostic::Code;
use leaver::directory::Directory;
use leaver::model::parse_instant;
use leaver::plan::{Guards, Hazard, OpenWork, Plan, PlanRefused, Refusal, Request, plan};
use leaver::policy::{Axis, Basis, Source, check};
use serde_json::{Value as Json, json};

use super::page::Page;

/// What the page leaves out.
const POLICY: &str = "/// Whoever leaves loses the ID.\nfn leavers(user) { if user.has_left { revoke() } }\n";
const AS_OF: &str = "2026-11-22T09:00:00Z";

/// Everything a plan of the example is made from.
pub(crate) struct Example {
    policy: String,
    directory: Directory,
    previous: Option<Directory>,
    guards: Guards,
    actor: String,
    open: OpenWork,
}

/// What came of an example.
pub(crate) struct Told {
    /// As the page shows it.
    pub(crate) text: String,
    /// Hazards, in order.
    pub(crate) hazards: Vec<Hazard>,
    /// Refusals of the whole.
    pub(crate) refusals: Vec<Refusal>,
    /// Codes of the refusals of single users.
    pub(crate) users: Vec<String>,
}

impl Example {
    /// The example of a page.
    pub(crate) fn of(code: Code, page: &Page) -> Self {
        let fence = |info: &str| page.fences.iter().find(|fence| fence.info == info);
        let facts = fence("json").unwrap_or_else(|| panic!("{code}: no directory"));
        let toml = fence("toml").map_or("", |fence| fence.text.as_str());
        let mut guards = Guards::from_toml("guards.toml", toml).unwrap_or_else(|_| panic!("{code}: guards"));
        if !toml.contains("approvals") {
            guards.approvals = 0;
        }
        let command = fence("sh").map_or("", |fence| fence.text.as_str());
        let actor = command.split_whitespace().skip_while(|word| *word != "--actor").nth(1);
        let mut example = Self {
            policy: fence("rhai").map_or(POLICY, |fence| fence.text.as_str()).to_owned(),
            directory: directory(code, &facts.text),
            previous: fence("json previous").map(|fence| directory(code, &fence.text)),
            guards,
            actor: actor.unwrap_or("mia").to_owned(),
            open: OpenWork::none(),
        };
        if code == Code::OpenElsewhere {
            let first = example.plan().unwrap_or_else(|_| panic!("{code}: the first plan is refused"));
            example.open.add_plan("first.json", first.to_json().as_bytes()).unwrap();
        }
        example
    }

    /// So many leavers under the policy of a page, each with a credential, and no limits.
    pub(crate) fn of_many(page: &Page, users: usize) -> Self {
        let users: Vec<Json> = (0..users)
            .map(|number| {
                let (id, credential) = (format!("E{number:07}"), format!("c{number}"));
                json!({"id": id, "person": id, "employment": "staff", "last_day": "2026-11-20", "credential": credential})
            })
            .collect();
        let credentials: Vec<Json> =
            users.iter().map(|user| json!({"id": user["credential"], "kind": "single"})).collect();
        let facts = json!({"users": users, "credentials": credentials}).to_string();
        let policy = page.fences.iter().find(|fence| fence.info == "rhai").unwrap();
        Self {
            policy: policy.text.clone(),
            directory: directory(Code::QuotaExceeded, &facts),
            previous: None,
            guards: Guards::unlimited(),
            actor: "mia".to_owned(),
            open: OpenWork::none(),
        }
    }

    fn plan(&self) -> Result<Plan, PlanRefused> {
        let source = Source::new("policy.rhai", self.policy.as_str());
        let checked = check(vec![source], self.directory.schema(), None);
        let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        let basis = Basis::of(&self.directory, parse_instant(AS_OF).unwrap()).unwrap();
        let evaluator = policy.evaluator(basis.clone()).unwrap();
        let decisions = evaluator.decide_directory(&self.directory).collect::<Result<_, _>>().unwrap();
        plan(Request {
            previous: self.previous.as_ref(),
            open: &self.open,
            ..Request::new(&self.directory, &policy, decisions, &basis, &self.actor, &self.guards)
        })
    }

    /// Makes the plan, and tells what is wrong with it.
    pub(crate) fn tell(&self) -> Told {
        let (content, refusals) = match self.plan() {
            Ok(plan) => (Some(plan.content().clone()), Vec::new()),
            Err(refused) => (refused.content.map(|content| *content), refused.refusals),
        };
        let mut text = String::new();
        for refusal in &refusals {
            let _ = writeln!(text, "error[{}]: {}\n  help: {}", refusal.code, refusal.message, refusal.help);
        }
        let hazards = content.as_ref().map_or(Vec::new(), |content| content.hazards.clone());
        for hazard in &hazards {
            let severity = if hazard.holds.is_empty() { "warning" } else { "error" };
            let _ = writeln!(text, "{severity}[{}]: {}", hazard.code, hazard.message);
            let _ = writeln!(text, "  holds: {}", axes(&hazard.holds));
            let _ = writeln!(text, "  consequence: {}\n  fix: {}", hazard.consequence, hazard.fix);
        }
        let mut users = Vec::new();
        for user in content.iter().flat_map(|content| &content.users) {
            let Some(reason) = user.reason.as_ref().filter(|reason| reason.code.starts_with("L04")) else {
                continue;
            };
            let _ = writeln!(text, "{}[{}]: {}", user.status, reason.code, reason.message);
            users.push(reason.code.clone());
        }
        Told { text, hazards, refusals, users }
    }
}

fn axes(holds: &[Axis]) -> String {
    let words: Vec<&str> = holds.iter().map(|axis| axis.word()).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// A directory from the facts that a page shows.
fn directory(code: Code, facts: &str) -> Directory {
    let mut whole = json!({
        "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        "taken_at": "2026-11-22T08:00:00Z",
        "complete": true,
        "administrators": [{"name": "mia", "kind": "full"}],
    });
    let facts: Json = serde_json::from_str(facts).unwrap_or_else(|error| panic!("{code}: {error}"));
    whole.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    Directory::from_json("directory.json", whole.to_string().as_bytes())
        .unwrap_or_else(|found| panic!("{code}: {found:?}"))
}
