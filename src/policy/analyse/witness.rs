//! Witnesses: real users that fit a region of the space.

use std::sync::Arc;

use time::Duration;

use super::space::{Axis, Options, Space};
use crate::model::{Fact, Field, FieldSource, Id, Kind, Leaving, Moment, Schema, Slot, User, Value, View};
use crate::policy::compiled::Policy;
use crate::policy::index::{Class, computed_outcome};
use crate::policy::ir::{Computed, Outcome};

/// How many users are tried before a region counts as one without a witness.
const TRIES: usize = 48;

/// Makes users of one policy's schema.
pub(super) struct Maker<'p> {
    pub(super) policy: &'p Policy,
    pub(super) computed: &'p [Computed],
    pub(super) moment: &'p Moment,
}

impl Maker<'_> {
    /// A user in a region, if one is found.
    pub(super) fn user(&self, space: &Space, region: &[Options]) -> Option<User> {
        (0..TRIES).find_map(|attempt| self.attempt(space, region, attempt))
    }

    fn attempt(&self, space: &Space, region: &[Options], attempt: usize) -> Option<User> {
        let schema = &self.policy.schema;
        let mut user = plain(schema, Self::id(space, region, attempt)?);
        // Different numbers for different fields, so that tries differ in more than one place.
        let pick = |facts: &[Fact], at: usize| {
            let number = if attempt == 0 { 0 } else { attempt.wrapping_mul(2 * at + 1) };
            facts.get(number % facts.len().max(1)).cloned()
        };
        for (at, (axis, options)) in space.axes.iter().zip(region).enumerate() {
            if let Axis::Column(column) = axis
                && column.slot() != Field::HasLeft.slot()
                && column.slot() != Field::Id.slot()
            {
                let field = schema.field_type(column.slot());
                let facts: Vec<Fact> =
                    options.iter().flat_map(|class| column.examples(class, &field.kind)).collect();
                user.set(column.slot(), pick(&facts, at)?);
            }
        }
        self.fill_lists(&mut user, space, region)?;
        self.leave(&mut user, space, region, attempt)?;
        self.fits(&user, space, region).then_some(user)
    }

    /// The ID, which is the one fact that a user always has.
    fn id(space: &Space, region: &[Options], attempt: usize) -> Option<Id> {
        let axes = space.axes.iter().zip(region);
        let mut ids = axes.filter_map(|(axis, options)| match axis {
            Axis::Column(column) if column.slot() == Field::Id.slot() => Some((column, options)),
            _ => None,
        });
        let Some((column, options)) = ids.next() else { return "WITNESS0".parse().ok() };
        let facts: Vec<Fact> = options.iter().flat_map(|class| column.examples(class, &Kind::Id)).collect();
        match facts.get(attempt % facts.len().max(1))? {
            Fact::Known(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// Lists have the texts they must have, and others up to their length.
    fn fill_lists(&self, user: &mut User, space: &Space, region: &[Options]) -> Option<()> {
        for slot in self.policy.schema.slots() {
            if self.policy.schema.field_type(slot).kind != Kind::Texts {
                continue;
            }
            let mut texts: Vec<Arc<str>> = Vec::new();
            for (axis, options) in space.axes.iter().zip(region) {
                if let Axis::Member(own, word) = axis
                    && *own == slot
                    && !options.contains(0)
                {
                    texts.push(word.clone());
                }
            }
            let length = match user.fact(slot) {
                Fact::Known(Value::Texts(sized)) => sized.len(),
                Fact::Absent if texts.is_empty() => continue,
                _ => 0,
            };
            let tested =
                space.axes.iter().any(|axis| matches!(axis, Axis::Column(column) if column.slot() == slot));
            if tested && texts.len() > length && !Self::may_be_longer(space, region, slot, texts.len()) {
                return None;
            }
            for number in texts.len()..length {
                texts.push(format!("other-{number}").into());
            }
            user.set(slot, Fact::Known(Value::Texts(texts.into())));
        }
        Some(())
    }

    fn may_be_longer(space: &Space, region: &[Options], slot: Slot, length: usize) -> bool {
        let texts: Arc<[Arc<str>]> = (0..length).map(|_| Arc::from("x")).collect();
        let fact = Fact::Known(Value::Texts(texts));
        space.axes.iter().zip(region).all(|(axis, options)| match axis {
            Axis::Column(column) if column.slot() == slot => {
                matches!(column.class(View::of(&fact)), Class::Of(class) if options.contains(class))
            }
            _ => true,
        })
    }

    /// Gives the user a leaving day that makes `has_left` what the region wants.
    fn leave(&self, user: &mut User, space: &Space, region: &[Options], attempt: usize) -> Option<()> {
        let axis_of = |slot: Slot| {
            let axes = space.axes.iter().zip(region);
            axes.into_iter().find_map(|(axis, options)| match axis {
                Axis::Column(column) if column.slot() == slot => Some((column, options)),
                _ => None,
            })
        };
        let Some((has_left, wanted)) = axis_of(Field::HasLeft.slot()) else { return Some(()) };
        let today = self.moment.today();
        let day = |days: i64| Fact::Known(Value::Date(today + Duration::days(days)));
        let at = |hours: i64| Fact::Known(Value::Instant(self.moment.instant() + Duration::hours(hours)));
        let candidates = |slot: Slot, free: Vec<Fact>| match axis_of(slot) {
            Some((column, options)) => {
                let kind = &self.policy.schema.field_type(slot).kind;
                options.iter().flat_map(|class| column.examples(class, kind)).collect()
            }
            None => free,
        };
        let days = candidates(Field::LastDay.slot(), vec![Fact::Absent, day(-3), day(30)]);
        let instants = candidates(Field::LeavesAt.slot(), vec![Fact::Absent, at(-1), at(1)]);
        let count = days.len() * instants.len();
        for number in 0..count {
            let number = (number + attempt) % count;
            user.set(Field::LastDay.slot(), days[number % days.len()].clone());
            user.set(Field::LeavesAt.slot(), instants[number / days.len()].clone());
            let leaving = Leaving::of(user, self.moment);
            let fits = matches!(has_left.class(View::of(&leaving.has_left)), Class::Of(class) if wanted.contains(class));
            if fits && leaving.returns.is_none() && !leaving.contradiction {
                return Some(());
            }
        }
        None
    }

    /// Whether a user is in a region.
    fn fits(&self, user: &User, space: &Space, region: &[Options]) -> bool {
        let leaving = Leaving::of(user, self.moment);
        let mut user = user.clone();
        user.set(Field::HasLeft.slot(), leaving.has_left);
        space.axes.iter().zip(region).all(|(axis, options)| match axis {
            Axis::Column(column) => {
                matches!(column.class(View::of(user.fact(column.slot()))), Class::Of(class) if options.contains(class))
            }
            Axis::Member(slot, word) => {
                let has =
                    matches!(user.fact(*slot), Fact::Known(Value::Texts(texts)) if texts.contains(word));
                options.contains(u32::from(has))
            }
            Axis::Computed(number) => {
                self.computed.get(*number).is_some_and(|computed| {
                    match computed_outcome(computed, self.policy, &user, self.moment) {
                        Outcome::No => options.contains(0),
                        Outcome::Yes => options.contains(1),
                        Outcome::Fails => false,
                    }
                })
            }
        })
    }
}

/// Somebody of whom everything is known and nothing is special.
fn plain(schema: &Schema, id: Id) -> User {
    let mut user = User::new(id, schema);
    for slot in schema.slots() {
        let field = schema.field_type(slot);
        let fact = match &field.kind {
            _ if field.optional => Fact::Absent,
            Kind::Bool => Fact::Known(Value::Bool(false)),
            Kind::Int => Fact::Known(Value::Int(0)),
            Kind::Texts => Fact::Known(Value::Texts(Arc::from([]))),
            Kind::OneOf(set) => Fact::Known(Value::Text(set.words[0].clone())),
            Kind::Text => Fact::Known(Value::Text("W1".into())),
            _ => Fact::Absent,
        };
        user.set(slot, fact);
    }
    let word = |user: &mut User, field: Field, word: &str| {
        user.set(field.slot(), Fact::Known(Value::Text(word.into())));
    };
    word(&mut user, Field::Edition, "enterprise");
    user.set(Field::HasLeft.slot(), Fact::Unknown);
    user
}

/// A user as the line of a policy test says it: only what is not plain.
pub(super) fn told(user: &User, schema: &Schema) -> serde_json::Value {
    let plain = plain(schema, user.id());
    let mut facts = serde_json::Map::new();
    for slot in schema.slots() {
        let name = schema.name(slot);
        let derived = schema.field(slot).is_some_and(|field| {
            field == Field::Id || field.info().source == FieldSource::Derived && field == Field::HasLeft
        });
        let special = user.fact(slot) != plain.fact(slot) || slot == Field::Employment.slot();
        if let (false, true, Fact::Known(value)) = (derived, special, user.fact(slot)) {
            facts.insert(name.to_owned(), value.to_json());
        }
    }
    facts.into()
}
