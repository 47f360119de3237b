//! The index for many users at once, of whom columns tell.
//!
//! In go the fields that have columns, and what is known of the others; out come tables. A user's classes
//! are added up to one number for each group of columns, and for each number the row that all columns of
//! the group leave is made beforehand. So the tables are an [`Index`] too, of few columns with many
//! classes, and its verdicts are found by the same code as those of one user. Where one group holds all
//! columns, the verdict is found beforehand for each number, and a user costs one look into a table.
//!
//! Nothing here looks at values: whoever holds the columns asks a [`Column`](super::Column) for classes
//! and a [`Part`] for what they add.

use super::column::{ABSENT, Column, TOO_LONG, UNKNOWN, VALUES};
use super::joint::Joint;
use super::row::{Block, and};
use super::verdict::{Grants, Verdict, Winner};
use super::{Class, IN_PLACE, Index, Lanes, Members, Standing};
use crate::model::{Field, Slot, View};
use crate::sort;

/// Numbers of one group for which the verdict is found beforehand.
const DENSE: usize = 8_192;
/// Numbers of one of several groups, if its columns leave the choice.
const JOINT: usize = 1_024;
/// Words that are looked for in one list; for more there would be too many sets of them.
const WORDS: usize = 6;
/// Actions whose codes fit.
const ACTIONS: usize = 16_000;

/// The code of users of whom only a decision tells.
pub(crate) const ALONE: u32 = u32::MAX;

/// What a part of a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The class of a field, by the position of its column; its positions are those of
    /// [`Part::of_class`].
    Field(usize),
    /// Whether the user has left: no, yes.
    HasLeft,
    /// Which words a list has, by the position of the list: a set of bits.
    Members(usize),
    /// Whether the edition includes revoking: no, yes.
    Entitled,
}

/// One summand of the number of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) source: Source,
    pub(crate) group: usize,
    stride: u16,
}

/// The tables of an index over columns.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) parts: Vec<Part>,
    /// Its columns are the groups.
    index: Index,
    /// For each number of each group what its users can give.
    given: Vec<Vec<Grants>>,
    /// Where there is one group, the code of each number.
    codes: Vec<u32>,
}

/// A column under way: for each of its classes the row and what it says of grants.
struct Dimension {
    source: Source,
    rows: Vec<Vec<Block>>,
    given: Vec<Grants>,
}

