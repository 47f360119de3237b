//! How the answers of all rules become one decision (DESIGN 3).
//!
//! In go the answers in file order and the circumstances; out comes a [`Decision`]. A pure function
//! of its arguments, shared by every way of evaluating rules, so that they cannot differ here. What
//! is in doubt is held, axis by axis; nothing in here turns a doubt into an action.

use std::sync::Arc;

use time::OffsetDateTime;

use super::answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
use super::basis::Basis;
use super::decision::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed, When,
};
use super::rule_error::RuleError;
use crate::model::{Capability, Edition, Fact, Facts, Field, Id, Leaving, User, Value};

/// Looks up the user that has an ID in the directory.
pub type Successor<'a> = dyn Fn(Id) -> Option<User> + 'a;

/// What a rule is called and why it is there.
#[derive(Clone, Debug)]
pub(crate) struct RuleTitle {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its doc comment.
    pub(crate) rationale: Option<Arc<str>>,
}

/// What one rule said about a user.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    /// Which rule, by its position in the policy.
    pub(crate) rule: usize,
    /// What it said, or why it could not.
    pub(crate) answer: Result<Answer, RuleError>,
}

impl Said {
    /// Whether the rule said anything.
    pub(crate) fn is_something(&self) -> bool {
        self.answer != Ok(Answer::Nothing)
    }
}

/// Puts answers in the order of the policy.
pub(crate) fn in_order(answers: &mut [Said]) {
    answers.sort_by_key(|said| said.rule);
}

/// Everything a decision rests on besides the answers.
pub(crate) struct Circumstances<'a> {
    /// The rules, in file order.
    pub(crate) rules: &'a [RuleTitle],
    /// The user, with `has_left` filled in.
    pub(crate) user: &'a User,
    /// When the user leaves.
    pub(crate) leaving: &'a Leaving,
    /// Moment, completeness, entitlements.
    pub(crate) basis: &'a Basis,
    /// The directory to look up the ID that supersedes this one; without it `superseded_by` is trusted.
    pub(crate) successor: Option<&'a Successor<'a>>,
    /// Until when the decision stays as it is.
    pub(crate) valid_until: Option<OffsetDateTime>,
}

impl Decision {
    /// The decision about a record that could not be read: everything is held.
    pub fn invalid_record(user: Option<Id>, message: impl Into<String>) -> Self {
        let mut decision = Self::nothing(user);
        decision.hold_everything(HoldCode::InvalidRecord, message.into(), None);
        decision
    }

