//! What the command line asks of policies, directories and evaluators, in the terms in which it asks.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::exit::Failure;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::{
    Blocks, Directory as Snapshot, Finding, Progress, Stream as Records, SubscriptionHeader,
};
use crate::model::{Facts, Field, Id, Schema, Slot, User, Zone};
use crate::policy::vocabulary::{OPERATORS, WORDS};
use crate::policy::{self, Answer, Basis, Decided, Decision, Evaluator, Names, Policy, Source};
use crate::report;

pub(crate) use crate::directory::{BadRecord, Block, Scanner};
pub(crate) use crate::policy::{Change, Checked, Comparison, load_sources};

/// Checks a policy; with a directory also the groups and lists it names.
pub(crate) fn check(sources: Vec<Source>, schema: &Arc<Schema>, directory: Option<&Directory>) -> Checked {
    policy::check(sources, schema, directory.map(|directory| Names::of(&directory.0)).as_ref())
}

/// The fields a policy reads and nobody provides.
pub(crate) fn missing_fields(policy: &Policy, provides: &dyn Fn(Slot) -> bool) -> Vec<Diagnostic> {
    policy.missing_fields(provides)
}

/// What holds of a policy whoever it decides about; `verbose` also what is often meant so.
pub(crate) fn analyse(policy: &Policy, basis: &Basis, verbose: bool) -> Result<Vec<Diagnostic>, Failure> {
    let mut found = policy.analyse(basis).map_err(|open| Failure::of(vec![open]))?;
    if verbose {
        found.extend(policy.overlaps(basis).map_err(|open| Failure::of(vec![open]))?);
    }
    let mut diagnostics: Vec<Diagnostic> = found.iter().map(|finding| finding.diagnostic(policy)).collect();
    if verbose {
        diagnostics.extend(policy.unlowered().iter().map(|unlowered| unlowered.diagnostic(policy)));
    }
    Ok(diagnostics)
}

/// The kinds of users on whom no rule acts, each with an example.
pub(crate) fn uncovered(policy: &Policy, basis: &Basis) -> Result<Vec<String>, Failure> {
    let found = policy.uncovered(basis).map_err(|open| Failure::of(vec![open]))?;
    if found.is_empty() {
        return Ok(vec!["some rule acts on every kind of users".to_owned()]);
    }
    let line = |one: &policy::Uncovered| {
        let stage = if one.has_left { "who has left" } else { "who stays" };
        let facts = policy::witness_facts(&one.witness, policy);
        format!("no rule acts on {} {stage}, such as {facts}", one.employment)
    };
    Ok(found.iter().map(line).collect())
}

/// What two policies decide differently, over all users there could be.
pub(crate) fn compare(old: &Policy, new: &Policy, basis: &Basis) -> Result<Comparison, Failure> {
    old.compare(new, basis).map_err(|open| Failure::of(vec![open]))
}

/// A witness as a policy test tells of a user.
pub(crate) fn facts(user: &User, policy: &Policy) -> Json {
    policy::witness_facts(user, policy)
}

/// A directory in memory.
pub(crate) struct Directory(Snapshot);