impl Index {
    /// The tables for users of whom columns tell all but what is `constant`. `None` where they could tell
    /// nothing: with rules in the interpreter, computed conditions, or very many words or classes.
    pub(crate) fn batch<'v>(
        &self,
        constant: &dyn Fn(Slot) -> Option<View<'v>>,
        complete: bool,
        entitled: Option<bool>,
    ) -> Option<Batch> {
        let has_many_words = |members: &Members| members.rows.len() > WORDS;
        if !self.lowered.unlowered.is_empty()
            || self.computes()
            || self.lanes.last_resort >= ACTIONS
            || self.members.iter().any(|members| has_many_words(members) && constant(members.slot).is_none())
        {
            return None;
        }
        let mut base = vec![[u64::MAX; 2]; self.width];
        let mut may_fail = self.fails_always;
        let mut dimensions = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            match constant(column.slot).map(|view| column.class(view)) {
                None => dimensions.push(self.dimension(at, column, complete)?),
                Some(Class::Odd) => return None,
                Some(Class::Of(class)) => {
                    may_fail |= class == UNKNOWN || class == TOO_LONG;
                    and(&mut base, self.class(at, class)?);
                }
            }
        }
        for (at, members) in self.members.iter().enumerate() {
            match constant(members.slot) {
                None => dimensions.push(self.list(at, members)),
                Some(view) => self.stand_in_list(members, view, &mut base),
            }
        }
        let ground = Grants::GROUND.when(complete);
        let asked = |grant: Grants| self.briefs.iter().any(|brief| brief.needs().include(grant));
        let mut given = Grants::ORDINARY;
        match constant(Field::HasLeft.slot()) {
            Some(has_left) => given = given.and(ground.when(has_left == View::Bool(true))),
            None if dimensions.iter().any(|known| known.source == Source::HasLeft) => {}
            None if asked(Grants::GROUND) => dimensions.push(self.truth(Source::HasLeft, ground)),
            None => {}
        }
        match entitled {
            Some(entitled) => given = given.and(Grants::ENTITLED.when(entitled)),
            None if asked(Grants::ENTITLED) => {
                dimensions.push(self.truth(Source::Entitled, Grants::ENTITLED));
            }
            None => {}
        }
        self.joined(dimensions, &base, given, may_fail)
    }

    /// The row of a class.
    fn class(&self, column: usize, class: u32) -> Option<&[Block]> {
        let start = self.starts.get(column)?.checked_add(class)? as usize * self.width;
        self.table.get(start..start + self.width)
    }

    /// The dimension of a column. Whether somebody has left is always known of users who are not looked
    /// at alone.
    fn dimension(&self, at: usize, column: &Column, complete: bool) -> Option<Dimension> {
        let rows = |classes: &mut dyn Iterator<Item = u32>| -> Option<Vec<Vec<Block>>> {
            classes.map(|class| self.class(at, class).map(<[Block]>::to_vec)).collect()
        };
        if column.slot == Field::HasLeft.slot() {
            let given = vec![Grants::default(), Grants::GROUND.when(complete)];
            return Some(Dimension {
                source: Source::HasLeft,
                rows: rows(&mut (VALUES..VALUES + 2))?,
                given,
            });
        }
        let rows = rows(&mut std::iter::once(ABSENT).chain(VALUES..column.classes()))?;
        Some(Dimension { source: Source::Field(at), given: vec![Grants::default(); rows.len()], rows })
    }

    /// The dimension of a list: every set of the words that are looked for.
    fn list(&self, at: usize, members: &Members) -> Dimension {
        let sets = 1_usize << members.rows.len();
        let row = |set: usize| {
            if set == 0 {
                return self.row(members.none).to_vec();
            }
            let mut left = vec![[u64::MAX; 2]; self.width];
            for (word, row) in members.rows.iter().enumerate() {
                and(&mut left, self.row(row + (set >> word & 1)));
            }
            left
        };
        Dimension {
            source: Source::Members(at),
            rows: (0..sets).map(row).collect(),
            given: vec![Grants::default(); sets],
        }
    }

    /// A dimension that counts for what is given only.
    fn truth(&self, source: Source, grant: Grants) -> Dimension {
        let rows = vec![vec![[u64::MAX; 2]; self.width]; 2];
        Dimension { source, rows, given: vec![Grants::default(), grant] }
    }

    /// The index of groups of dimensions.
    fn joined(
        &self,
        dimensions: Vec<Dimension>,
        base: &[Block],
        always: Grants,
        may_fail: bool,
    ) -> Option<Batch> {
        let (lanes, blocks) = self.lanes_of_batch(may_fail);
        let groups = in_groups(dimensions);
        if groups.len() > IN_PLACE {
            return None;
        }
        let (mut parts, mut table, mut starts, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut made = 0_usize;
        for (number, group) in groups.into_iter().enumerate() {
            let (mut rows, mut grants) = (vec![base.to_vec()], vec![always]);
            for dimension in group {
                let stride = u16::try_from(rows.len()).ok()?;
                u16::try_from(rows.len().checked_mul(dimension.rows.len())?).ok()?;
                parts.push(Part { source: dimension.source, group: number, stride });
                let (before, granted) = (std::mem::take(&mut rows), std::mem::take(&mut grants));
                for (class, own) in dimension.rows.iter().zip(&dimension.given) {
                    for (earlier, given) in before.iter().zip(&granted) {
                        let mut left = earlier.clone();
                        and(&mut left, class);
                        rows.push(left);
                        grants.push(given.and(*own));
                    }
                }
            }
            starts.push(u32::try_from(made).ok()?);
            made += rows.len();
            u16::try_from(made).ok()?;
            for row in rows {
                table.extend(blocks.iter().filter_map(|at| row.get(*at)));
            }
            given.push(grants);
        }
        let index = Self {
            lowered: self.lowered.clone(),
            columns: Vec::new(),
            starts,
            in_place: given.len(),
            members: Vec::new(),
            computed: Vec::new(),
            table,
            width: blocks.len(),
            joint: Joint::default(),
            lanes,
            leaves: blocks
                .iter()
                .filter_map(|at| self.leaves.get(at * 128..(at + 1) * 128))
                .flatten()
                .copied()
                .collect(),
            briefs: self.briefs.clone(),
            vetoed: Vec::new(),
            fails_always: may_fail,
            only_actions: false,
        };
        let index = index.finished();
        let mut batch = Batch { parts, index, given, codes: Vec::new() };
        if let [given] = batch.given.as_slice() {
            let numbers = 0..u16::try_from(given.len()).ok()?;
            let mut standing = Standing { count: 1, ..Standing::default() };
            batch.codes = numbers.map(|number| batch.code(&mut standing, &[number])).collect();
        }
        Some(batch)
    }

    /// The lanes that are looked at, and the blocks of which they consist.
    fn lanes_of_batch(&self, may_fail: bool) -> (Lanes, Vec<usize>) {
        let mut blocks = Vec::new();
        let mut lane = |lane: &std::ops::Range<usize>| {
            let start = blocks.len();
            blocks.extend(lane.clone());
            start..blocks.len()
        };
        let own = &self.lanes;
        let lanes = Lanes {
            actions: lane(&own.actions),
            last_resort: own.last_resort,
            vetoes: lane(&own.vetoes),
            obligations: lane(&own.obligations),
            doubtful: lane(&own.doubtful),
            fails: lane(if may_fail { &own.fails } else { &(0..0) }),
        };
        (lanes, blocks)
    }

    /// The column at a position.
    pub(crate) fn column(&self, at: usize) -> Option<&Column> {
        self.columns.get(at)
    }

    /// The field of the list at a position.
    pub(crate) fn list_slot(&self, at: usize) -> Option<Slot> {
        self.members.get(at).map(|members| members.slot)
    }

    /// The set of words that a text adds to those of a list.
    pub(crate) fn member(&self, at: usize, text: &str) -> usize {
        let Some(members) = self.members.get(at) else { return 0 };
        let word = members.words.find(text) as usize;
        if word < members.rows.len() { 1 << word } else { 0 }
    }
}