    /// The decision that nothing is to be done: what every decision starts from.
    pub(crate) fn nothing(user: Option<Id>) -> Self {
        Self {
            user,
            person: None,
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

    fn hold_everything(&mut self, code: HoldCode, message: String, rule: Option<Arc<str>>) {
        self.outcome = Outcome::Hold;
        self.disposition = Disposition::Hold;
        self.access = Access::Hold;
        self.ground = None;
        self.after = None;
        self.deadline = None;
        self.hold = Some(Hold { code, message, rule, axes: vec![Axis::Id, Axis::Access] });
    }
}

/// Why no rule needs to be asked: nobody knows the user, or the leaving facts contradict each other.
pub(crate) fn held_without_rules(user: &impl Facts, leaving: &Leaving) -> Option<HoldCode> {
    if !user.is_matched() {
        Some(HoldCode::Unmatched)
    } else if leaving.contradiction {
        Some(HoldCode::Contradiction)
    } else {
        None
    }
}

/// The decision that needs no rule to be asked.
pub(crate) fn without_rules(circumstances: &Circumstances<'_>) -> Option<Decision> {
    let code = held_without_rules(circumstances.user, circumstances.leaving)?;
    let message = if code == HoldCode::Unmatched {
        "no person or no employment is known for this ID; match it with the personnel records"
    } else {
        "`has_left` contradicts `leaves_at`, `last_day` or `first_day`; correct the record"
    };
    let mut decision = started(circumstances);
    // No rule runs, so no time condition of a rule can change anything.
    decision.valid_until = decision.valid_until.filter(|_| code != HoldCode::Unmatched);
    decision.hold_everything(code, message.to_owned(), None);
    Some(decision)
}

/// The decision that follows from what the rules said, in file order. Rules that said nothing may be
/// left out.
pub(crate) fn combine(circumstances: &Circumstances<'_>, answers: &[Said]) -> Decision {
    if let Some(decision) = without_rules(circumstances) {
        return decision;
    }
    let failed = answers.iter().find_map(|said| Some((said.rule, said.answer.as_ref().err()?)));
    if let Some((rule, error)) = failed
        && let Some(rule) = circumstances.rules.get(rule)
    {
        let mut decision = started(circumstances);
        decision.obligations = joined(answers, None);
        decision.hold_everything(error.hold_code(), failure_message(rule, error), Some(rule.name.clone()));
        return decision;
    }
    Combination { circumstances, answers, decision: started(circumstances), id: None, access: None }.finish()
}

fn started(circumstances: &Circumstances<'_>) -> Decision {
    let mut decision = Decision::nothing(Some(circumstances.user.id()));
    decision.person = circumstances.user.person();
    decision.valid_until = circumstances.valid_until;
    decision
}

fn failure_message(rule: &RuleTitle, error: &RuleError) -> String {
    let advice = match error {
        RuleError::MissingFact { .. } => "provide it",
        RuleError::Internal => "a person must decide",
        _ => "correct the rule or the record",
    };
    format!("rule `{}`: {error}; {advice}", rule.name)
}

/// Obligations of all rules, those of the winner in its rule's place, duplicates removed.
fn joined(answers: &[Said], winner: Option<(usize, &Action)>) -> Vec<Obligation> {
    let mut obligations = Vec::new();
    for Said { rule, answer } in answers {
        let added: &[Obligation] = match (answer, winner) {
            (Ok(Answer::Obligations(added)), _) => added,
            (_, Some((place, action))) if place == *rule => &action.obligations,
            _ => &[],
        };
        for obligation in added {
            if !obligations.contains(obligation) {
                obligations.push(obligation.clone());
            }
        }
    }
    obligations
}

/// Why an axis is held.
#[derive(Clone)]
struct Reason {
    code: HoldCode,
    message: String,
    rule: Option<Arc<str>>,
}

/// The fact a detach or revoke rests on, or what is wrong with the one there is.
type GroundOrFault = Result<Ground, &'static str>;

struct Combination<'a> {
    circumstances: &'a Circumstances<'a>,
    answers: &'a [Said],
    decision: Decision,
    /// Why the ID axis is held, if it is.
    id: Option<Reason>,
    /// Why the access axis is held, if it is.
    access: Option<Reason>,
}

impl Combination<'_> {
    fn finish(mut self) -> Decision {
        let actions = self.answers.iter().filter_map(|said| match &said.answer {
            Ok(Answer::Action(action)) => Some((said.rule, action)),
            _ => None,
        });
        let mut actions = actions.collect::<Vec<_>>().into_iter();
        match actions.next() {
            Some((place, primary)) => {
                self.decision.overruled = actions
                    .filter_map(|(index, action)| {
                        let rule = self.circumstances.rules.get(index)?.name.clone();
                        Some(Overruled { rule, action: action.verb })
                    })
                    .collect();
                self.carry_out(place, primary);
            }
            None => self.decision.obligations = joined(self.answers, None),
        }
        self.conclude()
    }

    /// Puts the winning action, or the alternative that takes its place, to the tests.
    fn carry_out(&mut self, place: usize, primary: &Action) {
        let Some(title) = self.circumstances.rules.get(place) else { return };
        self.decision.rule = Some(title.name.clone());
        let (winner, forbidden) = self.permitted(primary);
        self.decision.reason = winner.because.clone().or_else(|| title.rationale.clone());
        self.decision.approvals = winner.approvals;
        self.decision.obligations = joined(self.answers, Some((place, winner)));
        self.id = forbidden;
        (self.decision.disposition, self.decision.access) = axes(winner);
        if winner.verb == Verb::Review {
            let message = if winner.why.is_empty() { "a person must look" } else { &*winner.why };
            self.hold_both(HoldCode::Review, message.to_owned());
            return;
        }
        self.test_access(winner);
        let ground = self.ground();
        // A veto that already holds the ID axis does not make up for a missing ground: access would be
        // withdrawn from somebody who has not left.
        if matches!(winner.verb, Verb::Detach | Verb::Revoke) {
            self.test_ground(ground);
        }
        self.time(winner, ground.ok());
        if self.id_acts() {
            self.decision.ground = ground.ok();
        }
    }

