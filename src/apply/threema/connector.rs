//! The web APIs as a connector: what answers mean.

use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};

use super::api_key::ApiKey;
use super::calls::{Api, Call, Calls, Method};
use super::client::{Answer, NoAnswer, Transport};
use super::settings::Settings;
use super::wire::{has_member, is_record};
use crate::apply::connector::{Ability, Connector, Effect, IdSight, Sight};
use crate::apply::outcome::{Key, NoOp, Outcome};
use crate::apply::paper::{PaperStep, PaperWith};
use crate::plan::{Executor, StepKind};

/// How long to wait where a server says that it is too much and not for how long.
const WAIT: StdDuration = StdDuration::from_secs(60);

/// The web APIs of the platform.
#[derive(Debug)]
pub struct Threema<T> {
    settings: Settings,
    keys: [Option<ApiKey>; 2],
    transport: T,
    /// Until when each of the two wants to be left alone.
    quiet: [Option<OffsetDateTime>; 2],
}

const fn lane(api: Api) -> usize {
    match api {
        Api::Work => 0,
        Api::Broadcast => 1,
    }
}

impl<T: Transport> Threema<T> {
    /// A connector with the keys of the APIs that the settings have.
    pub const fn new(settings: Settings, work: Option<ApiKey>, broadcast: Option<ApiKey>, transport: T) -> Self {
        Self { settings, keys: [work, broadcast], transport, quiet: [None, None] }
    }

    /// What carries requests.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    fn send(&mut self, call: &Call, now: OffsetDateTime) -> Result<Answer, Outcome> {
        let failed = |why: &str| Outcome::Failed { why: why.to_owned(), retryable: true };
        let Some(key) = &self.keys[lane(call.api)] else {
            return Err(Outcome::Refused { why: "there is no key for this interface".to_owned() });
        };
        if self.quiet[lane(call.api)].is_some_and(|until| now < until) {
            return Err(failed("the interface asked to be left alone for a while"));
        }
        match self.transport.send(call, key) {
            Ok(answer) if answer.status == 429 => {
                let wait = Duration::try_from(answer.retry_after.unwrap_or(WAIT)).unwrap_or(Duration::DAY);
                self.quiet[lane(call.api)] = Some(now.saturating_add(wait));
                Err(failed("too many requests"))
            }
            Ok(answer) => Ok(answer),
            Err(NoAnswer::NotSent) => Err(failed("the server cannot be reached")),
            Err(NoAnswer::Lost) => Err(Outcome::Unknown { why: "no answer came".to_owned() }),
        }
    }
}

/// What an answer to a request that changes something means.
fn meaning(call: &Call, answer: &Answer) -> Outcome {
    let status = answer.status;
    match status {
        200..=299 => Outcome::Applied,
        404 | 410 if call.method == Method::Delete => Outcome::NoOp { why: NoOp::AlreadySo },
        400..=499 => Outcome::Refused { why: format!("the server answered {status}") },
        503 => Outcome::Failed { why: "the server answered 503".to_owned(), retryable: true },
        // Redirections lead elsewhere, and a server that broke down may have done it.
        _ => Outcome::Unknown { why: format!("the server answered {status}") },
    }
}

impl<T: Transport> Connector for Threema<T> {
    fn name(&self) -> &str {
        "threema"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        let work = self.settings.work.as_ref();
        let broadcast = self.settings.broadcast.as_ref();
        use super::settings::DeleteUser;
        match kind {
            StepKind::Withdraw => work.map(|_| Ability::READABLE),
            StepKind::Revoke => {
                work.filter(|work| work.delete_user == DeleteUser::Revokes).map(|_| Ability::READABLE)
            }
            StepKind::Detach => {
                work.filter(|work| work.delete_user == DeleteUser::Detaches).map(|_| Ability::READABLE)
            }
            StepKind::JoinGroup | StepKind::LeaveGroup | StepKind::JoinList | StepKind::LeaveList => {
                broadcast.map(|_| Ability::READABLE)
            }
            StepKind::SynchroniseGroup => {
                broadcast.filter(|of| of.synchronise.is_some()).map(|_| Ability::BLIND)
            }
            _ => None,
        }
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        let Some(call) = Calls::of(&self.settings, step).and_then(|calls| calls.observe) else {
            return Sight::default();
        };
        let Ok(answer) = self.send(&call, now) else { return Sight::default() };
        let done = match step.kind {
            StepKind::Withdraw | StepKind::Revoke | StepKind::Detach => match answer.status {
                200 if is_record(&answer.body, &step.target) => Some(false),
                404 | 410 => Some(true),
                _ => None,
            },
            _ if answer.status == 200 => {
                let who = match &step.with {
                    Some(PaperWith::Id(joins)) => Some(*joins),
                    _ => step.user,
                };
                let joins = matches!(step.kind, StepKind::JoinGroup | StepKind::JoinList);
                who.and_then(|who| has_member(&answer.body, who)).map(|is_there| is_there == joins)
            }
            _ => None,
        };
        let effect = match done {
            Some(true) => Effect::Done,
            Some(false) => Effect::NotDone,
            None => Effect::Unclear,
        };
        let id = match (step.kind, done) {
            (StepKind::Revoke | StepKind::Detach, Some(false)) => IdSight::Active,
            (StepKind::Revoke | StepKind::Detach, Some(true)) => IdSight::NotListed,
            _ => IdSight::Unclear,
        };
        Sight { effect, id, ..Sight::default() }
    }

    fn perform(&mut self, step: &PaperStep, _: &Key, now: OffsetDateTime) -> Outcome {
        let calls = Calls::of(&self.settings, step);
        let Some(calls) = calls.filter(|_| matches!(step.executor, Executor::Cockpit | Executor::Broadcast)) else {
            return Outcome::Refused { why: "the web interfaces cannot do this".to_owned() };
        };
        let mut outcome = Outcome::Applied;
        for call in &calls.perform {
            outcome = match self.send(call, now) {
                Ok(answer) => meaning(call, &answer),
                Err(outcome) => outcome,
            };
            if !matches!(outcome, Outcome::Applied | Outcome::NoOp { .. }) {
                break;
            }
        }
        outcome
    }
}