/// Deals dimensions out to as few groups as there is room for, the largest first.
fn in_groups(mut dimensions: Vec<Dimension>) -> Vec<Vec<Dimension>> {
    let size = |group: &[Dimension]| {
        group.iter().fold(1_usize, |size, dimension| size.saturating_mul(dimension.rows.len()))
    };
    if size(&dimensions) <= DENSE {
        return vec![dimensions];
    }
    sort::by_key(&mut dimensions, |dimension| std::cmp::Reverse(dimension.rows.len()));
    let mut groups: Vec<Vec<Dimension>> = Vec::new();
    for dimension in dimensions {
        let has_room =
            |group: &&mut Vec<Dimension>| size(group).saturating_mul(dimension.rows.len()) <= JOINT;
        match groups.iter_mut().find(has_room) {
            Some(group) => group.push(dimension),
            None => groups.push(vec![dimension]),
        }
    }
    groups
}

impl Part {
    /// What a class of a field adds to the number of the group; `None` if the user has to be looked at
    /// alone.
    #[inline]
    pub(crate) fn of_class(self, class: Class) -> Option<u16> {
        match class {
            Class::Of(UNKNOWN | TOO_LONG) | Class::Odd => None,
            Class::Of(ABSENT) => Some(0),
            Class::Of(class) => u16::try_from(class - VALUES + 1).ok().map(|class| class * self.stride),
        }
    }

