//! Which column is which field: found out once for a schema, and held against every batch.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};

use super::cells::accept;
use crate::diagnostic::Diagnostic;
use crate::directory::SubscriptionHeader;
use crate::directory::resolved::{
    Resolution, field_of_column, missing_column, repeated_column, wrong_column,
};
use crate::model::{Edition, Fact, Field, Kind, Schema, Slot};

/// What holds of users where columns say nothing.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    edition: Option<Edition>,
    header: Option<SubscriptionHeader>,
}

impl Defaults {
    /// Nothing is known but what the columns say.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a subscription file says: its edition, what it assumes, and which fields it provides.
    pub fn of(header: &SubscriptionHeader) -> Self {
        Self { edition: None, header: Some(header.clone()) }
    }

    /// The edition of a user whose row has none.
    #[must_use]
    pub const fn edition(mut self, edition: Edition) -> Self {
        self.edition = Some(edition);
        self
    }
}

/// The columns of an input as fields of users. Clones share their content.
///
/// ```
/// use std::sync::Arc;
/// use arrow_schema::{DataType, Field, Schema};
/// use leaver::columns::{Binding, Defaults};
///
/// let fields = Arc::new(leaver::model::Schema::default());
/// let columns = Schema::new(vec![
///     Field::new("id", DataType::Utf8, false),
///     Field::new("employmet", DataType::Utf8, true),
///     Field::new("last_day", DataType::Int64, true),
/// ]);
/// let mistakes = Binding::new(&fields, &Arc::new(columns), &Defaults::new()).unwrap_err();
/// assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `employment`?"));
/// assert_eq!(mistakes[1].code.as_str(), "D0401");
/// ```
#[derive(Clone, Debug)]
pub struct Binding(Arc<Bound>);

#[derive(Debug)]
struct Bound {
    input: SchemaRef,
    schema: Arc<Schema>,
    columns: Vec<Column>,
    /// For each field the position in `columns`.
    by_slot: Vec<Option<usize>>,
    /// For each field what is known of it without a value.
    omitted: Vec<Option<Fact>>,
    resolution: Resolution,
}

/// A column that is read.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its position in the input.
    pub(super) at: usize,
    pub(super) slot: Slot,
    pub(super) kind: Kind,
    /// Whether a row without a value is bad.
    pub(super) required: bool,
}

impl Binding {
    /// Finds the fields of `schema` (built-in ones and attributes) among the columns of `input`.
    ///
    /// # Errors
    /// Everything that is wrong with the columns: one that is no field, one of a type that cannot hold
    /// its field, one given twice, and that `id` is missing.
    pub fn new(
        schema: &Arc<Schema>,
        input: &SchemaRef,
        defaults: &Defaults,
    ) -> Result<Self, Vec<Diagnostic>> {
        let header = defaults.header.as_ref();
        let mut found = Vec::new();
        let mut columns: Vec<Column> = Vec::new();
        for (at, field) in input.fields().iter().enumerate() {
            let slot = match field_of_column(field.name(), schema, header) {
                Ok(Some(slot)) => slot,
                Ok(None) => continue,
                Err(diagnostic) => {
                    found.push(diagnostic);
                    continue;
                }
            };
            if columns.iter().any(|column| column.slot == slot) {
                found.push(repeated_column(field.name()));
                continue;
            }
            let kind = &schema.field_type(slot).kind;
            if let Err(help) = accept(kind, field.data_type()) {
                found.push(refuse(field.name(), kind, field.data_type(), help));
            }
            columns.push(Column { at, slot, kind: kind.clone(), required: false });
        }
        if !columns.iter().any(|column| column.slot == Field::Id.slot()) {
            found.push(missing_column(Field::Id.name()));
        }
        if !found.is_empty() {
            return Err(found);
        }
        let slots: Vec<Slot> = columns.iter().map(|column| column.slot).collect();
        let resolution = Resolution::new(schema, &slots, header, defaults.edition);
        let omitted: Vec<Option<Fact>> = schema.slots().map(|slot| resolution.omitted(slot)).collect();
        for column in &mut columns {
            column.required = omitted.get(column.slot.index()).is_none_or(Option::is_none);
        }
        let by_slot =
            schema.slots().map(|slot| columns.iter().position(|column| column.slot == slot)).collect();
        Ok(Self(Arc::new(Bound {
            input: input.clone(),
            schema: schema.clone(),
            columns,
            by_slot,
            omitted,
            resolution,
        })))
    }

    /// The columns it was made for.
    pub fn input(&self) -> &SchemaRef {
        &self.0.input
    }

    /// Whether some column, or a default, speaks for a field: what
    /// [`Policy::missing_fields`](crate::policy::Policy::missing_fields) asks.
    pub fn provides(&self, slot: Slot) -> bool {
        let has = |slot: Slot| {
            self.0.by_slot.get(slot.index()).is_some_and(Option::is_some)
                || matches!(self.0.omitted.get(slot.index()), Some(Some(Fact::Known(_) | Fact::Absent)))
        };
        has(slot)
    }

    /// The fields and attributes.
    pub(super) fn schema(&self) -> &Arc<Schema> {
        &self.0.schema
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> &[Column] {
        &self.0.columns
    }

    /// The position in [`Self::columns`] of the column of a field.
    #[inline]
    pub(super) fn position(&self, slot: Slot) -> Option<usize> {
        *self.0.by_slot.get(slot.index())?
    }

    /// What is known of a field of a user without a value for it.
    #[inline]
    pub(super) fn omitted(&self, slot: Slot) -> &Fact {
        const UNKNOWN: &Fact = &Fact::Unknown;
        self.0.omitted.get(slot.index()).and_then(Option::as_ref).unwrap_or(UNKNOWN)
    }

    pub(super) fn resolution(&self) -> &Resolution {
        &self.0.resolution
    }

    /// Whether a batch has these columns. Whether a column may be null, and what is noted beside it, does
    /// not matter.
    pub(super) fn fits(&self, batch: &SchemaRef) -> bool {
        Arc::ptr_eq(batch, &self.0.input)
            || batch.fields().len() == self.0.input.fields().len()
                && batch.fields().iter().zip(self.0.input.fields()).all(|(one, other)| {
                    one.name() == other.name() && same_type(one.data_type(), other.data_type())
                })
    }
}

fn same_type(one: &DataType, other: &DataType) -> bool {
    one == other || one.equals_datatype(other)
}

fn refuse(name: &str, kind: &Kind, ty: &DataType, help: String) -> Diagnostic {
    let kind = match kind {
        Kind::OneOf(_) => "text".to_owned(),
        kind => kind.to_string(),
    };
    wrong_column(format!("the column `{name}` must hold {kind}, this is {ty}"), help)
}
