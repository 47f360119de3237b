//! The API of Broadcast: members of groups, recipients of distribution lists, messages (PLATFORM 33, 34).
//!
//! The traps of its bodies are here: members are removed by a bare list, recipients by an object. A message goes to a whole group
//! or list, so somebody is told through a list that has nobody else on it, and only if the settings name one.

use serde::Serialize;
use time::OffsetDateTime;

use super::call::{Api, Call, Method, join, segment_of};
use super::calls::NoCall;
use super::connector::{Line, MOST_ON_A_PAGE};
use super::settings::{AddBody, BroadcastSettings, OwnCall};
use crate::apply::connector::{Ability, Effect, Sight};
use crate::apply::paper::{PaperStep, PaperWith};
use crate::model::Id;
use crate::plan::StepKind;

/// A text for everybody in a group or on a list.
#[derive(Serialize)]
struct Message<'m> {
    r#type: &'static str,
    body: std::collections::BTreeMap<&'m str, &'m str>,
}

/// A group or a distribution list, as far as addresses and bodies differ.
#[derive(Clone, Copy)]
struct Kind {
    containers: &'static str,
    members: &'static str,
    is_group: bool,
}

const GROUP: Kind = Kind { containers: "groups", members: "members", is_group: true };
const LIST: Kind = Kind { containers: "distribution_lists", members: "recipients", is_group: false };

impl Kind {
    fn of(step: &PaperStep, is_group: bool) -> Self {
        match step.kind {
            StepKind::JoinList | StepKind::LeaveList => LIST,
            StepKind::JoinGroup | StepKind::LeaveGroup => GROUP,
            _ if is_group => GROUP,
            _ => LIST,
        }
    }

    fn in_object(self, id: Id) -> String {
        format!(r#"{{"{}":["{id}"]}}"#, self.members)
    }
}

impl BroadcastSettings {
    /// The address below which everything is.
    pub(super) fn base(&self) -> String {
        format!("{}/identities/{}", self.url, self.identity)
    }

    pub(super) const fn ability(&self, kind: StepKind) -> Option<Ability> {
        match kind {
            StepKind::JoinGroup
            | StepKind::JoinList
            | StepKind::LeaveGroup
            | StepKind::LeaveList
            | StepKind::ReplaceId => Some(Ability::READABLE),
            StepKind::SynchroniseGroup if self.synchronise.is_some() => Some(Ability::BLIND),
            StepKind::Notify if self.notice_list.is_some() => Some(Ability::BLIND),
            _ => None,
        }
    }

    pub(super) fn calls(&self, step: &PaperStep, is_group: bool) -> Result<Vec<Call>, NoCall> {
        let kind = Kind::of(step, is_group);
        match step.kind {
            StepKind::JoinGroup | StepKind::JoinList => {
                Ok(vec![self.add(kind, &step.target, joining(step)?)?])
            }
            StepKind::LeaveGroup | StepKind::LeaveList => {
                Ok(vec![self.remove(kind, &step.target, leaving(step)?)?])
            }
            StepKind::ReplaceId => {
                let (old, new) = (leaving(step)?, joining(step)?);
                if let Some(own) = &self.replace {
                    return Ok(vec![self.own(own, &step.target, Some((old, new)))?]);
                }
                // The new one first: so nobody is outside in between, and nothing has changed if there is no room.
                Ok(vec![self.add(kind, &step.target, new)?, self.remove(kind, &step.target, old)?])
            }
            StepKind::SynchroniseGroup => match &self.synchronise {
                Some(own) => Ok(vec![self.own(own, &step.target, None)?]),
                None => Err(NoCall::NotHere),
            },
            StepKind::Notify => {
                let list = self.notice_list.as_deref().ok_or(NoCall::NotHere)?;
                let told = told(step)?;
                let Some(PaperWith::Text(text)) = &step.with else { return Err(NoCall::Incomplete) };
                Ok(vec![
                    self.add(LIST, list, told)?,
                    self.say(LIST, list, text)?,
                    self.remove(LIST, list, told)?,
                ])
            }
            _ => Err(NoCall::NotHere),
        }
    }

    pub(super) fn look(&self, step: &PaperStep, is_group: bool) -> Option<Call> {
        let (kind, container) = match step.kind {
            StepKind::SynchroniseGroup => return None,
            StepKind::Notify => (LIST, self.notice_list.as_deref()?),
            _ => (Kind::of(step, is_group), &*step.target),
        };
        self.ability(step.kind)?;
        let url = join(&self.base(), &[kind.containers, container, kind.members])?;
        Some(Call::get(Api::Broadcast, format!("{url}?pageSize={MOST_ON_A_PAGE}")))
    }

