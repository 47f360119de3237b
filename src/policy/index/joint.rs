//! Columns joined: for the classes of several columns together the actions that all of them leave.
//!
//! In go the rows of the columns, out comes a table with a row for each combination. A user whose facts are all
//! known then has two or three rows to be intersected instead of ten. Only actions are in it: they are looked
//! at every time, the other lanes seldom.

use super::column::{ABSENT, Column, VALUES};
use super::row::{Block, and, first_bit};
use super::{Index, Standing};
use crate::sort;

/// Groups of columns at most; where more would be needed, nothing is joined.
pub(super) const GROUPS: usize = 4;
/// Rows of a group at most.
const ROWS: usize = 1_024;
/// Blocks of a group at most: what the nearer parts of a processor's memory hold.
const BLOCKS: usize = 8_192;
/// Blocks that are looked at together where there are several.
const TOGETHER: usize = 4;

/// The table.
#[derive(Debug, Default)]
pub(super) struct Joint {
    /// For each column that is joined its group, and what its position counts there.
    parts: Vec<Part>,
    /// The first row of each group.
    starts: [u16; GROUPS],
    groups: usize,
    table: Vec<Block>,
    /// Blocks of a row.
    width: usize,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    group: u8,
    stride: u16,
}

/// Where a class stands: no value, then the values. Users with other classes are not looked up here.
#[inline]
fn position(class: u32) -> u16 {
    u16::try_from(class.saturating_sub(VALUES - 1)).unwrap_or(0)
}

/// The class that stands at a position.
fn class(position: usize) -> usize {
    let shift = if position == 0 { ABSENT } else { VALUES - 1 };
    position + shift as usize
}

/// A few groups have a thousand rows each.
fn number_of_row(row: usize) -> u16 {
    u16::try_from(row).unwrap_or(u16::MAX)
}

/// How many positions a column has.
fn positions(column: &Column) -> usize {
    (column.classes() - VALUES) as usize + 1
}

/// A group under way.
struct Group {
    columns: Vec<usize>,
    rows: usize,
}

/// Deals columns out to groups, the largest first.
fn in_groups(columns: &[Column], most: usize) -> Option<Vec<Group>> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    sort::by_key(&mut order, |at| std::cmp::Reverse(positions(&columns[*at])));
    let mut groups: Vec<Group> = Vec::new();
    for at in order {
        let own = positions(&columns[at]);
        if let Some(group) = groups.iter_mut().find(|group| group.rows.saturating_mul(own) <= most) {
            group.rows *= own;
            group.columns.push(at);
        } else if own <= most && groups.len() < GROUPS {
            groups.push(Group { columns: vec![at], rows: own });
        } else {
            return None;
        }
    }
    Some(groups)
}

impl Joint {
    /// The table of an index whose rows are made. Nothing, if there is nothing to join or not enough room.
    pub(super) fn new(index: &Index) -> Self {
        let nothing = Self::default();
        let actions = &index.lanes.actions;
        let width = if actions.len() <= 2 { actions.len() } else { actions.len().next_multiple_of(TOGETHER) };
        let columns = index.columns.get(..index.in_place).unwrap_or_default();
        if columns.is_empty() {
            return nothing;
        }
        let Some(groups) = in_groups(columns, ROWS.min(BLOCKS / width)) else { return nothing };
        let mut joint = Self {
            parts: vec![Part { group: 0, stride: 0 }; columns.len()],
            groups: groups.len(),
            width,
            ..nothing
        };
        for (number, group) in (0_u8..).zip(groups) {
            joint.starts[usize::from(number)] = number_of_row(joint.table.len() / width);
            let mut stride = 1;
            for at in &group.columns {
                joint.parts[*at] = Part { group: number, stride: number_of_row(stride) };
                stride *= positions(&columns[*at]);
            }
            for row in 0..group.rows {
                let mut left = vec![[u64::MAX; 2]; actions.len()];
                let mut rest = row;
                for at in &group.columns {
                    let of = positions(&columns[*at]);
                    let own = index.row(index.starts[*at] as usize + class(rest % of));
                    and(&mut left, &own[actions.clone()]);
                    rest /= of;
                }
                left.resize(width, [0; 2]);
                joint.table.append(&mut left);
            }
        }
        joint
    }

    /// Whether anything is joined.
    #[inline]
    pub(super) const fn is_made(&self) -> bool {
        self.groups > 0
    }

    /// Where everybody starts.
    #[inline]
    pub(super) const fn start(&self) -> [u16; GROUPS] {
        self.starts
    }

    /// Adds the class of a column.
    #[inline]
    pub(super) fn add(&self, rows: &mut [u16; GROUPS], column: usize, class: u32) {
        if let Some(part) = self.parts.get(column) {
            let row = &mut rows[usize::from(part.group) % GROUPS];
            *row = row.wrapping_add(position(class).wrapping_mul(part.stride));
        }
    }

    /// The first action of a user whose facts are all known, as its bit.
    #[inline]
    pub(super) fn first(&self, standing: &Standing) -> Option<usize> {
        match self.width {
            1 => self.first_of::<1>(standing, 0),
            2 => self.first_of::<2>(standing, 0),
            width => (0..width).step_by(TOGETHER).find_map(|at| self.first_of::<TOGETHER>(standing, at)),
        }
    }

    #[inline]
    fn first_of<const N: usize>(&self, standing: &Standing, at: usize) -> Option<usize> {
        let mut left = standing.extra_at::<N>(at);
        for row in standing.joint.iter().take(self.groups) {
            let start = usize::from(*row) * self.width + at;
            and(&mut left, self.table.get(start..start + N).unwrap_or_default());
        }
        first_bit(left).map(|bit| at * 128 + bit)
    }
}
