//! Every call of the command line into policies, directories and evaluators, in one place.
//!
//! TEMPORARY BODY: reads policies line by line, directories only by their IDs, and decides nothing.
#![allow(clippy::unnecessary_wraps, clippy::unused_self)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::exit::Failure;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{Fact, Field, Id, Schema, Slot, User, Value, Zone};
use crate::policy::{
    Access, Axis, Basis, Decision, Disposition, Hold, HoldCode, Outcome, Policy, Rule, Source, Span,
};

/// The files of a policy.
pub(crate) fn load_sources(path: &Path) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let name = path.display().to_string();
    match fs::read_to_string(path) {
        Ok(text) => Ok(vec![Source::new(name, text)]),
        Err(error) => {
            Err(vec![Diagnostic::new(Code::PolicyUnreadable, error.to_string(), name, Place::FILE)])
        }
    }
}

/// A policy that was checked.
pub(crate) struct Checked {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) policy: Option<Policy>,
}

/// Checks a policy; with a directory also the groups and lists it names.
pub(crate) fn check(sources: Vec<Source>, schema: &Arc<Schema>, _directory: Option<&Directory>) -> Checked {
    let mut rules = Vec::new();
    for source in &sources {
        for line in source.text().lines() {
            let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split('(').next()) else {
                continue;
            };
            rules.push(Rule {
                name: name.into(),
                rationale: None,
                span: Span::default(),
                parameter: 0,
                body: crate::policy::syntax::Block { statements: Vec::new(), span: Span::default() },
                locals: 0,
                reads: std::collections::BTreeSet::new(),
            });
        }
    }
    if rules.is_empty() {
        let found = Diagnostic::new(Code::NoRules, "the policy has no rules", sources[0].name(), Place::FILE);
        return Checked { diagnostics: vec![found], policy: None };
    }
    let policy = Policy {
        sources: sources.into(),
        schema: Arc::clone(schema),
        rules: rules.into(),
        constants: Arc::new([]),
        ast: rhai::AST::empty(),
        warnings: Vec::new(),
    };
    Checked { diagnostics: Vec::new(), policy: Some(policy) }
}

/// The fields a policy reads and nobody provides.
pub(crate) fn missing_fields(_policy: &Policy, _provides: &dyn Fn(Slot) -> bool) -> Vec<Diagnostic> {
    Vec::new()
}

/// A directory in memory.
pub(crate) struct Directory {
    users: BTreeMap<Id, User>,
    schema: Arc<Schema>,
}