    fn add(&self, kind: Kind, container: &str, id: Id) -> Result<Call, NoCall> {
        let body = match self.add_body {
            AddBody::Object => kind.in_object(id),
            AddBody::Array => format!(r#"["{id}"]"#),
        };
        self.change(Method::Post, kind, container, kind.members, body, true)
    }

    fn remove(&self, kind: Kind, container: &str, id: Id) -> Result<Call, NoCall> {
        let body = if kind.is_group { format!(r#"["{id}"]"#) } else { kind.in_object(id) };
        self.change(Method::Delete, kind, container, kind.members, body, true)
    }

    fn say(&self, kind: Kind, container: &str, text: &str) -> Result<Call, NoCall> {
        let message = Message { r#type: "text", body: [(&*self.language, text)].into() };
        let body = serde_json::to_string(&message).map_err(|_| NoCall::Incomplete)?;
        self.change(Method::Post, kind, container, "chat", body, false)
    }

    fn change(
        &self,
        method: Method,
        kind: Kind,
        container: &str,
        what: &str,
        body: String,
        repeatable: bool,
    ) -> Result<Call, NoCall> {
        let url = join(&self.base(), &[kind.containers, container, what]).ok_or(NoCall::OddKey)?;
        Ok(Call::change(Api::Broadcast, method, url, Some(body), repeatable))
    }

    /// A request that the settings spell out.
    fn own(&self, own: &OwnCall, container: &str, ids: Option<(Id, Id)>) -> Result<Call, NoCall> {
        let segment = segment_of(container).ok_or(NoCall::OddKey)?;
        let quoted = serde_json::to_string(container).map_err(|_| NoCall::OddKey)?;
        let inner = quoted.trim_start_matches('"');
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        let fill = |text: &str, container: &str| {
            let (old, new) =
                ids.map_or_else(Default::default, |(old, new)| (old.to_string(), new.to_string()));
            // The container last: what is in its key is no placeholder.
            text.replace("{id}", &old).replace("{new}", &new).replace("{container}", container)
        };
        let url = format!("{}/{}", self.base(), fill(&own.path, &segment));
        let body = own.body.as_deref().map(|body| fill(body, inner));
        Ok(Call::change(Api::Broadcast, own.method, url, body, false))
    }

    /// What is seen of a step.
    pub(super) fn see(
        &self,
        step: &PaperStep,
        is_group: bool,
        line: &mut Line,
        now: OffsetDateTime,
    ) -> Sight {
        let effect = match self.ability(step.kind) {
            Some(ability) if ability.readable => self.effect(step, is_group, line, now),
            _ => None,
        };
        Sight { effect: effect.unwrap_or_default(), ..Sight::default() }
    }

    fn effect(
        &self,
        step: &PaperStep,
        is_group: bool,
        line: &mut Line,
        now: OffsetDateTime,
    ) -> Option<Effect> {
        let kind = Kind::of(step, is_group);
        let members = line.list(self.look(step, is_group)?, kind.members, now)?;
        let has = |id: Id| members.contains(id.as_str());
        let done = |is_so: bool| if is_so { Effect::Done } else { Effect::NotDone };
        match step.kind {
            StepKind::JoinGroup | StepKind::JoinList => Some(done(has(joining(step).ok()?))),
            StepKind::ReplaceId => Some(done(has(joining(step).ok()?) && !has(leaving(step).ok()?))),
            // A list with nobody on it is what a key sees that may not look.
            _ if members.is_empty() => None,
            _ => Some(done(!has(leaving(step).ok()?))),
        }
    }

    /// Whether nobody but the told is on the list of notices; `None` if that cannot be seen.
    pub(super) fn is_alone(&self, step: &PaperStep, line: &mut Line, now: OffsetDateTime) -> Option<bool> {
        let on_it = line.list(self.look(step, false)?, LIST.members, now)?;
        let told = told(step).ok()?;
        Some(on_it.iter().all(|id| id == told.as_str()))
    }
}

fn own_id(id: Id) -> Result<Id, NoCall> {
    if id.is_system() { Err(NoCall::SystemId) } else { Ok(id) }
}

/// Who goes out.
fn leaving(step: &PaperStep) -> Result<Id, NoCall> {
    own_id(step.user.ok_or(NoCall::Incomplete)?)
}

/// Who comes in: the ID that the step names, else the user's own.
fn joining(step: &PaperStep) -> Result<Id, NoCall> {
    match &step.with {
        Some(PaperWith::Id(id)) => own_id(*id),
        _ if step.kind == StepKind::ReplaceId => Err(NoCall::Incomplete),
        _ => leaving(step),
    }
}

/// Who is told.
fn told(step: &PaperStep) -> Result<Id, NoCall> {
    own_id(step.target.parse().map_err(|_| NoCall::Incomplete)?)
}
