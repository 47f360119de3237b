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
mod layout;
mod row;
#[cfg(test)]
mod tests;
mod verdict;

use std::ops::Range;
use std::sync::Arc;

use super::compiled::Policy;
use super::ir::{Leaf, Lowered, Outcome, Says};
use super::rule_error::RuleError;
use super::trace::{Walk, day_number};
use super::{Answer, combine::Said};
use crate::model::{Facts, Field, Moment, Slot, User, View};
#[cfg(feature = "arrow")]
pub(crate) use batch::{ALONE, Batch, Part, Source};
pub(crate) use column::{Class, Column};
use column::{TOO_LONG, UNKNOWN};
pub(crate) use dictionary::Dictionary;
pub(crate) use layout::outcome as computed_outcome;
use row::{Block, and, nothing};
pub use verdict::Verdict;
pub(crate) use verdict::{Brief, Grants};

/// The leaves of a policy, ready to be asked about users on one day.
#[derive(Debug)]
pub(crate) struct Index {
    lowered: Arc<Lowered>,
    /// Fields with tests of their value, the most selective first.
    columns: Vec<Column>,
    /// For each column where the rows of its classes begin.
    starts: Vec<u32>,
    members: Vec<Members>,
    computed: Vec<ComputedColumn>,
    /// Rows one after the other, [`Self::width`] blocks each.
    table: Vec<Block>,
    width: usize,
    lanes: Lanes,
    /// The leaf of each bit of a row.
    leaves: Vec<u32>,
    briefs: Vec<Brief>,
    /// Some rule can fail although every fact is known.
    fails_always: bool,
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
const IN_PLACE: usize = 14;

/// Blocks of a row that are all looked at.
const FEW: usize = 4;

/// Where a user stands: one row of the index for each column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    rows: [u32; IN_PLACE],
    count: usize,
    /// A fact is not known or a condition cannot be told, so rules may fail.
    trouble: bool,
    /// A value is not of the kind of its field: the index has nothing to say.
    odd: bool,
    /// What further columns, lists and computed conditions leave, already intersected; empty where
    /// there are none.
    extra: Vec<Block>,
}

impl Standing {
    /// Whether the index has nothing to say about this user.
    pub(crate) const fn is_odd(&self) -> bool {
        self.odd
    }

    #[inline]
    fn rows(&self) -> &[u32] {
        self.rows.get(..self.count).unwrap_or(&self.rows)
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
        standing.count = 0;
        (standing.trouble, standing.odd) = (false, false);
        standing.extra.clear();
        for (at, (column, start)) in self.columns.iter().zip(&self.starts).take(IN_PLACE).enumerate() {
            if let Some(row) = self.class_row(column, *start, standing, user, has_left) {
                standing.rows[at] = row;
                standing.count = at + 1;
            }
        }
        if self.columns.is_empty() {
            (standing.rows[0], standing.count) = (0, 1);
        }
        if self.columns.len() > IN_PLACE || !self.members.is_empty() {
            self.stand_further(standing, user, has_left);
        }
    }

    /// Where the row of a user's class begins in the table.
    #[inline]
    fn class_row(
        &self,
        column: &Column,
        start: u32,
        standing: &mut Standing,
        user: &impl Facts,
        has_left: View<'_>,
    ) -> Option<u32> {
        let is_has_left = column.slot == Field::HasLeft.slot();
        match column.class(if is_has_left { has_left } else { user.view(column.slot) }) {
            Class::Of(class) => {
                standing.trouble |= class == UNKNOWN || class == TOO_LONG;
                Some(start + class * self.stride())
            }
            Class::Odd => {
                standing.odd = true;
                None
            }
        }
    }

    /// Further columns, and lists.
    fn stand_further(&self, standing: &mut Standing, user: &impl Facts, has_left: View<'_>) {
        let mut extra = std::mem::take(&mut standing.extra);
        extra.resize(self.width, [u64::MAX; 2]);
        for (column, start) in self.columns.iter().zip(&self.starts).skip(IN_PLACE) {
            if let Some(row) = self.class_row(column, *start, standing, user, has_left) {
                and(&mut extra, &self.table[row as usize..row as usize + self.width]);
            }
        }
        for members in &self.members {
            self.stand_in_list(members, user.view(members.slot), &mut extra);
        }
        standing.extra = extra;
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
        standing.extra.resize(self.width, [u64::MAX; 2]);
        for column in &self.computed {
            let outcome = self.outcome(column.number, policy, user, moment);
            standing.trouble |= outcome == Outcome::Fails;
            and(&mut standing.extra, self.row(column.row + layout::place(outcome)));
        }
    }

    fn outcome(&self, number: usize, policy: &Policy, user: &User, moment: &Moment) -> Outcome {
        let Some(computed) = self.lowered.computed.get(number) else { return Outcome::Fails };
        layout::outcome(computed, policy, user, moment)
    }

    fn row(&self, number: usize) -> &[Block] {
        &self.table[number * self.width..(number + 1) * self.width]
    }

    fn stride(&self) -> u32 {
        u32::try_from(self.width).unwrap_or(u32::MAX)
    }

    /// The leaves of one block that hold.
    #[inline]
    fn block(&self, standing: &Standing, at: usize) -> Block {
        let rows = standing.rows();
        let mut left = standing.extra.get(at).copied().unwrap_or([u64::MAX; 2]);
        let mut narrow = |rows: &[u32]| {
            for start in rows {
                let row = self.table[*start as usize + at];
                left = [left[0] & row[0], left[1] & row[1]];
            }
            left
        };
        // The most selective columns come first. Where there are many blocks, a look after a few columns
        // spares most blocks the others; where there are few, the look costs more than it spares.
        if self.width <= FEW {
            return narrow(rows);
        }
        let (first, rest) = rows.split_at(rows.len().min(3));
        if nothing(narrow(first)) { [0; 2] } else { narrow(rest) }
    }

    /// The first bit of a lane that holds.
    #[inline]
    fn first(&self, standing: &Standing, lane: &Range<usize>) -> Option<usize> {
        lane.clone().find_map(|at| {
            let [low, high] = self.block(standing, at);
            let bits = u128::from(high) << 64 | u128::from(low);
            (bits != 0).then(|| at * 128 + bits.trailing_zeros() as usize)
        })
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
        said.sort_by_key(|said| said.rule);
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

/// The number of today.
fn today_of(moment: &Moment) -> i64 {
    day_number(moment.today())
}
