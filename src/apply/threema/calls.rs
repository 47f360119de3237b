//! Which calls a step makes, to the letter.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::settings::{BroadcastSettings, DeleteUser, Settings, WorkSettings};
use crate::apply::paper::{PaperStep, PaperWith};
use crate::plan::StepKind;

/// One of the two web APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Users and credentials.
    Work,
    /// Groups and distribution lists.
    Broadcast,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Adds.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request, without the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Whose key it takes.
    pub api: Api,
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The body, JSON.
    pub body: Option<String>,
}

/// What a step does over the web APIs, and how it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// In order. Where there are two, the second alone would do harm.
    pub perform: Vec<Call>,
    /// What reads back whether it was done, if anything does.
    pub observe: Option<Call>,
}

impl Calls {
    /// The calls of a step; `None` if the web APIs cannot do it, or the settings do not allow it.
    pub fn of(settings: &Settings, step: &PaperStep) -> Option<Self> {
        match step.kind {
            StepKind::Withdraw => Self::withdraw(settings.work.as_ref()?, step),
            StepKind::Revoke | StepKind::Detach => Self::user(settings.work.as_ref()?, step),
            StepKind::JoinGroup | StepKind::LeaveGroup | StepKind::JoinList | StepKind::LeaveList => {
                Self::membership(settings.broadcast.as_ref()?, step)
            }
            StepKind::SynchroniseGroup => Self::synchronise(settings.broadcast.as_ref()?, step),
            // Whether the old or the new ID is in a list or a group the plan does not say in a way that a call could use.
            StepKind::ReplaceId
            | StepKind::Notify
            | StepKind::Verify
            | StepKind::RemoveFromDevice
            | StepKind::StageMdmConfiguration
            | StepKind::ActivateMdmLicence => None,
        }
    }

    fn withdraw(work: &WorkSettings, step: &PaperStep) -> Option<Self> {
        let url = format!("{}credentials/{}", work.url, segment(&step.target)?);
        let call = |method| Call { api: Api::Work, method, url: url.clone(), body: None };
        Some(Self { perform: vec![call(Method::Delete)], observe: Some(call(Method::Get)) })
    }

    fn user(work: &WorkSettings, step: &PaperStep) -> Option<Self> {
        let does = match step.kind {
            StepKind::Revoke => DeleteUser::Revokes,
            _ => DeleteUser::Detaches,
        };
        if work.delete_user != does {
            return None;
        }
        let url = format!("{}users/{}", work.url, segment(&step.target)?);
        let call = |method| Call { api: Api::Work, method, url: url.clone(), body: None };
        Some(Self { perform: vec![call(Method::Delete)], observe: Some(call(Method::Get)) })
    }

    fn membership(of: &BroadcastSettings, step: &PaperStep) -> Option<Self> {
        let who = match &step.with {
            Some(PaperWith::Id(joins)) => *joins,
            _ => step.user?,
        };
        let is_group = matches!(step.kind, StepKind::JoinGroup | StepKind::LeaveGroup);
        let joins = matches!(step.kind, StepKind::JoinGroup | StepKind::JoinList);
        let (kind, members) = if is_group { ("groups", "members") } else { ("distribution_lists", "recipients") };
        let url = format!("{}{kind}/{}/{members}", base(of, &step.target)?, segment(&step.target)?);
        // One is a bare array, the other an object (PLATFORM 33).
        let body = if is_group { json!([who.as_str()]) } else { json!({"recipients": [who.as_str()]}) };
        let method = if joins { Method::Post } else { Method::Delete };
        let perform =
            vec![Call { api: Api::Broadcast, method, url: url.clone(), body: Some(body.to_string()) }];
        let observe = Call { api: Api::Broadcast, method: Method::Get, url: format!("{url}?pageSize=5000"), body: None };
        Some(Self { perform, observe: Some(observe) })
    }

    fn synchronise(of: &BroadcastSettings, step: &PaperStep) -> Option<Self> {
        let call = of.synchronise.as_ref()?;
        let path = call.path.replace("{group}", &segment(&step.target)?);
        let url = format!("{}{path}", base(of, &step.target)?);
        let perform = vec![Call { api: Api::Broadcast, method: call.method, url, body: None }];
        Some(Self { perform, observe: None })
    }
}

/// The address below which a group or list of a broadcast ID stands.
fn base(of: &BroadcastSettings, container: &str) -> Option<String> {
    let identity = of.identities.get(container).unwrap_or(&of.identity);
    Some(format!("{}identities/{}/", of.url, segment(identity)?))
}

/// A key as a part of a path: whatever is not plain is written in hexadecimal. `None` for what would lead elsewhere.
fn segment(key: &str) -> Option<String> {
    if key.is_empty() || key == "." || key == ".." || key.len() > 512 {
        return None;
    }
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'*' => text.push(char::from(byte)),
            other => text += &format!("%{other:02X}"),
        }
    }
    Some(text)
}
