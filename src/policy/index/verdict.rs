//! The short answer: outcome, both axes, the rule and the code of a hold, without making a decision.
//!
//! In goes where a user stands; out comes what the decision would say, or nothing where only making
//! the decision can tell: a veto that hits a winner with an alternative, an answer with the user's
//! values in it, a ground that has to be looked up. It never says anything the decision does not.

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

/// What vetoes forbid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits(u8);

impl Hits {
    const fn on(forbidden: Forbidden) -> Self {
        match forbidden {
            Forbidden::Detach => Self(1),
            Forbidden::Revoke => Self(2),
            Forbidden::Withdraw => Self(4),
        }
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What an action comes to if nothing is in its way, and what could be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    verdict: Verdict,
    needs: Grants,
    /// Vetoes that hold its ID axis.
    on_id: Hits,
    /// Vetoes that hold its access axis.
    on_access: Hits,
    /// Another action may take its place if a veto holds its ID axis.
    replaced: bool,
    /// It comes with obligations.
    obliges: bool,
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
    pub(super) const NOTHING: Self = Self::free(NOTHING, Grants(0));

    /// What no veto can hold.
    const fn free(verdict: Verdict, needs: Grants) -> Self {
        Self { verdict, needs, on_id: Hits(0), on_access: Hits(0), replaced: false, obliges: false }
    }

    /// What the user must be able to give.
    #[cfg(feature = "arrow")]
    pub(super) const fn needs(&self) -> Grants {
        self.needs
    }

    /// The brief of a leaf that is an action.
    pub(super) fn of(leaf: Option<&Leaf>) -> Self {
        let nothing = Self::free(NOTHING, Grants::DECISION);
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
            return Self::free(verdict, Grants(0));
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
        // A detach without access withdrawn would not last, so what holds the one holds the other.
        let on_access = if access == Access::Keep { Hits(0) } else { Hits::on(Forbidden::Withdraw) };
        let on_id = match disposition {
            Disposition::Detach => Hits::on(Forbidden::Detach).and(on_access),
            Disposition::Revoke => Hits::on(Forbidden::Revoke),
            _ => Hits(0),
        };
        let outcome = if acts { Outcome::Act } else { Outcome::Keep };
        let verdict = Verdict { outcome, disposition, access, rule, hold: None };
        let (replaced, obliges) = (!action.or_else.is_empty(), !action.obligations.is_empty());
        Self { verdict, needs, on_id, on_access, replaced, obliges }
    }

    /// What it comes to where vetoes hit it; `obliged` if some rule adds obligations. `None` where
    /// another action takes its place.
    fn vetoed(&self, forbidden: Hits, obliged: bool) -> Option<Verdict> {
        let (id, access) = (self.on_id.meet(forbidden), self.on_access.meet(forbidden));
        if id && self.replaced {
            return None;
        }
        let Verdict { disposition, access: change, rule, .. } = self.verdict;
        let disposition = if id { Disposition::Hold } else { disposition };
        let change = if access { Access::Hold } else { change };
        let acts = matches!(disposition, Disposition::Detach | Disposition::Revoke)
            || matches!(change, Access::Withdraw | Access::Migrate)
            || !(id && access) && (self.obliges || obliged);
        let outcome = if acts { Outcome::Act } else { Outcome::Hold };
        Some(Verdict { outcome, disposition, access: change, rule, hold: Some(HoldCode::Vetoed) })
    }
}

impl Index {
    /// What the decision about a user comes to; `None` where only making it can tell. `grants` says
    /// whether the user can give what an action needs.
    #[inline]
    pub(crate) fn verdict(
        &self,
        standing: &Standing,
        mut grants: impl FnMut(Grants) -> bool,
    ) -> Option<Verdict> {
        if self.only_actions && !standing.trouble && !standing.odd {
            let brief = self.briefs.get(self.first_action(standing)?)?;
            return grants(brief.needs).then_some(brief.verdict);
        }
        self.weighed(standing, &mut grants)
    }

    /// The verdict where more than actions counts.
    fn weighed(&self, standing: &Standing, grants: &mut dyn FnMut(Grants) -> bool) -> Option<Verdict> {
        let bit = self.acting(standing, &mut *grants)?;
        let brief = self.briefs.get(bit)?;
        let forbidden = self.forbidden(standing);
        if brief.on_id.and(brief.on_access).meet(forbidden) {
            return brief.vetoed(forbidden, self.any(standing, &self.lanes.obligations));
        }
        let obliged = self.is_obliged(standing, brief, grants)?;
        Some(Winner { bit, obliged }.verdict(&self.briefs))
    }

    /// The action that wins; `None` where only a decision can tell, or a veto hits it.
    #[cfg(feature = "arrow")]
    #[inline]
    pub(super) fn winner(
        &self,
        standing: &Standing,
        mut grants: impl FnMut(Grants) -> bool,
    ) -> Option<Winner> {
        let bit = self.acting(standing, &mut grants)?;
        let brief = self.briefs.get(bit)?;
        if brief.on_id.and(brief.on_access).meet(self.forbidden(standing)) {
            return None;
        }
        let obliged = self.is_obliged(standing, brief, &mut grants)?;
        Some(Winner { bit, obliged })
    }

    /// The first action, if it and nothing that fails tells everything, and the user can give what it needs.
    #[inline]
    fn acting(&self, standing: &Standing, mut grants: impl FnMut(Grants) -> bool) -> Option<usize> {
        let lanes = &self.lanes;
        let may_fail = standing.trouble || self.fails_always;
        if standing.odd
            || !self.lowered.unlowered.is_empty()
            || may_fail && self.any(standing, &lanes.fails)
            || self.any(standing, &lanes.doubtful)
        {
            return None;
        }
        let bit = self.first_action(standing)?;
        grants(self.briefs.get(bit)?.needs).then_some(bit)
    }

    /// Whether obligations act although the action keeps everything; `None` if they may not.
    #[inline]
    fn is_obliged(
        &self,
        standing: &Standing,
        brief: &Brief,
        mut grants: impl FnMut(Grants) -> bool,
    ) -> Option<bool> {
        let obliged = brief.verdict.outcome == Outcome::Keep && self.any(standing, &self.lanes.obligations);
        (!obliged || grants(Grants::ORDINARY)).then_some(obliged)
    }

    /// Everything that some veto forbids.
    #[inline]
    fn forbidden(&self, standing: &Standing) -> Hits {
        let mut forbidden = Hits::default();
        for (at, vetoed) in self.lanes.vetoes.clone().zip(self.vetoed.chunks(128)) {
            for (block, vetoed) in self.block(standing, at).into_iter().zip(vetoed.chunks(64)) {
                let mut bits = block;
                while bits != 0 {
                    let found = vetoed.get(bits.trailing_zeros() as usize).copied();
                    forbidden = forbidden.and(found.unwrap_or_default());
                    bits &= bits - 1;
                }
            }
        }
        forbidden
    }
}

/// What a leaf forbids.
pub(super) fn vetoed(leaf: Option<&Leaf>) -> Hits {
    match leaf.map(|leaf| &leaf.says) {
        Some(Says::Constant(answer)) => match &**answer {
            Answer::Veto(forbidden) => {
                forbidden.iter().fold(Hits::default(), |all, one| all.and(Hits::on(*one)))
            }
            _ => Hits::default(),
        },
        _ => Hits::default(),
    }
}