    /// The action itself or the first of its alternatives whose ID axis nothing forbids. If there is
    /// none: the action itself, and why its ID axis is held.
    fn permitted<'b>(&mut self, primary: &'b Action) -> (&'b Action, Option<Reason>) {
        let mut held = None;
        for candidate in with_alternatives(primary) {
            let forbidden = match candidate.verb {
                Verb::Detach => Forbidden::Detach,
                Verb::Revoke => Forbidden::Revoke,
                _ => return (candidate, None),
            };
            let veto = self.veto(forbidden);
            if veto.is_none() && (forbidden == Forbidden::Detach || self.is_entitled()) {
                return (candidate, None);
            }
            self.strike_out(veto.clone(), forbidden);
            held.get_or_insert_with(|| self.forbidden(veto, forbidden));
        }
        (primary, held)
    }

    fn forbidden(&self, veto: Option<Arc<str>>, action: Forbidden) -> Reason {
        let action = action.word();
        match veto {
            Some(rule) => Reason {
                code: HoldCode::Vetoed,
                message: format!(
                    "rule `{rule}` forbids {action} and no alternative is left; \
                     wait until its reason is gone, or let a person decide about the ID"
                ),
                rule: Some(rule),
            },
            None => Reason {
                code: HoldCode::NotEntitled,
                message: format!(
                    "the subscription's edition is not known to include {action}; \
                     give the rule an alternative with `.or_else(…)`, or change the edition"
                ),
                rule: self.decision.rule.clone(),
            },
        }
    }

    /// `forbid("withdraw")` holds the access axis of whatever wins; a detach without it would not
    /// last (PLATFORM 4).
    fn test_access(&mut self, winner: &Action) {
        if self.decision.access == Access::Keep {
            return;
        }
        let Some(rule) = self.veto(Forbidden::Withdraw) else { return };
        self.strike_out(Some(rule.clone()), Forbidden::Withdraw);
        let reason = Reason {
            code: HoldCode::Vetoed,
            message: format!(
                "rule `{rule}` forbids any change of access; wait until its reason is gone, or let a person decide"
            ),
            rule: Some(rule),
        };
        if winner.verb == Verb::Detach && self.id.is_none() {
            self.id = Some(reason.clone());
        }
        self.access = Some(reason);
    }

    fn test_ground(&mut self, ground: GroundOrFault) {
        if let Err(fault) = ground {
            self.hold_both(HoldCode::NoGround, fault.to_owned());
        } else if !self.circumstances.basis.complete {
            self.hold_both(
                HoldCode::IncompleteDirectory,
                "the directory does not say that it is complete; export it completely and decide again"
                    .to_owned(),
            );
        } else if let Some(returns) = self.circumstances.leaving.returns
            && self.id.is_none()
        {
            let message = format!(
                "the person comes back on {}; let a person decide about the ID",
                crate::model::format_instant(returns)
            );
            self.id = Some(self.because_of_winner(HoldCode::Returns, message));
        }
    }

    /// The positive fact on which an ID may be detached or revoked.
    fn ground(&self) -> GroundOrFault {
        let Circumstances { user, leaving, basis, successor, .. } = self.circumstances;
        if leaving.is_gone() {
            return Ok(Ground::HasLeft);
        }
        let Fact::Known(Value::Id(other)) = user.fact(Field::SupersededBy.slot()) else {
            return Err("the person has not left and no other ID supersedes this one; \
                        wait for the leaving date, or correct the record");
        };
        if *other == user.id() || other.is_system() {
            return Err("`superseded_by` names this ID itself or a system ID; correct the record");
        }
        let Some(find) = successor else { return Ok(Ground::SupersededBy) };
        let Some(heir) = find(*other) else {
            return Err("`superseded_by` names an ID that is not in the directory; correct the record");
        };
        if user.person().is_none() || heir.person() != user.person() {
            return Err("`superseded_by` names an ID of another person; correct the record");
        }
        if *heir.fact(Field::SupersededBy.slot()) != Fact::Absent {
            return Err(
                "the ID in `superseded_by` is not known to be current itself; name the ID that stays",
            );
        }
        if Leaving::of(&heir, &basis.moment).has_left != Fact::Known(Value::Bool(false)) {
            return Err("the ID in `superseded_by` is not known to stay; correct the record");
        }
        Ok(Ground::SupersededBy)
    }

    /// `.after` and `.within`: from the leaving instant, or from the moment the person was told.
    fn time(&mut self, winner: &Action, ground: Option<Ground>) {
        // A superseded ID goes because its owner was told, even if the owner leaves some day.
        let leaves = self.circumstances.leaving.leaves;
        let start = leaves.filter(|_| ground != Some(Ground::SupersededBy));
        if let Some(period) = winner.after.filter(|_| self.id_acts()) {
            self.decision.after = self.counted(period, start, ground);
        }
        if let Some(period) = winner.within.filter(|_| self.id_acts() || self.access_acts()) {
            self.decision.deadline = self.counted(period, start, ground);
        }
    }

    fn counted(
        &mut self,
        period: Period,
        start: Option<OffsetDateTime>,
        ground: Option<Ground>,
    ) -> Option<When> {
        match (start, ground) {
            (Some(start), _) => {
                let at = self.circumstances.basis.moment.add(start, period.days, period.hours);
                if at.is_none() {
                    self.hold_both(
                        HoldCode::RuleError,
                        "the time the rule gives ends after the year 9999; correct the rule".to_owned(),
                    );
                }
                at.map(When::At)
            }
            (None, Some(Ground::SupersededBy)) => Some(When::AfterNotify(period)),
            (None, _) => {
                self.hold_both(
                    HoldCode::NoStart,
                    "no leaving instant is known from which the rule's time could be counted; \
                     provide `last_day` or `leaves_at`"
                        .to_owned(),
                );
                None
            }
        }
    }

    /// Puts the holds into the decision and says what comes of it.
    fn conclude(mut self) -> Decision {
        self.leave_system_id_alone();
        if self.id.is_some() {
            self.decision.disposition = Disposition::Hold;
            self.decision.ground = None;
            self.decision.after = None;
        }
        if self.access.is_some() {
            self.decision.access = Access::Hold;
        }
        if !self.id_acts() && !self.access_acts() {
            self.decision.deadline = None;
        }
        self.decision.outcome = if self.acts() {
            Outcome::Act
        } else if self.id.is_some() || self.access.is_some() {
            Outcome::Hold
        } else {
            Outcome::Keep
        };
        let axes = [(Axis::Id, self.id.is_some()), (Axis::Access, self.access.is_some())];
        let axes = axes.into_iter().filter(|(_, held)| *held).map(|(axis, _)| axis).collect();
        let reason = self.id.or(self.access);
        self.decision.hold = reason.map(|Reason { code, message, rule }| Hold { code, message, rule, axes });
        self.decision
    }

    /// A system ID is never touched (PLATFORM 12), not even by an obligation.
    fn leave_system_id_alone(&mut self) {
        if self.circumstances.user.id().is_system() && self.acts() {
            self.hold_both(
                HoldCode::SystemId,
                "this is a gateway or system ID, which is never touched; exempt it in the policy or the directory"
                    .to_owned(),
            );
        }
    }

    fn id_acts(&self) -> bool {
        self.id.is_none() && matches!(self.decision.disposition, Disposition::Detach | Disposition::Revoke)
    }

    fn access_acts(&self) -> bool {
        self.access.is_none() && matches!(self.decision.access, Access::Withdraw | Access::Migrate)
    }

    /// Whether anything is to be carried out. Obligations of a user held on both axes are not.
    fn acts(&self) -> bool {
        let held = self.id.is_some() && self.access.is_some();
        self.id_acts() || self.access_acts() || !held && !self.decision.obligations.is_empty()
    }

    fn because_of_winner(&self, code: HoldCode, message: String) -> Reason {
        Reason { code, message, rule: self.decision.rule.clone() }
    }

    fn hold_both(&mut self, code: HoldCode, message: String) {
        let reason = self.because_of_winner(code, message);
        self.id = Some(reason.clone());
        self.access = Some(reason);
    }

    fn strike_out(&mut self, rule: Option<Arc<str>>, action: Forbidden) {
        let vetoed = Vetoed { rule, action };
        if !self.decision.vetoed.contains(&vetoed) {
            self.decision.vetoed.push(vetoed);
        }
    }

    /// The first rule that forbids `action`.
    fn veto(&self, action: Forbidden) -> Option<Arc<str>> {
        let forbids = |said: &&Said| match &said.answer {
            Ok(Answer::Veto(forbidden)) => forbidden.contains(&action),
            _ => false,
        };
        let said = self.answers.iter().find(forbids)?;
        self.circumstances.rules.get(said.rule).map(|rule| rule.name.clone())
    }

    fn is_entitled(&self) -> bool {
        is_entitled(self.circumstances.user, self.circumstances.basis)
    }
}

