//! The two APIs as a connector: looks before each step, does it once, and says what came of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::call::{Api, Call};
use super::calls::Book;
use super::error::ThreemaError;
use super::http::{Broken, Client, Reply};
use super::secret::{ApiKey, KeySource};
use super::settings::{ThreemaSettings, Timeouts};
use super::trusted::Trusted;
use super::verdict::{not_before, verdict};
use super::wire::{self, Next};
use crate::apply::connector::{Ability, Connector, Sight};
use crate::apply::outcome::{Key, Outcome};
use crate::apply::paper::{Paper, PaperStep};
use crate::model::format_instant;
use crate::plan::{Executor, StepKind};

/// Entries that are asked for at once: the most there are (PLATFORM E).
pub(super) const MOST_ON_A_PAGE: u32 = 5_000;
/// Most pages that are followed.
const MOST_PAGES: usize = 100;

/// Why there is no reply.
#[derive(Debug)]
pub(super) enum Silence {
    /// The API wants to be left alone until an instant, so nothing was sent.
    Waits(OffsetDateTime),
    /// It was tried.
    Broken(Broken),
}

/// The way to one API: its key, and what is known of it.
#[derive(Debug)]
pub(super) struct Line {
    client: Client,
    key: ApiKey,
    /// It said that there were too many requests.
    not_before: Option<OffsetDateTime>,
    /// It has answered as documented.
    proven: bool,
}

impl Line {
    /// The way to an API. Its key is read now, and the authorities that are trusted there.
    pub(super) fn new(
        api: Api,
        at: &KeySource,
        authorities: Option<&Path>,
        timeouts: Timeouts,
    ) -> Result<Self, ThreemaError> {
        let key = at.read().map_err(|why| ThreemaError::NoKey { api, at: at.clone(), why })?;
        let trusted = authorities.map_or(Ok(Trusted::default()), |at| {
            let no_authority = |why| ThreemaError::NoAuthority { api, at: at.to_owned(), why };
            Trusted::read(at).map_err(no_authority)
        })?;
        Ok(Self { client: Client::new(timeouts, trusted), key, not_before: None, proven: false })
    }

    /// Sends a request, unless the API wants to be left alone.
    pub(super) fn ask(&mut self, call: &Call, now: OffsetDateTime) -> Result<Reply, Silence> {
        if let Some(until) = self.not_before.filter(|until| *until > now) {
            return Err(Silence::Waits(until));
        }
        let reply = self.client.send(call, &self.key).map_err(Silence::Broken)?;
        self.not_before = not_before(&reply, now);
        Ok(reply)
    }

    /// The whole of a list; `None` if not every page of it came, as it should.
    pub(super) fn list(&mut self, first: Call, name: &str, now: OffsetDateTime) -> Option<BTreeSet<String>> {
        let mut all = BTreeSet::new();
        self.pages(first, name, now, &mut |names, _| all.extend(names)).ok()?;
        Some(all)
    }

    /// Goes through the pages of a list: the names on each, and its body.
    ///
    /// # Errors
    /// If not every page comes, as it should. What came before is of no use then.
    pub(super) fn pages(
        &mut self,
        first: Call,
        name: &str,
        now: OffsetDateTime,
        see: &mut dyn FnMut(BTreeSet<String>, Vec<u8>),
    ) -> Result<(), ThreemaError> {
        let api = first.api;
        let unclear = |why: &str| ThreemaError::Unclear { api, why: why.to_owned() };
        let mut seen = BTreeSet::new();
        let mut call = first;
        for _ in 0..MOST_PAGES {
            let reply = self.answer(&call, now)?;
            let wire::Page { names, next } =
                wire::page_of(&reply.body, name).ok_or_else(|| unclear("a reply that is not the list"))?;
            if next.is_none() && names.len() >= MOST_ON_A_PAGE as usize {
                return Err(unclear("a list that is as long as a page can be, and may go on"));
            }
            self.proven = true;
            let before = seen.len();
            seen.extend(names.iter().cloned());
            see(names, reply.body);
            match next {
                None => return Ok(()),
                Some(_) if seen.len() == before => {
                    return Err(unclear("a page that brings nothing new, and would come for ever"));
                }
                Some(Next::Somewhere) => return Err(unclear("a further page, and not where it is")),
                Some(Next::At(address)) => {
                    let elsewhere = || unclear("a further page that is elsewhere");
                    call.url = following(&call.url, &address).ok_or_else(elsewhere)?;
                }
            }
        }
        Err(unclear("a list of too many pages"))
    }

    /// The reply to a harmless question: 200, or why not.
    fn answer(&mut self, call: &Call, now: OffsetDateTime) -> Result<Reply, ThreemaError> {
        let api = call.api;
        let unclear = |why: String| ThreemaError::Unclear { api, why };
        match self.ask(call, now) {
            Ok(reply) => match reply.status {
                200 => Ok(reply),
                status @ (401 | 403) => Err(ThreemaError::KeyNotTaken { api, status }),
                429 => {
                    let until = format_instant(self.not_before.unwrap_or(now));
                    Err(unclear(format!("429: too many requests; again from {until} on")))
                }
                status => Err(unclear(format!("{status} to a harmless question"))),
            },
            Err(Silence::Broken(Broken::BeforeSending(why) | Broken::AfterSending(why))) => {
                Err(unclear(why.to_owned()))
            }
            Err(Silence::Waits(until)) => {
                Err(unclear(format!("nothing is sent before {}", format_instant(until))))
            }
        }
    }
}

