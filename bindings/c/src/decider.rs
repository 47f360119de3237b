//! Deciders: a policy at an instant, asked about users by any number of threads.

use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leaver::directory::{Directory, UserDefaults, parse_user};
use leaver::model::{Edition, Id, Moment, User, Zone, parse_instant};
use leaver::policy::{Basis, Deciders, Decision, Evaluator, Means, Policy, Successor, Verdict};

use crate::decision::leaver_decision;
use crate::directory::leaver_directory;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::policy::leaver_policy;
use crate::sized::{self, Sized_, behind};
use crate::text::leaver_str;
use crate::user::leaver_user;
use crate::user_facts::UserFacts;
use crate::words::{leaver_access, leaver_disposition, leaver_hold_code, leaver_outcome};

/// A policy as of an instant. It never changes, and any number of threads may use it at once.
pub struct leaver_decider {
    pub(crate) shared: Arc<Deciding>,
}

/// What a decider rests on.
pub(crate) struct Deciding {
    /// Whoever comes first takes this one; it costs less than asking for another.
    first: Mutex<Evaluator>,
    others: Deciders,
    pub(crate) policy: Policy,
    pub(crate) basis: Basis,
    pub(crate) edition: Option<Edition>,
    pub(crate) directory: Option<Directory>,
}

/// The circumstances of decisions. Begin with LEAVER_DECIDER_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_decider_options {
    /// sizeof(leaver_decider_options).
    pub struct_size: usize,
    /// The instant as of which is decided, RFC 3339, such as "2026-11-22T09:00:00Z"; required. leaver reads no
    /// clock.
    pub as_of: leaver_str,
    /// The subscription's time zone, such as "Europe/Zurich"; required without a directory.
    pub time_zone: leaver_str,
    /// 1 if all users of the subscription are known to the host, else 0: without that no ID is detached or revoked.
    /// Not with a directory, which says so itself.
    pub complete: i32,
    /// The edition of users who have none, such as "enterprise"; empty: not told.
    pub edition: leaver_str,
    /// The directory around the users, or NULL. With it superseding IDs are looked up, and users can be decided by
    /// their IDs; without it such an ID is trusted.
    pub directory: *const leaver_directory,
    /// How many milliseconds one decision may take before it is given up with LEAVER_ERR_DEADLINE; 0: 5,000.
    pub patience_ms: u64,
    /// 1 to evaluate every rule in the script interpreter, which is slow and decides the same; else 0.
    pub interpreter: i32,
}

// SAFETY: `repr(C)`, the size first, and zero is empty texts and no directory.
unsafe impl Sized_ for leaver_decider_options {
    const NAME: &'static str = "leaver_decider_options";
    const FIRST: usize = size_of::<Self>();
}

/// The short answer about a user.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_verdict {
    /// What it comes to.
    pub outcome: leaver_outcome,
    /// What happens to the ID.
    pub disposition: leaver_disposition,
    /// What happens to the access.
    pub access: leaver_access,
    /// Why something is held.
    pub hold: leaver_hold_code,
    /// The rule that decided or led to the hold, by its position in the policy; -1: none.
    pub rule: i32,
}

impl From<Verdict> for leaver_verdict {
    fn from(verdict: Verdict) -> Self {
        Self {
            outcome: verdict.outcome.into(),
            disposition: verdict.disposition.into(),
            access: verdict.access.into(),
            hold: verdict.hold.map_or(leaver_hold_code::LEAVER_HOLD_CODE_NONE, Into::into),
            rule: verdict.rule.and_then(|rule| i32::try_from(rule).ok()).unwrap_or(-1),
        }
    }
}

/// Where rules in the interpreter can be switched on, there is 0 and 1 and nothing else.
fn truth(given: i32, what: &str) -> Result<bool, Failure> {
    match given {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Failure::argument(format!("{what} is {other}; it is 0 or 1"))),
    }
}

fn moment(as_of: leaver_str, zone: Zone) -> Result<Moment, Failure> {
    let instant = parse_instant(as_of.text("as_of")?).ok_or_else(|| {
        Failure::argument("as_of is not an instant of RFC 3339, such as 2026-11-22T09:00:00Z")
    })?;
    Moment::new(instant, zone).map_err(|error| Failure::argument(error.to_string()))
}

