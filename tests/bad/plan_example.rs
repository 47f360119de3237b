//! The example of a page about plans: its fences are put together, a plan is made, and the work order says
//! what is wrong with it.
//!
//! A page shows only what matters. The rest is the same everywhere, and `docs/errors/README.md` says so.

use std::collections::BTreeSet;

use leaver::diagnostic::Code;
use leaver::directory::Directory;
use leaver::model::parse_instant;
use leaver::plan::{Guards, OpenWork, Plan, PlanRefused, Request, plan};
use leaver::policy::{Axis, Basis, Source, check};
use leaver::report::{Layout, refused_order, work_order};
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
    /// What the work order says about it.
    pub(crate) text: String,
    /// Every code, of hazards, refusals and users who are not planned.
    pub(crate) codes: BTreeSet<String>,
    /// What is held by hazards.
    pub(crate) held: BTreeSet<Axis>,
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
    pub(crate) fn tell(&self, section: &str) -> Told {
        let layout = Layout { width: 100, all: true };
        let (text, content, refusals) = match self.plan() {
            Ok(plan) => {
                let text = work_order(&plan, &self.directory, layout).unwrap();
                (text, Some(plan.content().clone()), Vec::new())
            }
            Err(refused) => {
                let text = refused_order(&refused, &self.directory, layout).unwrap();
                (text, refused.content.map(|content| *content), refused.refusals)
            }
        };
        let mut codes: BTreeSet<String> = refusals.iter().map(|refusal| refusal.code.to_string()).collect();
        let mut held = BTreeSet::new();
        for hazard in content.iter().flat_map(|content| &content.hazards) {
            codes.insert(hazard.code.to_string());
            held.extend(&hazard.holds);
        }
        let users = content.iter().flat_map(|content| &content.users);
        let reasons = users.filter_map(|user| user.reason.as_ref());
        codes.extend(reasons.map(|reason| reason.code.clone()).filter(|code| code.starts_with('L')));
        let lines = text.lines().skip_while(|line| !line.starts_with(section));
        let text =
            lines.take_while(|line| !line.is_empty()).fold(String::new(), |text, line| text + line + "\n");
        Told { text, codes, held }
    }
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
