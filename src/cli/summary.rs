//! What a run came to: how many users act, stay or are held, by which rule, and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::policy::{Decided, Decision, HoldCode, Outcome};
use crate::report::visible;

/// Counts of decisions. Two summaries can be added, so that each thread counts for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    outcomes: Counts,
    rules: BTreeMap<Option<Arc<str>>, Counts>,
    holds: BTreeMap<HoldCode, u64>,
}

/// How many of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    act: u64,
    keep: u64,
    hold: u64,
}

impl Counts {
    fn add(&mut self, outcome: Outcome, count: u64) {
        match outcome {
            Outcome::Act => self.act += count,
            Outcome::Keep => self.keep += count,
            Outcome::Hold => self.hold += count,
        }
    }

    fn merge(&mut self, other: Self) {
        self.act += other.act;
        self.keep += other.keep;
        self.hold += other.hold;
    }
}

/// What of a decision is counted.
#[derive(Clone, Debug)]
struct Counted {
    outcome: Outcome,
    rule: Option<Arc<str>>,
    hold: Option<HoldCode>,
}

impl Counted {
    fn of(decision: &Decision) -> Self {
        let hold = decision.hold.as_ref();
        let rule = decision.rule.clone().or_else(|| hold.and_then(|hold| hold.rule.clone()));
        Self { outcome: decision.outcome, rule, hold: hold.map(|hold| hold.code) }
    }
}

/// Counts the decisions of one evaluator: those that have something in common together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// By the number of what they have in common.
    alike: Vec<Option<(Counted, u64)>>,
    others: Summary,
}

impl Tally {
    /// Counts one decision.
    #[inline]
    pub(crate) fn add(&mut self, decided: &Decided<'_>) {
        let number = decided.number().map(|number| number as usize);
        match number.and_then(|number| self.alike.get_mut(number)) {
            Some(Some((_, count))) => *count += 1,
            _ => self.add_first(decided, number),
        }
    }

    #[cold]
    fn add_first(&mut self, decided: &Decided<'_>, number: Option<usize>) {
        let Some(number) = number else { return self.others.add(decided.common()) };
        if self.alike.len() <= number {
            self.alike.resize(number + 1, None);
        }
        self.alike[number] = Some((Counted::of(decided.common()), 1));
    }

    /// What was counted since this was asked last.
    pub(crate) fn take(&mut self) -> Summary {
        let mut summary = std::mem::take(&mut self.others);
        for (counted, count) in self.alike.iter_mut().flatten().filter(|(_, count)| *count > 0) {
            summary.add_alike(counted, std::mem::take(count));
        }
        summary
    }
}

impl Summary {
    /// Counts one decision.
    pub(crate) fn add(&mut self, decision: &Decision) {
        self.add_alike(&Counted::of(decision), 1);
    }

    fn add_alike(&mut self, counted: &Counted, count: u64) {
        self.outcomes.add(counted.outcome, count);
        self.rules.entry(counted.rule.clone()).or_default().add(counted.outcome, count);
        if let Some(code) = counted.hold {
            *self.holds.entry(code).or_default() += count;
        }
    }

    /// Adds the counts of another part of the run.
    pub(crate) fn merge(&mut self, other: Self) {
        self.outcomes.merge(other.outcomes);
        for (rule, counts) in other.rules {
            self.rules.entry(rule).or_default().merge(counts);
        }
        for (code, count) in other.holds {
            *self.holds.entry(code).or_default() += count;
        }
    }

    /// How many decisions there are.
    pub(crate) fn users(&self) -> u64 {
        self.outcomes.act + self.outcomes.keep + self.outcomes.hold
    }

    /// How many decisions hold something, also beside an action.
    pub(crate) fn held(&self) -> u64 {
        self.holds.values().sum()
    }

    /// The summary as text; rules in the order of the policy.
    pub(crate) fn to_text<'a>(&self, order: impl IntoIterator<Item = &'a str>) -> String {
        let Counts { act, keep, hold } = self.outcomes;
        let users = self.users();
        let plural = if users == 1 { "" } else { "s" };
        let mut text = format!("{users} user{plural}: {act} act, {keep} keep, {hold} hold\n");

        let order: Vec<&str> = order.into_iter().collect();
        let place = |rule: &Option<Arc<str>>| match rule {
            Some(rule) => order.iter().position(|known| **known == **rule).unwrap_or(order.len()),
            None => usize::MAX,
        };
        let mut rules: Vec<(&Option<Arc<str>>, &Counts)> = self.rules.iter().collect();
        rules.sort_by_key(|(rule, _)| place(rule));
        if rules.iter().any(|(rule, _)| rule.is_some()) {
            let name = |rule: &Option<Arc<str>>| visible(rule.as_deref().unwrap_or("(no rule)")).into_owned();
            let widest = rules.iter().map(|(rule, _)| name(rule).chars().count()).max().unwrap_or_default();
            let _ = writeln!(text, "\n{:widest$}  {:>8}  {:>8}  {:>8}", "rule", "act", "keep", "hold");
            for (rule, Counts { act, keep, hold }) in rules {
                let _ = writeln!(text, "{:widest$}  {act:>8}  {keep:>8}  {hold:>8}", name(rule));
            }
        }
        if !self.holds.is_empty() {
            let codes: Vec<String> =
                self.holds.iter().map(|(code, count)| format!("{count} {code}")).collect();
            let _ = write!(text, "\nheld: {}\n", codes.join(", "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    fn summary() -> Summary {
        let mut summary = Summary::default();
        for decision in [sample::act(), sample::keep(), sample::hold(), sample::act()] {
            summary.add(&decision);
        }
        summary
    }

    #[test]
    fn rules_stand_in_the_order_of_the_policy() {
        insta::assert_snapshot!(summary().to_text(["forgotten_service_account", "staff_leave"]));
    }

    #[test]
    fn parts_add_up() {
        let mut sum = Summary::default();
        let mut other = Summary::default();
        sum.add(&sample::act());
        sum.add(&sample::keep());
        other.add(&sample::hold());
        other.add(&sample::act());
        sum.merge(other);
        assert_eq!(sum, summary());
        assert_eq!((sum.users(), sum.held()), (4, 1));
    }

    #[test]
    fn nobody_is_a_summary_too() {
        assert_eq!(Summary::default().to_text([]), "0 users: 0 act, 0 keep, 0 hold\n");
    }
}