impl Directory {
    /// Reads a folder or JSON file. `progress` is told how much was read, of how much.
    pub(crate) fn read(
        path: &Path,
        _progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Self, Vec<Diagnostic>> {
        let name = path.display().to_string();
        let failed =
            |message: String| vec![Diagnostic::new(Code::PolicyUnreadable, message, &name, Place::FILE)];
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let json: Json = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        let schema = Arc::new(Schema::default());
        let users = json["users"].as_array().cloned().unwrap_or_default();
        let users = users.iter().filter_map(|user| user_of(user, &schema)).map(|user| (user.id(), user));
        Ok(Self { users: users.collect(), schema })
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = User> + '_ {
        self.users.values().cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    pub(crate) fn user(&self, id: Id) -> Option<User> {
        self.users.get(&id).cloned()
    }

    pub(crate) fn zone(&self) -> Zone {
        Zone::UTC
    }

    pub(crate) fn is_complete(&self) -> bool {
        true
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub(crate) fn provides(&self, _slot: Slot) -> bool {
        true
    }

    /// What a person should look at that no rule asked for, a sentence each.
    pub(crate) fn findings(&self) -> Vec<String> {
        Vec::new()
    }
}

fn user_of(json: &Json, schema: &Schema) -> Option<User> {
    let mut user = User::new(json["id"].as_str()?.parse().ok()?, schema);
    for field in [Field::Person, Field::Employment] {
        if let Some(text) = json[field.name()].as_str() {
            user.set(field.slot(), Fact::Known(Value::Text(text.into())));
        }
    }
    Some(user)
}

/// A record of a stream that could not be read.
pub(crate) struct BadRecord {
    pub(crate) line: u64,
    pub(crate) id: Option<Id>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Users one after the other.
pub(crate) struct Stream {
    lines: Box<dyn Iterator<Item = (usize, String)>>,
    name: String,
    schema: Arc<Schema>,
}

impl Stream {
    /// Opens a stream: a file, or standard input for `-`.
    pub(crate) fn open(path: &Path, _subscription: Option<&Path>) -> Result<Self, Vec<Diagnostic>> {
        let name = path.display().to_string();
        let reader: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|error| {
                vec![Diagnostic::new(Code::PolicyUnreadable, error.to_string(), &name, Place::FILE)]
            })?;
            Box::new(BufReader::new(file))
        };
        let lines = reader.lines().map_while(Result::ok).enumerate().skip(1);
        Ok(Self { lines: Box::new(lines), name, schema: Arc::new(Schema::default()) })
    }

    pub(crate) fn zone(&self) -> Zone {
        Zone::UTC
    }

    pub(crate) fn is_complete(&self) -> bool {
        true
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub(crate) fn provides(&self, _slot: Slot) -> bool {
        true
    }
}

impl Iterator for Stream {
    type Item = Result<User, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, line) = self.lines.next()?;
        let json: Json = serde_json::from_str(&line).unwrap_or_default();
        Some(user_of(&json, &self.schema).ok_or_else(|| {
            let place = Place::new(index + 1, 1, 1);
            let found = Diagnostic::new(Code::TestFormat, "not a user", self.name.as_str(), place);
            BadRecord { line: index as u64 + 1, id: None, diagnostics: vec![found] }
        }))
    }
}

/// The decision about a record that could not be read.
pub(crate) fn invalid_record(id: Option<Id>, message: String) -> Decision {
    let hold =
        Hold { code: HoldCode::InvalidRecord, message, rule: None, axes: vec![Axis::Id, Axis::Access] };
    Decision {
        user: id,
        person: None,
        outcome: Outcome::Hold,
        disposition: Disposition::Hold,
        access: Access::Hold,
        obligations: Vec::new(),
        rule: None,
        reason: None,
        ground: None,
        after: None,
        deadline: None,
        approvals: 0,
        overruled: Vec::new(),
        vetoed: Vec::new(),
        hold: Some(hold),
        valid_until: None,
    }
}

/// Decides about users for one thread.
pub(crate) struct Decider<'a> {
    policy: &'a Policy,
}

/// An explanation, as data and as text.
pub(crate) struct Explained {
    pub(crate) json: Json,
    pub(crate) text: String,
}

impl<'a> Decider<'a> {
    /// A decider; with a directory around it, other users of that are looked up.
    pub(crate) fn new(
        policy: &'a Policy,
        _basis: Basis,
        _directory: Option<&'a Directory>,
    ) -> Result<Self, Failure> {
        Ok(Self { policy })
    }

    pub(crate) fn decide(&self, user: &User) -> Result<Decision, Failure> {
        if self.policy.rules().is_empty() {
            return Err(Failure::refused("no rules"));
        }
        let mut decision = invalid_record(Some(user.id()), String::new());
        decision.person = user.person();
        decision.rule = self.policy.rules().first().map(|rule| Arc::clone(&rule.name));
        decision.outcome = Outcome::Keep;
        decision.disposition = Disposition::Keep;
        decision.access = Access::Keep;
        decision.hold = None;
        Ok(decision)
    }

    pub(crate) fn explain(&self, user: &User) -> Result<Explained, Failure> {
        let json = serde_json::to_value(self.decide(user)?).unwrap_or_default();
        Ok(Explained { text: format!("{}: keep\n", user.id()), json })
    }

    pub(crate) fn why_not(&self, user: &User, rule: &str) -> Result<Explained, Failure> {
        Ok(Explained { json: Json::Null, text: format!("{rule} does not apply to {}\n", user.id()) })
    }

    /// The rules that answer anything about a user.
    pub(crate) fn answering(&self, user: &User) -> Result<Vec<Arc<str>>, Failure> {
        Ok(self.decide(user)?.rule.into_iter().collect())
    }
}

/// The reference of the policy language.
pub(crate) fn reference_markdown() -> String {
    "# The policy language\n".to_owned()
}

/// The same as data.
pub(crate) fn reference_json() -> Json {
    Json::Object(serde_json::Map::new())
}
