//! A directory of one user, so that a plan can be made for somebody of whom nothing else is known.
//!
//! It goes the way of every directory: as JSON through the reader, which checks it.

use leaver::directory::Directory;
use leaver::model::{
    Fact, Field, FieldSource, FieldType, Id, Kind, PersonKey, Schema, User, Value, format_instant,
};
use leaver::policy::{Access, Basis, Decision, Disposition, Outcome};
use serde_json::{Map, Value as Json, json};

use crate::error::{Failure, leaver_status};

/// What is known.
pub(crate) struct Single<'a> {
    pub(crate) user: &'a User,
    pub(crate) schema: &'a Schema,
    pub(crate) basis: &'a Basis,
    pub(crate) actor: &'a str,
    pub(crate) mdm_credential: &'a str,
    pub(crate) mdm_username: &'a str,
}

impl Single<'_> {
    /// The directory.
    pub(crate) fn directory(&self) -> Result<Directory, Failure> {
        let edition = self.user.text(Field::Edition);
        let edition = edition.ok_or_else(|| {
            Failure::argument("a plan needs the edition: set that of the user, or of the decider")
        })?;
        let mut whole = json!({
            "subscription": {"id": "-", "edition": edition, "time_zone": self.basis.moment.zone().name()},
            "taken_at": format_instant(self.basis.moment.instant()),
            "complete": self.basis.complete,
            "attributes": self.attributes(),
            "users": self.users(),
            "credentials": self.credentials(),
            "administrators": self.administrators(),
        });
        for (field, section) in [(Field::Groups, "groups"), (Field::Lists, "lists")] {
            if let Fact::Known(Value::Texts(keys)) = self.user.fact(field.slot()) {
                let container = |key: &std::sync::Arc<str>| json!({"id": &**key, "name": &**key, "members": [self.user.id().as_str()]});
                whole[section] = keys.iter().map(container).collect();
            }
        }
        Directory::from_json("user", whole.to_string().as_bytes())
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_USER, found))
    }

    /// The decision about the user, and that the one who supersedes it stays.
    pub(crate) fn decisions(&self, decision: Decision) -> Vec<Decision> {
        let mut decisions: Vec<Decision> = self.successor().map(|id| self.stays(id)).into_iter().collect();
        decisions.push(decision);
        // Two at most.
        if let [first, second] = &mut *decisions
            && second.user < first.user
        {
            std::mem::swap(first, second);
        }
        decisions
    }

    fn successor(&self) -> Option<Id> {
        match self.user.fact(Field::SupersededBy.slot()) {
            Fact::Known(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    fn stays(&self, id: Id) -> Decision {
        Decision {
            user: Some(id),
            person: self.user.text(Field::Person).map(PersonKey::from),
            outcome: Outcome::Keep,
            disposition: Disposition::Keep,
            access: Access::Keep,
            obligations: Vec::new(),
            rule: None,
            reason: None,
            ground: None,
            after: None,
            deadline: None,
            approvals: 0,
            overruled: Vec::new(),
            vetoed: Vec::new(),
            hold: None,
            valid_until: None,
        }
    }

    fn attributes(&self) -> Json {
        let declared = |ty: &FieldType| match &ty.kind {
            Kind::OneOf(set) => {
                let words: Vec<&str> = set.words.iter().map(|word| &**word).collect();
                json!({"one_of": words, "optional": ty.optional})
            }
            _ => Json::from(ty.to_string()),
        };
        let slots = self.schema.attributes();
        slots
            .map(|slot| (self.schema.name(slot).to_owned(), declared(self.schema.field_type(slot))))
            .collect()
    }

    fn users(&self) -> Json {
        let mut record = Map::new();
        for slot in self.schema.slots() {
            let derived =
                self.schema.field(slot).map(|field| field.info().source) == Some(FieldSource::Derived);
            match self.user.fact(slot) {
                _ if derived => {}
                Fact::Unknown => {}
                Fact::Absent => _ = record.insert(self.schema.name(slot).to_owned(), Json::Null),
                Fact::Known(value) => _ = record.insert(self.schema.name(slot).to_owned(), value.to_json()),
            }
        }
        let mut users = vec![Json::Object(record)];
        if let Some(id) = self.successor() {
            let mut other = json!({"id": id.as_str()});
            for field in [Field::Person, Field::Employment] {
                if let Some(text) = self.user.text(field) {
                    other[field.name()] = text.into();
                }
            }
            users.push(other);
        }
        users.into()
    }

    fn credentials(&self) -> Json {
        let mut credentials = Vec::new();
        let own = self.user.text(Field::Credential);
        if let Some(id) = own {
            let mut credential = json!({"id": id});
            if let Some(kind) = self.user.text(Field::CredentialKind).filter(|kind| *kind != "none") {
                credential["kind"] = kind.into();
            }
            credentials.push(credential);
        }
        if !self.mdm_credential.is_empty() && own != Some(self.mdm_credential) {
            let mut credential = json!({"id": self.mdm_credential, "kind": "multi"});
            if !self.mdm_username.is_empty() {
                credential["username"] = self.mdm_username.into();
            }
            credentials.push(credential);
        }
        credentials.into()
    }

    fn administrators(&self) -> Json {
        let mut administrators = vec![json!({"name": self.actor, "kind": "full"})];
        if *self.user.fact(Field::Administrator.slot()) == Fact::Known(Value::Bool(true)) {
            let id = self.user.id();
            administrators.push(json!({"name": format!("user {id}"), "kind": "full", "user": id.as_str()}));
        }
        administrators.into()
    }
}