impl Directory {
    /// Reads a folder or JSON file. `progress` is told how much was read, of how much.
    pub(crate) fn read(
        path: &Path,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Self, Vec<Diagnostic>> {
        // Each file tells of itself alone; what is shown is the sum over the files understood so far.
        let (mut earlier, mut current, mut last) = (0, String::new(), 0);
        Snapshot::read(path, &mut |step| {
            if let Progress::Parsing { file, bytes_done, .. } = step {
                if file != current {
                    (earlier, current) = (earlier + last, file.to_owned());
                }
                last = bytes_done;
                progress(earlier + last, None);
            }
        })
        .map(Self)
    }

    /// The directory itself.
    pub(crate) const fn snapshot(&self) -> &Snapshot {
        &self.0
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = User> + '_ {
        self.0.users().iter().cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.users().len()
    }

    pub(crate) fn user(&self, id: Id) -> Option<User> {
        self.0.user(id).cloned()
    }

    pub(crate) fn zone(&self) -> Zone {
        self.0.subscription().time_zone.clone()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.0.is_complete()
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        self.0.schema()
    }

    pub(crate) fn provides(&self, slot: Slot) -> bool {
        self.0.provides(slot)
    }

    /// What a person should look at that no rule asked for, a sentence each. Who sees only some users is told of
    /// these only.
    pub(crate) fn findings(&self, scope: &Scope) -> Vec<String> {
        let findings = self.0.findings().into_iter();
        let is_seen = |finding: &Finding| match finding.user.and_then(|id| self.0.user(id)) {
            Some(user) => scope.includes(user),
            None => scope.is_everybody(),
        };
        findings.filter(is_seen).map(|finding| finding.message).collect()
    }
}

/// Users one after the other, in blocks of records.
pub(crate) struct Stream(Blocks<Box<dyn BufRead>>);

impl Stream {
    /// Opens a stream: a file, or standard input for `-`. With a subscription file it is CSV.
    pub(crate) fn open(path: &Path, subscription: Option<&Path>) -> Result<Self, Vec<Diagnostic>> {
        let standard_input = path == Path::new("-");
        let name = if standard_input { "standard input".to_owned() } else { path.display().to_string() };
        let reader: Box<dyn BufRead> = if standard_input {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|error| {
                let message = format!("the stream cannot be read: {error}");
                vec![Diagnostic::new(Code::DirectoryUnreadable, message, &name, Place::FILE)]
            })?;
            Box::new(BufReader::with_capacity(1 << 16, file))
        };
        match subscription {
            Some(subscription) => Records::csv(reader, &name, &SubscriptionHeader::read(subscription)?),
            None => Records::ndjson(reader, &name),
        }
        .map(|records| Self(records.blocks()))
    }

    /// Reads the records of the blocks, for one thread.
    pub(crate) fn scanner(&self) -> Scanner {
        self.0.scanner()
    }

    /// The first user with this ID of those to come.
    pub(crate) fn user(&mut self, id: Id) -> Option<User> {
        let mut scanner = self.scanner();
        self.find_map(|block| {
            let found = scanner.each(&block, |record| match record {
                Ok(record) if record.id() == id => ControlFlow::Break(record.to_user()),
                _ => ControlFlow::Continue(()),
            });
            found.break_value()
        })
    }

    pub(crate) fn zone(&self) -> Zone {
        self.0.header().subscription.time_zone.clone()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.0.header().complete
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.0.header().schema
    }

    /// A field that a stream does not speak for holds the user that needs it, not the run.
    #[expect(clippy::unused_self, reason = "asked like a directory")]
    pub(crate) fn provides(&self, _slot: Slot) -> bool {
        true
    }
}

impl Iterator for Stream {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        self.0.next()
    }
}

/// The decision about a record that could not be read.
pub(crate) fn invalid_record(id: Option<Id>, message: String) -> Decision {
    Decision::invalid_record(id, message)
}

/// Decides about users for one thread.
pub(crate) struct Decider<'a> {
    evaluator: Evaluator,
    directory: Option<&'a Directory>,
}

/// An explanation, as data and as text.
pub(crate) struct Explained {
    pub(crate) json: Json,
    pub(crate) text: String,
}

impl<'a> Decider<'a> {
    /// A decider; with a directory around it, other users of that are looked up.
    pub(crate) fn new(
        policy: &Policy,
        basis: Basis,
        directory: Option<&'a Directory>,
    ) -> Result<Self, Failure> {
        let evaluator = policy.evaluator(basis).map_err(|diagnostic| Failure::of(vec![diagnostic]))?;
        Ok(Self { evaluator, directory })
    }

    /// Runs work that makes many decisions, at a lower cost for each.
    pub(crate) fn batch<T>(&self, work: impl FnOnce() -> T) -> T {
        self.evaluator.batch(|_| work())
    }

    pub(crate) fn decide(&self, user: &User) -> Result<Decision, Failure> {
        self.decided(user).map(Decided::into_decision)
    }

