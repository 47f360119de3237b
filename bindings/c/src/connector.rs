//! Connectors of the host: what acts on the platform for leaver, as a table of functions.

use std::ffi::c_void;
use std::mem::zeroed;

use leaver::apply::{Ability, Connector, Effect, IdSight, Key, NoOp, Outcome, PaperStep, PaperWith, Sight};
use leaver::model::format_instant;
use leaver::plan::StepKind;
use time::OffsetDateTime;

use crate::error::Failure;
use crate::sized::Sized_;
use crate::text::leaver_str;
use crate::words::{leaver_executor, leaver_step_kind};

/// What a connector is asked about. Its texts are borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_task {
    /// The number of the step in the plan, from 1.
    pub number: u32,
    /// What it does.
    pub kind: leaver_step_kind,
    /// Who carries it out.
    pub executor: leaver_executor,
    /// Whom it is for; no text where it is for a whole group.
    pub user: leaver_str,
    /// What it acts on: an ID, or the key of a credential, group or list.
    pub target: leaver_str,
    /// The words of a message, the ID that joins, or as JSON what the device management is to set; no text if there is
    /// nothing of the kind.
    pub details: leaver_str,
    /// What tells this request from another over restarts: 64 hexadecimal digits.
    pub key: leaver_str,
    /// The instant, RFC 3339 in UTC.
    pub now: leaver_str,
}

/// Whether what a step does is the case.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_effect {
    /// Nobody can tell.
    LEAVER_EFFECT_UNCLEAR = 0,
    /// It is.
    LEAVER_EFFECT_DONE = 1,
    /// It is on its way, by `until`.
    LEAVER_EFFECT_PENDING = 2,
    /// It is not.
    LEAVER_EFFECT_NOT_DONE = 3,
}

/// How it stands with an ID on the platform.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_id_sight {
    /// Nobody can tell.
    LEAVER_ID_SIGHT_UNCLEAR = 0,
    /// It is in the list of active users.
    LEAVER_ID_SIGHT_ACTIVE = 1,
    /// It is not in the list: detached, or never there.
    LEAVER_ID_SIGHT_NOT_LISTED = 2,
    /// It was revoked; nothing brings it back.
    LEAVER_ID_SIGHT_GONE = 3,
}

/// What is seen of a step and its user. All zero is: nothing can be told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_sight {
    /// A leaver_effect.
    pub effect: i32,
    /// A leaver_id_sight.
    pub id: i32,
    /// Until when it is on its way, in seconds since 1970, for LEAVER_EFFECT_PENDING.
    pub until: i64,
    /// The credential in use, if credential_known is 1; no text: known to be none. Copied.
    pub credential: leaver_str,
    /// 1 if the credential is known, else 0.
    pub credential_known: i32,
    /// 1 if the person is back, or stays after all; else 0.
    pub returned: i32,
    /// 1 if somebody put a hold on the person; else 0.
    pub held: i32,
}

/// What became of a step.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_answer_kind {
    /// Nobody can say whether it was done: no reply, or one that makes no sense. It is looked at, never done again on
    /// a guess.
    LEAVER_ANSWER_UNKNOWN = 0,
    /// It is done.
    LEAVER_ANSWER_APPLIED = 1,
    /// It was the case already.
    LEAVER_ANSWER_ALREADY_SO = 2,
    /// The ID is gone: revoked before, or by its holder.
    LEAVER_ANSWER_ID_GONE = 3,
    /// It was accepted and takes effect by `until`.
    LEAVER_ANSWER_PENDING = 4,
    /// The platform would not, and nothing has changed.
    LEAVER_ANSWER_REFUSED = 5,
    /// It did not work, and nothing has changed.
    LEAVER_ANSWER_FAILED = 6,
    /// The same, and it may work later.
    LEAVER_ANSWER_FAILED_FOR_NOW = 7,
}

/// What a connector answers. All zero is: nobody can say.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_answer {
    /// A leaver_answer_kind.
    pub kind: i32,
    /// By when it takes effect, in seconds since 1970, for LEAVER_ANSWER_PENDING.
    pub until: i64,
    /// Why, without personal data; up to 200 bytes are recorded. Copied.
    pub why: leaver_str,
}

