//! The short answer: outcome, both axes, the rule and the code of a hold, without making a decision.
//!
//! In goes where a user stands; out comes what the decision would say, or nothing where only making
//! the decision can tell: a veto that hits the winner, an answer with the user's values in it, a
//! ground that has to be looked up. It never says anything the decision does not.

use super::{Index, Standing};
use crate::policy::answer::{Action, Answer, Forbidden, Verb};
use crate::policy::combine::axes;
use crate::policy::decision::{Access, Decision, Disposition, HoldCode, Outcome};
use crate::policy::ir::{Leaf, Says};

/// What a decision comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// Nothing to do, something to do, or only a person can go on.
    pub outcome: Outcome,
    /// The ID axis.
    pub disposition: Disposition,
    /// The access axis.
    pub access: Access,
    /// The rule that decided or led to the hold, by its position in the policy.
    pub rule: Option<u32>,
    /// Why something is held.
    pub hold: Option<HoldCode>,
}

/// What a user can give that an action may need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grants(u8);

impl Grants {
    /// The person has left for good, in a complete directory.
    pub(crate) const GROUND: Self = Self(1);
    /// The edition includes revoking.
    pub(crate) const ENTITLED: Self = Self(2);
    /// The ID is no system ID.
    pub(crate) const ORDINARY: Self = Self(4);
    /// What nobody can give: only the decision tells.
    const DECISION: Self = Self(8);

    /// Both together.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These, if `given`.
    #[must_use]
    pub(crate) const fn when(self, given: bool) -> Self {
        if given { self } else { Self(0) }
    }

    /// Whether any of `some` is among these.
    #[cfg(feature = "arrow")]
    pub(super) const fn include(self, some: Self) -> bool {
        self.0 & some.0 != 0
    }

    /// Whether everything of `needs` is among these.
    pub(crate) const fn cover(self, needs: Self) -> bool {
        needs.0 & !self.0 == 0
    }
}

/// What an action comes to if nothing is in its way, and what could be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    verdict: Verdict,
    needs: Grants,
    /// Vetoes that hit it.
    hit_by: u8,
}

/// The action that wins: the bit of its leaf, and whether it keeps everything and obligations act besides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Winner {
    pub(super) bit: usize,
    pub(super) obliged: bool,
}

impl Winner {
    /// What it comes to.
    #[inline]
    pub(super) fn verdict(self, briefs: &[Brief]) -> Verdict {
        let verdict = briefs.get(self.bit).map_or(NOTHING, |brief| brief.verdict);
        if self.obliged { Verdict { outcome: Outcome::Act, ..verdict } } else { verdict }
    }
}

/// Nothing is to be done.
const NOTHING: Verdict = Verdict {
    outcome: Outcome::Keep,
    disposition: Disposition::Keep,
    access: Access::Keep,
    rule: None,
    hold: None,
};

impl Verdict {
    /// What a decision comes to. `position` finds a rule by its name.
    pub(crate) fn of(decision: &Decision, position: impl Fn(&str) -> Option<u32>) -> Self {
        let rule = decision.rule.as_deref();
        let rule = rule.or_else(|| decision.hold.as_ref().and_then(|hold| hold.rule.as_deref()));
        Self {
            outcome: decision.outcome,
            disposition: decision.disposition,
            access: decision.access,
            rule: rule.and_then(position),
            hold: decision.hold.as_ref().map(|hold| hold.code),
        }
    }

    /// Both axes are held for a cause that needs no rule.
    pub(crate) const fn held(code: HoldCode) -> Self {
        Self {
            outcome: Outcome::Hold,
            disposition: Disposition::Hold,
            access: Access::Hold,
            rule: None,
            hold: Some(code),
        }
    }
}

impl Brief {
    /// No rule acts.
    pub(super) const NOTHING: Self = Self { verdict: NOTHING, needs: Grants(0), hit_by: 0 };

    /// What the user must be able to give.
    #[cfg(feature = "arrow")]
    pub(super) const fn needs(&self) -> Grants {
        self.needs
    }