/// Whether the edition includes revoking (PLATFORM 7). An unknown edition includes nothing.
pub(crate) fn is_entitled(user: &impl Facts, basis: &Basis) -> bool {
    let edition = user.view(Field::Edition.slot()).text().and_then(|word| word.parse::<Edition>().ok());
    edition.is_some_and(|edition| basis.entitlements.allows(edition, Capability::Revoke))
}

/// An action and its alternatives, depth first in the order written.
fn with_alternatives(action: &Action) -> impl Iterator<Item = &Action> {
    let mut pending = vec![action];
    std::iter::from_fn(move || {
        let next = pending.pop()?;
        pending.extend(next.or_else.iter().rev());
        Some(next)
    })
}

/// What an action does to the two axes. A review is held elsewhere.
pub(crate) fn axes(action: &Action) -> (Disposition, Access) {
    let access = if action.keep_access { Access::Keep } else { Access::Withdraw };
    match action.verb {
        Verb::Keep | Verb::Review => (Disposition::Keep, Access::Keep),
        Verb::Withdraw => (Disposition::Keep, Access::Withdraw),
        Verb::Detach => (Disposition::Detach, access),
        Verb::Revoke => (Disposition::Revoke, access),
        Verb::MigrateToMdm => (Disposition::Keep, Access::Migrate),
    }
}

#[cfg(test)]
mod tests;
