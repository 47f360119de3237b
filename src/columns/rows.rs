//! A batch as users: each row answers what is known of each field, without being copied.

use arrow_array::RecordBatch;

use super::binding::{Binding, Column};
use super::cells::Cells;
use super::suspects::Suspects;
use crate::directory::resolved::BadRow;
use crate::model::{Facts, Field, Id, Kind, Slot, Texts, User, View};

/// A batch whose columns are those of a binding.
#[derive(Debug)]
pub(super) struct Rows<'b> {
    pub(super) binding: &'b Binding,
    /// The values of each column of the binding.
    pub(super) cells: Vec<Cells<'b>>,
    /// Rows the record reader has to look at.
    pub(super) suspects: Suspects,
    pub(super) len: usize,
}

impl<'b> Rows<'b> {
    /// The rows of a batch that [fits](Binding::fits) the binding.
    pub(super) fn of(binding: &'b Binding, batch: &'b RecordBatch) -> Option<Self> {
        let cell = |column: &Column| Cells::of(batch.columns().get(column.at)?.as_ref());
        let cells: Vec<Cells<'b>> = binding.columns().iter().map(cell).collect::<Option<_>>()?;
        let mut suspects = Suspects::new(batch.num_rows());
        suspects.look(binding.columns(), &cells);
        Some(Self { binding, cells, suspects, len: batch.num_rows() })
    }

    /// The values of a field; `None` if it has no column.
    pub(super) fn cells_of(&self, slot: Slot) -> Option<&Cells<'b>> {
        self.cells.get(self.binding.position(slot)?)
    }

    /// The user of a row as the record reader has it, or what is wrong with the row.
    pub(super) fn read(&self, at: usize) -> Result<User, BadRow> {
        let columns = self.binding.columns().iter().zip(&self.cells);
        self.binding
            .resolution()
            .user(columns.map(|(column, cells)| (column.slot, cells.cell(at, &column.kind))))
    }

    /// The user of a row that is not among the suspects. Its lists are put into `lists`; `None` if the row
    /// has no ID after all.
    pub(super) fn row<'r>(&'r self, at: usize, lists: &'r mut Entries<'b>) -> Option<Row<'r, 'b>> {
        let id = match self.cells_of(Field::Id.slot())?.view(at, &Kind::Id)? {
            View::Id(id) => id,
            _ => return None,
        };
        lists.fill(self, at);
        Some(Row { rows: self, at, id, lists })
    }
}

/// The entries of the lists of a row. Kept from row to row, so that none takes memory anew.
#[derive(Debug, Default)]
pub(super) struct Entries<'b>(Vec<(usize, bool, Vec<&'b str>)>);

impl<'b> Entries<'b> {
    fn fill(&mut self, rows: &Rows<'b>, at: usize) {
        if self.0.is_empty() {
            let columns = rows.binding.columns().iter().enumerate();
            let lists = columns.filter(|(_, column)| column.kind == Kind::Texts);
            self.0 = lists.map(|(column, _)| (column, false, Vec::new())).collect();
        }
        for (column, given, entries) in &mut self.0 {
            *given = rows.cells.get(*column).and_then(|cells| cells.list(at, entries)).is_some();
        }
    }

    fn get(&self, column: usize) -> Option<&[&'b str]> {
        let (_, given, entries) = self.0.iter().find(|(known, _, _)| *known == column)?;
        given.then_some(entries)
    }
}

/// A row of which the record reader has nothing to complain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r, 'b> {
    rows: &'r Rows<'b>,
    at: usize,
    id: Id,
    lists: &'r Entries<'b>,
}

impl Facts for Row<'_, '_> {
    #[inline]
    fn id(&self) -> Id {
        self.id
    }

    fn view(&self, slot: Slot) -> View<'_> {
        let binding = self.rows.binding;
        let omitted = || View::of(binding.omitted(slot));
        let Some(position) = binding.position(slot) else { return omitted() };
        let (Some(column), Some(cells)) = (binding.columns().get(position), self.rows.cells.get(position))
        else {
            return omitted();
        };
        if column.kind == Kind::Texts {
            return self
                .lists
                .get(position)
                .map_or_else(omitted, |texts| View::Texts(Texts::Borrowed(texts)));
        }
        cells.view(self.at, &column.kind).unwrap_or_else(omitted)
    }

    fn to_user(&self) -> User {
        let schema = self.rows.binding.schema();
        let mut user = User::new(self.id, schema);
        for slot in schema.slots() {
            user.set(slot, self.view(slot).to_fact());
        }
        user
    }
}