    /// The decision about a user, whoever holds the facts.
    pub(crate) fn decided<'u>(&self, facts: &'u impl Facts) -> Result<Decided<'u>, Failure> {
        match self.directory {
            Some(directory) => self.evaluator.decided(facts, Some(&|id| directory.user(id))),
            None => self.evaluator.decided(facts, None),
        }
        .map_err(|error| gave_up(facts.id(), error))
    }

    pub(crate) fn explain(&self, user: &User) -> Result<Explained, Failure> {
        let find = |id| self.directory.and_then(|directory| directory.user(id));
        let successor: Option<&policy::Successor<'_>> = self.directory.map(|_| &find as _);
        let explanation =
            self.evaluator.explain(successor, user).map_err(|error| gave_up(user.id(), error))?;
        Ok(Explained {
            json: serde_json::to_value(&explanation).map_err(Failure::bug)?,
            text: explanation.to_text(),
        })
    }

    /// The explanation, and the fewest facts that would have to be different for another decision.
    pub(crate) fn explain_with_counterfactuals(&self, user: &User) -> Result<Explained, Failure> {
        let mut explained = self.explain(user)?;
        let find = |id| self.directory.and_then(|directory| directory.user(id));
        let successor: Option<&policy::Successor<'_>> = self.directory.map(|_| &find as _);
        let found =
            self.evaluator.counterfactuals(successor, user).map_err(|error| gave_up(user.id(), error))?;
        explained.text.push_str("\nIt would be another decision if:\n");
        for one in &found {
            let changes: Vec<String> = one
                .changes
                .iter()
                .map(|change| format!("{} were {} and not {}", change.field, change.to, change.from))
                .collect();
            let (disposition, access) = (one.decision.disposition, one.decision.access);
            explained.text.push_str(&format!("  {}: {disposition}, {access}\n", changes.join(" and ")));
        }
        if found.is_empty() {
            explained.text.push_str("  more than two facts were different\n");
        }
        if let Json::Object(members) = &mut explained.json {
            let found = serde_json::to_value(&found).map_err(Failure::bug)?;
            members.insert("counterfactual".to_owned(), found);
        }
        Ok(explained)
    }

    pub(crate) fn why_not(&self, user: &User, rule: &str) -> Result<Explained, Failure> {
        let find = |id| self.directory.and_then(|directory| directory.user(id));
        let successor: Option<&policy::Successor<'_>> = self.directory.map(|_| &find as _);
        let answer =
            self.evaluator.why_not(successor, user, rule).map_err(|error| gave_up(user.id(), error))?;
        let answer = answer.ok_or_else(|| Failure::bug(format!("the rule `{rule}` is gone")))?;
        Ok(Explained { json: serde_json::to_value(&answer).map_err(Failure::bug)?, text: answer.to_text() })
    }

    /// The rules that answer anything about a user.
    pub(crate) fn answering(&self, user: &User) -> Result<Vec<Arc<str>>, Failure> {
        let mut answering = Vec::new();
        for (index, rule) in self.evaluator.policy().rules().iter().enumerate() {
            let answer = self.evaluator.answer(index, user).map_err(|error| gave_up(user.id(), error))?;
            if !matches!(answer, Ok(Answer::Nothing)) {
                answering.push(rule.name.clone());
            }
        }
        Ok(answering)
    }
}

fn gave_up(user: Id, error: policy::DecideError) -> Failure {
    Failure::refused(format!("{user}: {error}"))
}

/// The reference of the policy language.
pub(crate) fn reference_markdown() -> String {
    report::policy_reference()
}

/// The same as data.
pub(crate) fn reference_json() -> Json {
    let fields: Vec<Json> = Field::ALL
        .iter()
        .map(|field| {
            let info = field.info();
            json!({"name": info.name, "type": info.kind.to_string(), "optional": info.optional,
                   "meaning": info.meaning, "platform": info.platform, "example": info.example})
        })
        .collect();
    let words: Vec<Json> = WORDS
        .iter()
        .map(|word| {
            json!({"name": word.name, "group": format!("{:?}", word.group).to_lowercase(), "signature": word.signature,
                   "meaning": word.meaning, "platform": word.platform, "example": word.example})
        })
        .collect();
    let operators: Vec<Json> = OPERATORS
        .iter()
        .map(|word| json!({"symbol": word.symbol, "meaning": word.meaning, "example": word.example}))
        .collect();
    json!({"fields": fields, "words": words, "operators": operators})
}