/// What a connector can do with a kind of step: ORed together.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_ability {
    /// It can do it.
    LEAVER_ABILITY_DO = 1,
    /// A request under the same key is done once.
    LEAVER_ABILITY_KEYED = 2,
    /// Whether it was done can be read back.
    LEAVER_ABILITY_READABLE = 4,
}

/// Acts on the platform: does one thing once, and says honestly what came of it. It never tries again by itself. Begin with
/// LEAVER_CONNECTOR_INIT. The functions are called on the calling thread during the call that the connector was given to;
/// they must not throw, longjmp, or use the journal of the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_connector {
    /// sizeof(leaver_connector).
    pub struct_size: usize,
    /// Its name.
    pub name: leaver_str,
    /// Passed to each function; not kept after the call.
    pub user_data: *mut c_void,
    /// What it can do with a leaver_step_kind: leaver_ability numbers ORed, or 0 if somebody else does it and reports.
    pub ability: Option<extern "C" fn(user_data: *mut c_void, kind: i32) -> i32>,
    /// Looks at what a step would act on, without changing anything, and fills in `out`, which is all zero. NULL: nothing
    /// can be read back.
    pub observe:
        Option<extern "C" fn(user_data: *mut c_void, task: *const leaver_task, out: *mut leaver_sight)>,
    /// Does a step, once, and fills in `out`, which is all zero.
    pub perform:
        Option<extern "C" fn(user_data: *mut c_void, task: *const leaver_task, out: *mut leaver_answer)>,
}

// SAFETY: `repr(C)`, the size first, and zero is no name and no functions.
unsafe impl Sized_ for leaver_connector {
    const NAME: &'static str = "leaver_connector";
    const FIRST: usize = size_of::<Self>();
}

/// A connector of the host.
pub(crate) struct Foreign {
    table: leaver_connector,
    name: String,
}

/// Longest reason that is recorded, in bytes.
const MOST_WHY: usize = 200;

impl Foreign {
    pub(crate) fn of(table: &leaver_connector) -> Result<Self, Failure> {
        if table.ability.is_none() || table.perform.is_none() {
            return Err(Failure::null("ability or perform of the connector"));
        }
        Ok(Self { table: *table, name: table.name.text("name of the connector")?.to_owned() })
    }
}

/// The texts of a task, for as long as the host is asked.
struct Texts {
    details: Option<String>,
    now: String,
}

impl Texts {
    fn of(step: &PaperStep, now: OffsetDateTime) -> Self {
        let details = step.with.as_ref().map(|with| match with {
            PaperWith::Text(text) => text.to_string(),
            PaperWith::Id(id) => id.to_string(),
            PaperWith::Configuration(json) => json.to_string(),
        });
        Self { details, now: format_instant(now) }
    }

    fn task(&self, step: &PaperStep, key: &str) -> leaver_task {
        leaver_task {
            number: step.number,
            kind: step.kind.into(),
            executor: step.executor.into(),
            user: leaver_str::of_option(step.user.as_ref().map(leaver::model::Id::as_str)),
            target: leaver_str::of(&step.target),
            details: leaver_str::of_option(self.details.as_deref()),
            key: leaver_str::of(key),
            now: leaver_str::of(&self.now),
        }
    }
}

/// An instant that can be written down: of the years 1 to 9999.
fn instant(seconds: i64) -> Option<OffsetDateTime> {
    let instant = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    (1..=9_999).contains(&instant.year()).then_some(instant)
}