    /// What a position adds: no or yes, or a set of words.
    #[inline]
    pub(crate) fn of_position(self, position: usize) -> u16 {
        u16::try_from(position).unwrap_or(0) * self.stride
    }
}

impl Batch {
    /// How many groups there are.
    pub(crate) fn groups(&self) -> usize {
        self.given.len()
    }

    /// The verdict of each code.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let winners =
            (0..self.index.briefs.len()).flat_map(|bit| [false, true].map(|obliged| Winner { bit, obliged }));
        winners.map(|winner| winner.verdict(&self.index.briefs)).collect()
    }

    /// The codes of users whose number in each group is given.
    pub(crate) fn codes(&self, numbers: &[Vec<u16>], codes: &mut [u32]) {
        let is_plain = self.has_actions_only();
        match numbers {
            [numbers] => {
                for (code, number) in codes.iter_mut().zip(numbers) {
                    *code = self.codes.get(usize::from(*number)).copied().unwrap_or(ALONE);
                }
            }
            [one, two] if is_plain => {
                for (code, (one, two)) in codes.iter_mut().zip(one.iter().zip(two)) {
                    *code = self.plain_code([*one, *two]);
                }
            }
            [one, two, three] if is_plain => {
                for (code, ((one, two), three)) in codes.iter_mut().zip(one.iter().zip(two).zip(three)) {
                    *code = self.plain_code([*one, *two, *three]);
                }
            }
            _ => {
                let mut standing =
                    Standing { count: u8::try_from(numbers.len()).unwrap_or(0), ..Standing::default() };
                for (row, code) in codes.iter_mut().enumerate() {
                    let mut found = [0; IN_PLACE];
                    for (number, numbers) in found.iter_mut().zip(numbers) {
                        *number = numbers.get(row).copied().unwrap_or(0);
                    }
                    *code = self.code(&mut standing, &found);
                }
            }
        }
    }

    /// Whether one block holds all that can be said: a few actions, nothing that modifies them, and no
    /// rule that could fail.
    fn has_actions_only(&self) -> bool {
        self.index.width == 1 && !self.index.fails_always
    }

    /// The code of a user with these numbers, where there are [only actions](Self::has_actions_only).
    #[inline]
    fn plain_code<const N: usize>(&self, numbers: [u16; N]) -> u32 {
        let (mut left, mut given) = ([u64::MAX; 2], Grants::default());
        let groups = numbers.iter().zip(&self.index.starts).zip(&self.given);
        for ((number, start), grants) in groups {
            let number = usize::from(*number);
            let row = self.index.table.get(*start as usize + number).copied().unwrap_or_default();
            left = [left[0] & row[0], left[1] & row[1]];
            given = given.and(grants.get(number).copied().unwrap_or_default());
        }
        let bit = if left[0] == 0 { 64 + left[1].trailing_zeros() } else { left[0].trailing_zeros() };
        match self.index.briefs.get(bit as usize) {
            Some(brief) if given.cover(brief.needs()) => 2 * bit,
            _ => ALONE,
        }
    }

    /// The code of a user with these numbers.
    #[inline]
    fn code(&self, standing: &mut Standing, numbers: &[u16]) -> u32 {
        let mut given = Grants::default();
        for (((row, number), start), grants) in
            standing.rows.iter_mut().zip(numbers).zip(&self.index.starts).zip(&self.given)
        {
            *row = u16::try_from(start + u32::from(*number)).unwrap_or(0);
            given = given.and(grants.get(usize::from(*number)).copied().unwrap_or_default());
        }
        match self.index.winner(standing, |needs| given.cover(needs)) {
            Some(Winner { bit, obliged }) => u32::try_from(2 * bit + usize::from(obliged)).unwrap_or(ALONE),
            None => ALONE,
        }
    }
}
