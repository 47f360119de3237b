//! The index: every leaf of a policy as a bit, and for each class of each column the leaves that it
//! still allows.
//!
//! In go the leaves of the [intermediate form](super::ir) and the day; for a user come out the leaves
//! that hold, by taking one bit set for each column and intersecting them. That costs as many steps
//! as there are columns, hardly more for a thousand rules than for five. Bits stand in lanes: actions
//! (the first one wins), vetoes and obligations (all count), answers that may still fail, and ways on
//! which a rule fails. The index never decides; [`combine`](super::combine) does.

#[cfg(feature = "arrow")]
mod batch;
mod column;
mod cuts;
mod dictionary;
mod examples;
mod joint;
mod layout;
mod row;
#[cfg(test)]
mod tests;
mod verdict;

use std::ops::Range;
use std::sync::Arc;

use super::Answer;
use super::combine::{Said, in_order};
use super::compiled::Policy;
use super::ir::{Leaf, Lowered, Outcome, Says};
use super::rule_error::RuleError;
use super::trace::{Walk, day_number};
use crate::model::{Facts, Field, Moment, Slot, User, View};
#[cfg(feature = "arrow")]
pub(crate) use batch::{ALONE, Batch, Part, Source};
pub(crate) use column::{Class, Column};
use column::{TOO_LONG, UNKNOWN};
pub(crate) use dictionary::Dictionary;
use joint::{GROUPS, Joint};
pub(crate) use layout::outcome as computed_outcome;
use row::{Block, and, first_bit, nothing};
use verdict::Hits;
pub use verdict::Verdict;
pub(crate) use verdict::{Brief, Grants};

/// The leaves of a policy, ready to be asked about users on one day.
#[derive(Debug)]
pub(crate) struct Index {
    lowered: Arc<Lowered>,
    /// Fields with tests of their value, the most selective first.
    columns: Vec<Column>,
    /// For each column the row of its first class.
    starts: Vec<u32>,
    /// How many of the columns, from the first on, have their rows kept in place.
    in_place: usize,
    members: Vec<Members>,
    computed: Vec<ComputedColumn>,
    /// Rows one after the other, [`Self::width`] blocks each.
    table: Vec<Block>,
    width: usize,
    joint: Joint,
    lanes: Lanes,
    /// The leaf of each bit of a row.
    leaves: Vec<u32>,
    briefs: Vec<Brief>,
    /// What the leaf of each bit of the vetoes forbids.
    vetoed: Vec<Hits>,
    /// Some rule can fail although every fact is known.
    fails_always: bool,
    /// Only actions that are the same for everybody say anything about a user whose facts are all known.
    only_actions: bool,
}

/// Which blocks of a row belong to which lane.
#[derive(Clone, Debug, Default)]
struct Lanes {
    actions: Range<usize>,
    /// The bit after the last action, which every row has: no action.
    last_resort: usize,
    vetoes: Range<usize>,
    obligations: Range<usize>,
    /// Answers with values of the user in them, again: making them can fail.
    doubtful: Range<usize>,
    fails: Range<usize>,
}

/// The words that leaves look for in one list.
#[derive(Debug)]
struct Members {
    slot: Slot,
    words: Dictionary,
    /// For each word the row of those who do not have it; the next row is of those who do.
    rows: Vec<usize>,
    /// The row of those who have none.
    none: usize,
}

/// A computed condition that some leaf needs.
#[derive(Debug)]
struct ComputedColumn {
    /// Its position in [`Lowered::computed`].
    number: usize,
    /// The row of users for whom it does not hold; then that of those for whom it does; then that of
    /// those for whom it cannot be told.
    row: usize,
}

/// Columns of which a user's rows are kept in place; policies that look at more fields are rare.
const IN_PLACE: usize = 10;

/// Where a user stands: one row of the index for each column. Small, because many are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// Numbers of rows.
    rows: [u16; IN_PLACE],
    /// Numbers of rows of the columns that are joined.
    joint: [u16; GROUPS],
    count: u8,
    /// A fact is not known or a condition cannot be told, so rules may fail.
    trouble: bool,
    /// A value is not of the kind of its field: the index has nothing to say.
    odd: bool,
    /// Whether [`Self::extra`] says anything.
    narrowed: bool,
    /// What further columns, lists and computed conditions leave, already intersected.
    extra: Option<Box<Extra>>,
}

/// Behind one pointer, so that a prepared user stays within one line of the cache.
#[derive(Clone, Debug)]
struct Extra(Vec<Block>);

impl Standing {
    /// Whether the index has nothing to say about this user.
    pub(crate) const fn is_odd(&self) -> bool {
        self.odd
    }

    #[inline]
    fn rows(&self) -> &[u16] {
        self.rows.get(..usize::from(self.count)).unwrap_or(&self.rows)
    }

    /// What is narrowed down further, at first not at all.
    fn extra(&mut self, width: usize) -> &mut [Block] {
        let Extra(extra) = &mut **self.extra.get_or_insert_with(|| Box::new(Extra(Vec::new())));
        if !self.narrowed {
            self.narrowed = true;
            extra.clear();
            extra.resize(width, [u64::MAX; 2]);
        }
        extra
    }