/// What the host filled in; nothing that makes no sense tells anything.
fn seen(sight: leaver_sight) -> Option<Sight> {
    const UNCLEAR: i32 = leaver_effect::LEAVER_EFFECT_UNCLEAR as i32;
    const DONE: i32 = leaver_effect::LEAVER_EFFECT_DONE as i32;
    const PENDING: i32 = leaver_effect::LEAVER_EFFECT_PENDING as i32;
    const NOT_DONE: i32 = leaver_effect::LEAVER_EFFECT_NOT_DONE as i32;
    const NOBODY: i32 = leaver_id_sight::LEAVER_ID_SIGHT_UNCLEAR as i32;
    const ACTIVE: i32 = leaver_id_sight::LEAVER_ID_SIGHT_ACTIVE as i32;
    const NOT_LISTED: i32 = leaver_id_sight::LEAVER_ID_SIGHT_NOT_LISTED as i32;
    const GONE: i32 = leaver_id_sight::LEAVER_ID_SIGHT_GONE as i32;
    let effect = match sight.effect {
        UNCLEAR => Effect::Unclear,
        DONE => Effect::Done,
        PENDING => Effect::Pending(instant(sight.until)?),
        NOT_DONE => Effect::NotDone,
        _ => return None,
    };
    let id = match sight.id {
        NOBODY => IdSight::Unclear,
        ACTIVE => IdSight::Active,
        NOT_LISTED => IdSight::NotListed,
        GONE => IdSight::Gone,
        _ => return None,
    };
    let credential = match (sight.credential_known, sight.credential.data.is_null()) {
        (0, _) => None,
        (_, true) => Some(None),
        (_, false) => Some(Some(sight.credential.text("credential").ok()?.to_owned())),
    };
    let (returned, held) = (sight.returned != 0, sight.held != 0);
    Some(Sight { effect, id, credential, returned, held, ..Sight::default() })
}

fn told(answer: leaver_answer) -> Option<Outcome> {
    const UNKNOWN: i32 = leaver_answer_kind::LEAVER_ANSWER_UNKNOWN as i32;
    const APPLIED: i32 = leaver_answer_kind::LEAVER_ANSWER_APPLIED as i32;
    const ALREADY_SO: i32 = leaver_answer_kind::LEAVER_ANSWER_ALREADY_SO as i32;
    const ID_GONE: i32 = leaver_answer_kind::LEAVER_ANSWER_ID_GONE as i32;
    const PENDING: i32 = leaver_answer_kind::LEAVER_ANSWER_PENDING as i32;
    const REFUSED: i32 = leaver_answer_kind::LEAVER_ANSWER_REFUSED as i32;
    const FAILED: i32 = leaver_answer_kind::LEAVER_ANSWER_FAILED as i32;
    const FOR_NOW: i32 = leaver_answer_kind::LEAVER_ANSWER_FAILED_FOR_NOW as i32;
    let mut why = answer.why.text("why").unwrap_or("a reason that is not UTF-8").to_owned();
    let mut end = why.len().min(MOST_WHY);
    while !why.is_char_boundary(end) {
        end -= 1;
    }
    why.truncate(end);
    Some(match answer.kind {
        UNKNOWN => Outcome::Unknown { why },
        APPLIED => Outcome::Applied,
        ALREADY_SO => Outcome::NoOp { why: NoOp::AlreadySo },
        ID_GONE => Outcome::NoOp { why: NoOp::IdGone },
        PENDING => Outcome::Pending { until: instant(answer.until)? },
        REFUSED => Outcome::Refused { why },
        FAILED => Outcome::Failed { why, retryable: false },
        FOR_NOW => Outcome::Failed { why, retryable: true },
        _ => return None,
    })
}

impl Connector for Foreign {
    fn name(&self) -> &str {
        &self.name
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        let able = self.table.ability?(self.table.user_data, leaver_step_kind::from(kind) as i32);
        let can = |flag: leaver_ability| able > 0 && able & flag as i32 != 0;
        can(leaver_ability::LEAVER_ABILITY_DO).then(|| Ability {
            keyed: can(leaver_ability::LEAVER_ABILITY_KEYED),
            readable: can(leaver_ability::LEAVER_ABILITY_READABLE) && self.table.observe.is_some(),
        })
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        let Some(observe) = self.table.observe else { return Sight::default() };
        let texts = Texts::of(step, now);
        let task = texts.task(step, "");
        // SAFETY: all zero is a value of this structure of numbers and pointers.
        let mut sight: leaver_sight = unsafe { zeroed() };
        observe(self.table.user_data, &raw const task, &raw mut sight);
        seen(sight).unwrap_or_default()
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        let nonsense = || Outcome::Unknown { why: "the connector answered nonsense".to_owned() };
        let Some(perform) = self.table.perform else { return nonsense() };
        let texts = Texts::of(step, now);
        let task = texts.task(step, key.as_str());
        // SAFETY: all zero is a value of this structure of numbers and pointers.
        let mut answer: leaver_answer = unsafe { zeroed() };
        perform(self.table.user_data, &raw const task, &raw mut answer);
        told(answer).unwrap_or_else(nonsense)
    }
}