impl Deciding {
    pub(crate) fn of(policy: &Policy, options: &leaver_decider_options) -> Result<Self, Failure> {
        let directory = behind(options.directory).map(|directory| directory.directory.clone());
        let zone = match (options.time_zone.text("time_zone")?, &directory) {
            ("", Some(directory)) => directory.subscription().time_zone.clone(),
            ("", None) => return Err(Failure::argument("time_zone is required without a directory")),
            (name, _) => name
                .parse()
                .map_err(|error: leaver::model::MomentError| Failure::argument(error.to_string()))?,
        };
        let edition = match (options.edition.text("edition")?, &directory) {
            ("", directory) => directory.as_ref().map(|directory| directory.subscription().edition),
            (word, _) => Some(word.parse().map_err(|error| Failure::argument(format!("edition: {error}")))?),
        };
        let told = truth(options.complete, "complete")?;
        let complete = directory.as_ref().map_or(told, Directory::is_complete);
        if let Some(directory) = &directory {
            let missing = policy.missing_fields(&|slot| directory.provides(slot));
            if !missing.is_empty() {
                return Err(Failure::diagnosed(leaver_status::LEAVER_ERR_POLICY, missing));
            }
            if **policy.schema() != **directory.schema() {
                return Err(Failure::argument(
                    "the policy was compiled with other attributes than the directory has: compile it with it",
                ));
            }
        }
        let mut basis = Basis::new(moment(options.as_of, zone)?, complete);
        if options.patience_ms > 0 {
            basis.patience = Duration::from_millis(options.patience_ms);
        }
        if truth(options.interpreter, "interpreter")? {
            basis.means = Means::Interpreter;
        }
        let others = Deciders::new(policy, basis.clone()).map_err(broken)?;
        Self::with_deciders(others, policy.clone(), basis, edition, directory)
    }

    fn with_deciders(
        others: Deciders,
        policy: Policy,
        basis: Basis,
        edition: Option<Edition>,
        directory: Option<Directory>,
    ) -> Result<Self, Failure> {
        let first =
            others.with(|evaluator| evaluator.again(basis.clone())).map_err(broken)?.map_err(broken)?;
        Ok(Self { first: Mutex::new(first), others, policy, basis, edition, directory })
    }

    /// The same as of another instant.
    fn at(&self, as_of: leaver_str) -> Result<Self, Failure> {
        let moment = moment(as_of, self.basis.moment.zone().clone())?;
        let basis = Basis { moment, ..self.basis.clone() };
        let others = self.others.again(basis.clone()).map_err(broken)?;
        Self::with_deciders(others, self.policy.clone(), basis, self.edition, self.directory.clone())
    }

    /// Does work with an evaluator that nobody else uses meanwhile.
    #[inline]
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Evaluator) -> T) -> Result<T, Failure> {
        match self.first.try_lock() {
            Ok(evaluator) => Ok(work(&evaluator)),
            Err(_) => self.others.with(work).map_err(broken),
        }
    }

    /// The deciders, where an evaluator is wanted by nobody in particular.
    pub(crate) fn decide(&self, user: &User) -> Result<Decision, Failure> {
        let decided = self.with(|evaluator| match self.finder() {
            Some(find) => evaluator.decide_in(&find, user),
            None => evaluator.decide(user),
        })?;
        Ok(decided?)
    }

    /// Deciders for work that goes on after the call.
    #[cfg(feature = "arrow")]
    pub(crate) const fn deciders(&self) -> &Deciders {
        &self.others
    }

    /// Who finds the user with an ID, if there is a directory.
    pub(crate) fn finder(&self) -> Option<impl Fn(Id) -> Option<User> + '_> {
        self.directory.as_ref().map(|directory| move |id| directory.user(id).cloned())
    }

    pub(crate) fn facts<'a>(&'a self, user: &'a leaver_user) -> Result<UserFacts<'a>, Failure> {
        UserFacts::of(user, self.policy.schema(), self.edition)
    }

    pub(crate) fn user_of_json(&self, json: leaver_str) -> Result<User, Failure> {
        let defaults = UserDefaults { edition: self.edition, ..UserDefaults::default() };
        parse_user("user", json.text("json")?, self.policy.schema(), &defaults)
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_USER, found))
    }

    pub(crate) fn user_of_id(&self, id: leaver_str) -> Result<&User, Failure> {
        let directory = self.directory.as_ref();
        let directory = directory.ok_or_else(|| Failure::argument("the decider has no directory"))?;
        let id: Id = id.text("id")?.parse().map_err(|error| Failure::argument(format!("id: {error}")))?;
        directory.user(id).ok_or_else(|| Failure::not_found(format!("the directory has no user {id}")))
    }
}

fn broken(found: leaver::diagnostic::Diagnostic) -> Failure {
    Failure::diagnosed(leaver_status::LEAVER_ERR_POLICY, vec![found])
}

/// The user at a pointer.
pub(crate) fn user_at(
    user: *const leaver_user,
    spare: &mut MaybeUninit<leaver_user>,
) -> Result<&leaver_user, Failure> {
    sized::read(user, spare)?.ok_or_else(|| Failure::null("user"))
}