    /// The brief of a leaf that is an action.
    pub(super) fn of(leaf: Option<&Leaf>) -> Self {
        let nothing = Self { verdict: NOTHING, needs: Grants::DECISION, hit_by: 0 };
        let Some(leaf) = leaf else { return nothing };
        let Says::Constant(answer) = &leaf.says else { return nothing };
        match &**answer {
            Answer::Action(action) => Self::of_action(action, leaf.rule),
            _ => nothing,
        }
    }

    fn of_action(action: &Action, rule: usize) -> Self {
        let rule = u32::try_from(rule).ok();
        if action.verb == Verb::Review {
            let verdict = Verdict { rule, ..Verdict::held(HoldCode::Review) };
            return Self { verdict, needs: Grants(0), hit_by: 0 };
        }
        let (disposition, access) = axes(action);
        let changes = disposition != Disposition::Keep || access != Access::Keep;
        let acts = changes || !action.obligations.is_empty();
        let timed = action.after.is_some() || action.within.is_some();
        let on_id = disposition != Disposition::Keep;
        let needs = Grants::GROUND
            .when(on_id)
            .and(Grants::ENTITLED.when(disposition == Disposition::Revoke))
            .and(Grants::ORDINARY.when(acts))
            .and(Grants::DECISION.when(timed));
        let id_veto = match disposition {
            Disposition::Detach => mask(Forbidden::Detach),
            Disposition::Revoke => mask(Forbidden::Revoke),
            _ => 0,
        };
        let access_veto = if access == Access::Keep { 0 } else { mask(Forbidden::Withdraw) };
        let outcome = if acts { Outcome::Act } else { Outcome::Keep };
        let verdict = Verdict { outcome, disposition, access, rule, hold: None };
        Self { verdict, needs, hit_by: id_veto | access_veto }
    }
}

const fn mask(forbidden: Forbidden) -> u8 {
    match forbidden {
        Forbidden::Detach => 1,
        Forbidden::Revoke => 2,
        Forbidden::Withdraw => 4,
    }
}

impl Index {
    /// What the decision about a user comes to; `None` where only making it can tell. `grants` says
    /// whether the user can give what an action needs.
    #[inline]
    pub(crate) fn verdict(&self, standing: &Standing, grants: impl FnMut(Grants) -> bool) -> Option<Verdict> {
        self.winner(standing, grants).map(|winner| winner.verdict(&self.briefs))
    }

    /// The same as the action that wins.
    #[inline]
    pub(super) fn winner(
        &self,
        standing: &Standing,
        mut grants: impl FnMut(Grants) -> bool,
    ) -> Option<Winner> {
        let lanes = &self.lanes;
        let may_fail = standing.trouble || self.fails_always;
        if standing.odd
            || !self.lowered.unlowered.is_empty()
            || may_fail && self.any(standing, &lanes.fails)
            || self.any(standing, &lanes.doubtful)
        {
            return None;
        }
        let bit = self.first(standing, &lanes.actions)?;
        let brief = self.briefs.get(bit)?;
        if !grants(brief.needs) || !lanes.vetoes.is_empty() && brief.hit_by & self.forbidden(standing) != 0 {
            return None;
        }
        let obliged = !lanes.obligations.is_empty()
            && brief.verdict.outcome == Outcome::Keep
            && self.any(standing, &lanes.obligations);
        if obliged && !grants(Grants::ORDINARY) {
            return None;
        }
        Some(Winner { bit, obliged })
    }

    /// Everything that some veto forbids.
    fn forbidden(&self, standing: &Standing) -> u8 {
        let mut forbidden = 0;
        for at in self.lanes.vetoes.clone() {
            for (half, mut bits) in self.block(standing, at).into_iter().enumerate() {
                while bits != 0 {
                    let bit = at * 128 + half * 64 + bits.trailing_zeros() as usize;
                    forbidden |= self.leaf(bit).map_or(0, vetoed);
                    bits &= bits - 1;
                }
            }
        }
        forbidden
    }
}

/// What a leaf forbids.
fn vetoed(leaf: &Leaf) -> u8 {
    match &leaf.says {
        Says::Constant(answer) => match &**answer {
            Answer::Veto(forbidden) => forbidden.iter().map(|one| mask(*one)).fold(0, |all, one| all | one),
            _ => 0,
        },
        _ => 0,
    }
}