    /// What some blocks are narrowed down to.
    #[inline]
    fn extra_at<const N: usize>(&self, at: usize) -> [Block; N] {
        let mut left = [[u64::MAX; 2]; N];
        if let Some(Extra(extra)) = self.extra.as_deref().filter(|_| self.narrowed) {
            for (left, extra) in left.iter_mut().zip(extra.get(at..).unwrap_or_default()) {
                *left = *extra;
            }
        }
        left
    }
}

impl Index {
    /// Finds where a user stands, whose `has_left` is filled in.
    pub(crate) fn stand(&self, policy: &Policy, user: &User, moment: &Moment) -> Standing {
        let mut standing = Standing::default();
        self.stand_by_facts(&mut standing, user, user.view(Field::HasLeft.slot()));
        if !standing.odd {
            self.stand_by_conditions(&mut standing, policy, user, moment);
        }
        standing
    }

    /// Whether looking a user up evaluates expressions.
    pub(crate) fn computes(&self) -> bool {
        !self.computed.is_empty()
    }

    /// Finds where a user stands by facts alone, with `has_left` from elsewhere. Where the index
    /// [computes](Self::computes), conditions are still to be looked at.
    #[inline]
    pub(crate) fn stand_by_facts(&self, standing: &mut Standing, user: &impl Facts, has_left: View<'_>) {
        (standing.trouble, standing.odd, standing.narrowed) = (false, false, false);
        standing.joint = self.joint.start();
        let columns = self.columns.iter().zip(&self.starts).take(self.in_place);
        for (at, (place, (column, start))) in standing.rows.iter_mut().zip(columns).enumerate() {
            let class = class_of(column, user, has_left);
            standing.trouble |= is_trouble(class);
            let class = number_of(class, &mut standing.odd);
            *place = u16::try_from(start + class).unwrap_or(0);
            self.joint.add(&mut standing.joint, at, class);
        }
        standing.count = u8::try_from(self.in_place).unwrap_or(0);
        if self.columns.is_empty() {
            (standing.rows[0], standing.count) = (0, 1);
        }
        if self.columns.len() > self.in_place || !self.members.is_empty() {
            self.stand_further(standing, user, has_left);
        }
    }

    /// Further columns, and lists.
    fn stand_further(&self, standing: &mut Standing, user: &impl Facts, has_left: View<'_>) {
        let mut odd = standing.odd;
        for (column, start) in self.columns.iter().zip(&self.starts).skip(self.in_place) {
            let class = class_of(column, user, has_left);
            standing.trouble |= is_trouble(class);
            let row = start + number_of(class, &mut odd);
            and(standing.extra(self.width), self.row(row as usize));
        }
        standing.odd = odd;
        for members in &self.members {
            self.stand_in_list(members, user.view(members.slot), standing.extra(self.width));
        }
    }

    fn stand_in_list(&self, members: &Members, view: View<'_>, extra: &mut [Block]) {
        let View::Texts(texts) = view else { return and(extra, self.row(members.none)) };
        let mut found = false;
        // Most lists have none of the words, and hardly any has many: the words found are few.
        let mut has = [0_u64; 4];
        let mut many =
            if members.rows.len() > 256 { vec![0; members.rows.len().div_ceil(64)] } else { Vec::new() };
        let has: &mut [u64] = if many.is_empty() { &mut has } else { &mut many };
        for text in texts.iter() {
            let word = members.words.find(text) as usize;
            if word < members.rows.len() {
                has[word / 64] |= 1 << (word % 64);
                found = true;
            }
        }
        if !found {
            return and(extra, self.row(members.none));
        }
        for (word, row) in members.rows.iter().enumerate() {
            and(extra, self.row(row + usize::from(has[word / 64] >> (word % 64) & 1 == 1)));
        }
    }

    /// Finds where a user, who stands somewhere by facts, stands by computed conditions.
    pub(crate) fn stand_by_conditions(
        &self,
        standing: &mut Standing,
        policy: &Policy,
        user: &User,
        moment: &Moment,
    ) {
        if self.computed.is_empty() {
            return;
        }
        for column in &self.computed {
            let outcome = self.outcome(column.number, policy, user, moment);
            standing.trouble |= outcome == Outcome::Fails;
            and(standing.extra(self.width), self.row(column.row + layout::place(outcome)));
        }
    }

    fn outcome(&self, number: usize, policy: &Policy, user: &User, moment: &Moment) -> Outcome {
        let Some(computed) = self.lowered.computed.get(number) else { return Outcome::Fails };
        layout::outcome(computed, policy, user, moment)
    }

    fn row(&self, number: usize) -> &[Block] {
        &self.table[number * self.width..(number + 1) * self.width]
    }

    /// The leaves of one block that hold.
    #[inline]
    fn block(&self, standing: &Standing, at: usize) -> Block {
        let [mut left] = standing.extra_at(at);
        for row in standing.rows() {
            let [low, high] = self.table[usize::from(*row) * self.width + at];
            left = [left[0] & low, left[1] & high];
        }
        left
    }