/// Makes a decider. This takes about a millisecond: make one for each policy and instant, not for each user.
///
///     leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
///     options.as_of = leaver_text("2026-11-22T09:00:00Z");
///     options.time_zone = leaver_text("Europe/Zurich");
///     options.complete = 1;
///     leaver_decider *decider;
///     if (leaver_decider_new(policy, &options, &decider, &err) != LEAVER_OK) ...
///
/// @param policy   Borrowed; may be freed afterwards.
/// @param options  Required: as_of has no default.
/// @param out      Owned by the caller; free it with leaver_decider_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_new(
    policy: Option<&leaver_policy>,
    options: *const leaver_decider_options,
    out: Option<&mut MaybeUninit<Box<leaver_decider>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (policy, out) = (given(policy, "policy")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let options = given(sized::read(options, &mut spare)?, "options")?;
        out.write(Box::new(leaver_decider { shared: Arc::new(Deciding::of(&policy.policy, options)?) }));
        Ok(())
    })
}

/// The same decider as of another instant: cheaper than a new one.
///
/// @param as_of  RFC 3339.
/// @param out    Owned by the caller; free it with leaver_decider_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_at(
    decider: Option<&leaver_decider>,
    as_of: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_decider>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        out.write(Box::new(leaver_decider { shared: Arc::new(decider.shared.at(as_of)?) }));
        Ok(())
    })
}

/// Frees a decider. NULL is left alone. Prepared users made with it go on working.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_free(decider: Option<Box<leaver_decider>>) {
    drop(decider);
}

/// The short answer about a user: what happens to ID and access, by which rule. It asks for no memory unless the
/// policy has rules that only the interpreter can evaluate, or a veto makes way for an alternative.
///
///     leaver_verdict verdict;
///     if (leaver_decider_verdict(decider, &user, &verdict, &err) == LEAVER_OK
///         && verdict.outcome == LEAVER_OUTCOME_ACT) ...
///
/// @param user  Begins with LEAVER_USER_INIT; its texts are read during the call only.
/// @param out   Filled in.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_verdict(
    decider: Option<&leaver_decider>,
    user: *const leaver_user,
    out: Option<&mut MaybeUninit<leaver_verdict>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let deciding = &*decider.shared;
        let facts = deciding.facts(user_at(user, &mut spare)?)?;
        let verdict = match deciding.finder() {
            // A superseding ID is looked up where there is a directory.
            Some(find) => deciding.with(|evaluator| {
                let find: &Successor<'_> = &find;
                let kept = evaluator.keep(&leaver::model::Facts::to_user(&facts));
                evaluator.kept_verdict(&kept, Some(find))
            })?,
            None => deciding.with(|evaluator| evaluator.verdict(&facts))?,
        }?;
        out.write(verdict.into());
        Ok(())
    })
}

/// The whole decision about a user, with reason, obligations and all.
///
/// @param user  Begins with LEAVER_USER_INIT; its texts are read during the call only.
/// @param out   Owned by the caller; free it with leaver_decision_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_decide(
    decider: Option<&leaver_decider>,
    user: *const leaver_user,
    out: Option<&mut MaybeUninit<Box<leaver_decision>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let deciding = &*decider.shared;
        let facts = deciding.facts(user_at(user, &mut spare)?)?;
        let find = deciding.finder();
        let decision = deciding.with(|evaluator| {
            let find = find.as_ref().map(|find| -> &Successor<'_> { find });
            evaluator.decided(&facts, find).map(leaver::policy::Decided::into_decision)
        })??;
        out.write(Box::new(leaver_decision::of(decision)));
        Ok(())
    })
}

/// The whole decision about a user given as a JSON object, such as
/// {"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20"}. Fields that are not there
/// are not told; null is told to be none.
///
/// @param out  Owned by the caller; free it with leaver_decision_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_decide_json(
    decider: Option<&leaver_decider>,
    json: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_decision>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let user = decider.shared.user_of_json(json)?;
        out.write(Box::new(leaver_decision::of(decider.shared.decide(&user)?)));
        Ok(())
    })
}

/// The whole decision about a user of the decider's directory.
///
/// @param id   The messaging ID; LEAVER_ERR_NOT_FOUND if nobody has it.
/// @param out  Owned by the caller; free it with leaver_decision_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_decide_id(
    decider: Option<&leaver_decider>,
    id: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_decision>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let user = decider.shared.user_of_id(id)?;
        out.write(Box::new(leaver_decision::of(decider.shared.decide(user)?)));
        Ok(())
    })
}