/// The address of the next page, which differs from this one in its query alone: a key is sent nowhere else.
fn following(url: &str, address: &str) -> Option<String> {
    let here = url.split('?').next()?;
    let root = here.find("://").and_then(|at| Some(at + 3 + here.get(at + 3..)?.find('/')?));
    let whole = match address.strip_prefix('/') {
        Some(_) => format!("{}{address}", here.get(..root?)?),
        None => address.to_owned(),
    };
    (whole.strip_prefix(here)?.starts_with('?') && whole != url).then_some(whole)
}

/// Carries steps out by the Work API and by Broadcast.
#[derive(Debug)]
pub struct Threema {
    book: Book,
    work: Option<Line>,
    broadcast: Option<Line>,
}

impl Threema {
    /// A connector for a plan. The keys are read now, and the authorities; nothing is sent yet.
    ///
    /// # Errors
    /// If a key or an authority is not where the settings say.
    pub fn new(settings: ThreemaSettings, paper: &Paper) -> Result<Self, ThreemaError> {
        let line = |api, key, authorities: &Option<PathBuf>| {
            Line::new(api, key, authorities.as_deref(), settings.timeouts)
        };
        let work = settings.work.as_ref().map(|work| line(Api::Work, &work.key, &work.authorities));
        let broadcast = settings.broadcast.as_ref();
        let broadcast = broadcast.map(|to| line(Api::Broadcast, &to.key, &to.authorities));
        let (work, broadcast) = (work.transpose()?, broadcast.transpose()?);
        Ok(Self { book: Book::new(settings, paper), work, broadcast })
    }

    /// Asks each API for something harmless: whether it is there, and takes the key.
    ///
    /// # Errors
    /// If one of them is not, or does not.
    pub fn greet(&mut self, now: OffsetDateTime) -> Result<(), ThreemaError> {
        for call in self.book.greetings() {
            let api = call.api;
            let Some(line) = self.line(api) else { continue };
            let reply = line.answer(&call, now)?;
            if !wire::is_answer(&reply.body) {
                let why = "a reply that is none of an API".to_owned();
                return Err(ThreemaError::Unclear { api, why });
            }
            line.proven = true;
        }
        Ok(())
    }

    fn line(&mut self, api: Api) -> Option<&mut Line> {
        match api {
            Api::Work => self.work.as_mut(),
            Api::Broadcast => self.broadcast.as_mut(),
        }
    }

    /// Nobody else may read what one person is told.
    fn may_tell(&mut self, step: &PaperStep, now: OffsetDateTime) -> Result<(), Outcome> {
        let (Some(broadcast), Some(line)) = (&self.book.settings.broadcast, self.broadcast.as_mut()) else {
            return Ok(());
        };
        let why = match broadcast.is_alone(step, line, now) {
            Some(true) => return Ok(()),
            Some(false) => "somebody else is on the list of notices",
            None => "it cannot be seen who is on the list of notices",
        };
        Err(Outcome::Failed { why: why.to_owned(), retryable: true })
    }

    fn request(&mut self, call: &Call, readable: bool, now: OffsetDateTime) -> Outcome {
        let Some(line) = self.line(call.api) else {
            return Outcome::Refused { why: super::calls::NoCall::NotHere.words().to_owned() };
        };
        let reply = line.ask(call, now);
        verdict(call, reply, now, readable, line.proven)
    }
}

impl Connector for Threema {
    fn name(&self) -> &'static str {
        "threema"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        self.book.ability(kind)
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        let is_group = self.book.is_group(step);
        let settings = &self.book.settings;
        match (step.kind.executor(), &settings.work, &settings.broadcast) {
            (Executor::Cockpit, Some(work), _) => {
                self.work.as_mut().map(|line| work.see(step, line, now)).unwrap_or_default()
            }
            (Executor::Broadcast, _, Some(broadcast)) => {
                let line = self.broadcast.as_mut();
                line.map(|line| broadcast.see(step, is_group, line, now)).unwrap_or_default()
            }
            _ => Sight::default(),
        }
    }

    fn perform(&mut self, step: &PaperStep, _: &Key, now: OffsetDateTime) -> Outcome {
        let calls = match self.book.calls(step) {
            Ok(calls) => calls,
            Err(none) => return Outcome::Refused { why: none.words().to_owned() },
        };
        if step.kind == StepKind::Notify
            && let Err(outcome) = self.may_tell(step, now)
        {
            return outcome;
        }
        let readable = self.ability(step.kind).is_some_and(|ability| ability.readable);
        let mut last = Outcome::Applied;
        for (done, call) in calls.iter().enumerate() {
            match self.request(call, readable, now) {
                Outcome::Applied => {}
                outcome @ (Outcome::NoOp { .. } | Outcome::Pending { .. }) => last = outcome,
                outcome @ (Outcome::Refused { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. })
                    if done == 0 =>
                {
                    return outcome;
                }
                // Something has changed already: only looking tells how far it came.
                Outcome::Refused { why } | Outcome::Failed { why, .. } | Outcome::Unknown { why } => {
                    return Outcome::Unknown {
                        why: format!("{done} of {} requests were done: {why}", calls.len()),
                    };
                }
            }
        }
        last
    }
}