    /// The first action that holds, as its bit.
    #[inline]
    fn first_action(&self, standing: &Standing) -> Option<usize> {
        if self.joint.is_made() && !standing.trouble {
            return self.joint.first(standing);
        }
        self.lanes
            .actions
            .clone()
            .find_map(|at| first_bit([self.block(standing, at)]).map(|bit| at * 128 + bit))
    }

    #[inline]
    fn any(&self, standing: &Standing, lane: &Range<usize>) -> bool {
        lane.clone().any(|at| !nothing(self.block(standing, at)))
    }

    /// Every bit of a lane that holds.
    fn all(&self, standing: &Standing, lane: &Range<usize>, found: &mut Vec<usize>) {
        for at in lane.clone() {
            for (half, mut bits) in self.block(standing, at).into_iter().enumerate() {
                while bits != 0 {
                    found.push(at * 128 + half * 64 + bits.trailing_zeros() as usize);
                    bits &= bits - 1;
                }
            }
        }
    }

    /// The leaves that hold, as words of their bits: the same words, the same answers. `None` where
    /// answers have values of the user in them.
    pub(crate) fn survivors(&self, standing: &Standing, found: &mut Vec<u64>) -> Option<()> {
        if standing.odd || !self.lowered.unlowered.is_empty() || self.any(standing, &self.lanes.doubtful) {
            return None;
        }
        let may_fail = standing.trouble || self.fails_always;
        let lanes = &self.lanes;
        let fails = if may_fail { &lanes.fails } else { &(0..0) };
        for lane in [&lanes.actions, &lanes.vetoes, &lanes.obligations, fails] {
            for at in lane.clone() {
                let [low, high] = self.block(standing, at);
                found.push(low);
                found.push(high);
            }
        }
        Some(())
    }

    /// Whether some leaf that holds says something else about each user.
    pub(crate) fn is_individual(&self, standing: &Standing) -> bool {
        let mut found = Vec::new();
        for lane in [&self.lanes.doubtful, &self.lanes.fails] {
            self.all(standing, lane, &mut found);
        }
        found
            .into_iter()
            .filter_map(|bit| self.leaf(bit))
            .any(|leaf| matches!(leaf.says, Says::Template(..) | Says::FailsLike(_)))
    }

    /// What the lowered rules say about a user, in file order; rules that say nothing are left out.
    pub(crate) fn answers(
        &self,
        standing: &Standing,
        policy: &Policy,
        user: &User,
        moment: &Moment,
    ) -> Vec<Said> {
        let mut found = Vec::new();
        for lane in [&self.lanes.actions, &self.lanes.vetoes, &self.lanes.obligations] {
            self.all(standing, lane, &mut found);
        }
        if standing.trouble || self.fails_always {
            self.all(standing, &self.lanes.fails, &mut found);
        }
        let leaves = found.into_iter().filter_map(|bit| self.leaf(bit));
        let mut said: Vec<Said> = leaves
            .map(|leaf| Said { rule: leaf.rule, answer: self.says(leaf, policy, user, moment) })
            .collect();
        in_order(&mut said);
        said
    }

    fn leaf(&self, bit: usize) -> Option<&Leaf> {
        self.lowered.leaves.get(*self.leaves.get(bit)? as usize)
    }

    fn says(&self, leaf: &Leaf, policy: &Policy, user: &User, moment: &Moment) -> Result<Answer, RuleError> {
        let room = policy.rules.get(leaf.rule).map_or(0, |rule| rule.locals);
        match &leaf.says {
            Says::Constant(answer) => Ok(Answer::clone(answer)),
            Says::Template(node, _) => Walk::quiet(policy, user, moment, room).answer(node),
            Says::Fails(error) => Err(error.clone()),
            Says::FailsLike(number) => {
                let computed = self.lowered.computed.get(*number).ok_or(RuleError::Internal)?;
                let settled = Walk::quiet(policy, user, moment, room).settle(&computed.node);
                Err(settled.err().unwrap_or(RuleError::Internal))
            }
        }
    }

    /// Rules that stay with the interpreter.
    pub(crate) fn unlowered(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.lowered.unlowered.iter().map(|unlowered| unlowered.rule)
    }

    /// What was lowered.
    pub(crate) const fn lowered(&self) -> &Arc<Lowered> {
        &self.lowered
    }
}

/// The class of a user in a column, whose `has_left` is known from elsewhere.
#[inline]
fn class_of(column: &Column, user: &impl Facts, has_left: View<'_>) -> Class {
    let is_has_left = column.slot == Field::HasLeft.slot();
    column.class(if is_has_left { has_left } else { user.view(column.slot) })
}

/// The number of a class; of a value of another kind any.
#[inline]
fn number_of(class: Class, odd: &mut bool) -> u32 {
    match class {
        Class::Of(number) => number,
        Class::Odd => {
            *odd = true;
            0
        }
    }
}

/// Whether rules may fail because of a value.
#[inline]
fn is_trouble(class: Class) -> bool {
    matches!(class, Class::Of(UNKNOWN | TOO_LONG))
}

/// The number of today.
fn today_of(moment: &Moment) -> i64 {
    day_number(moment.today())
}
