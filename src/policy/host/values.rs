//! Dates, instants, periods, and the lists of texts that users have.

use std::fmt;
use std::sync::Arc;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};
use time::{Date, Duration, OffsetDateTime};

use super::super::answer::Period;
use super::super::rule_error::RuleError;
use super::super::sandbox::raise;
use super::super::tree::Literal;
use super::functions::Functions;
use crate::model::{Moment, format_date, format_instant, parse_date};

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// A list of texts that belongs to a user or a constant.
///
/// It is no list of the script engine: copies share the texts, and the engine's limits, which count
/// the characters of a whole list, do not turn a member of many groups into an error.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Texts(Arc<[Arc<str>]>);

impl From<Arc<[Arc<str>]>> for Texts {
    fn from(texts: Arc<[Arc<str>]>) -> Self {
        Self(texts)
    }
}

impl Texts {
    /// The list, if all its elements are texts or IDs. An empty list is not: anything may be asked of it.
    pub(super) fn of_literals(elements: &[Literal]) -> Option<Self> {
        if elements.is_empty() {
            return None;
        }
        let text = |element: &Literal| match element {
            Literal::Text(text) => Some(Arc::clone(text)),
            Literal::Id(id) => Some(id.as_str().into()),
            _ => None,
        };
        elements.iter().map(text).collect::<Option<Arc<[_]>>>().map(Self)
    }

    fn contains(&self, wanted: &str) -> bool {
        self.0.iter().any(|text| **text == *wanted)
    }

    fn equals(&self, list: &Array) -> bool {
        let equal = |(text, element): (&Arc<str>, &Dynamic)| {
            element.read_lock::<ImmutableString>().is_some_and(|element| **element == **text)
        };
        self.0.len() == list.len() && self.0.iter().zip(list).all(equal)
    }

    /// Whether `test` gives `wanted` for some element.
    fn any(&self, context: &NativeCallContext<'_>, test: &FnPtr, wanted: bool) -> Outcome<bool> {
        for text in self.0.iter() {
            if test.call_within_context::<bool>(context, (ImmutableString::from(&**text),))? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl IntoIterator for Texts {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0
            .iter()
            .map(|text| Dynamic::from(ImmutableString::from(&**text)))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// As the script engine writes its own lists: `["a", "b"]`.
impl fmt::Display for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

pub(super) fn register(engine: &mut Functions<'_>, moment: &Moment) {
    engine.name_type::<Date>("Date");
    engine.name_type::<OffsetDateTime>("Instant");
    engine.name_type::<Period>("Period");
    engine.name_type::<Texts>("Texts");
    calendar(engine, moment);
    periods(engine);
    texts(engine);
    order::<Date>(engine);
    order::<OffsetDateTime>(engine);
    equality::<Date>(engine);
    equality::<OffsetDateTime>(engine);
    equality::<Period>(engine);
    equality::<Texts>(engine);
    writing(engine, |date: Date| format_date(date));
    writing(engine, |instant: OffsetDateTime| format_instant(instant));
    writing(engine, |period: Period| period.to_string());
    writing(engine, |texts: Texts| texts.to_string());
}

/// Today, and how far other days are from it.
fn calendar(engine: &mut Functions<'_>, moment: &Moment) {
    let today = moment.today();
    engine.put("today", move || today);
    engine
        .put("date", |text: ImmutableString| parse_date(&text).ok_or_else(|| raise(RuleError::NotReadable)));
    engine.put("days_since", move |date: Date| (today - date).whole_days());
    engine.put("days_until", move |date: Date| (date - today).whole_days());
    let local = moment.clone();
    engine.put("days_since", move |instant: OffsetDateTime| -> Outcome<i64> {
        Ok((today - local_date(&local, instant)?).whole_days())
    });
    let local = moment.clone();
    engine.put("days_until", move |instant: OffsetDateTime| -> Outcome<i64> {
        Ok((local_date(&local, instant)? - today).whole_days())
    });
}

fn local_date(moment: &Moment, instant: OffsetDateTime) -> Outcome<Date> {
    moment.date_of(instant).ok_or_else(|| raise(RuleError::OutOfRange))
}

fn periods(engine: &mut Functions<'_>) {
    let made = |period: Option<Period>| period.ok_or_else(|| raise(RuleError::OutOfRange));
    engine.put("days", move |days: i64| made(Period::of_days(days)));
    engine.put("weeks", move |weeks: i64| made(weeks.checked_mul(7).and_then(Period::of_days)));
    engine.put("hours", move |hours: i64| made(Period::of_hours(hours)));
    engine.put("+", move |a: Period, b: Period| made(a.plus(b)));
    engine.put("+", |date: Date, period: Period| shifted(date, period, 1));
    engine.put("-", |date: Date, period: Period| shifted(date, period, -1));
}

/// A date moved by whole days, within the years 1 to 9999.
fn shifted(date: Date, period: Period, direction: i64) -> Outcome<Date> {
    let moved = (period.hours == 0)
        .then(|| date.checked_add(Duration::days(period.days * direction)))
        .flatten()
        .filter(|date| (1..=9999).contains(&date.year()));
    moved.ok_or_else(|| raise(RuleError::OutOfRange))
}

fn texts(engine: &mut Functions<'_>) {
    engine.put_iterator::<Texts>();
    engine.put("len", |texts: &mut Texts| i64::try_from(texts.0.len()).unwrap_or(i64::MAX));
    engine.put_property("len", |texts: &mut Texts| i64::try_from(texts.0.len()).unwrap_or(i64::MAX));
    engine.put("contains", |texts: &mut Texts, wanted: ImmutableString| texts.contains(&wanted));
    engine.put("some", |context: NativeCallContext<'_>, texts: &mut Texts, test: FnPtr| {
        texts.any(&context, &test, true)
    });
    engine.put("all", |context: NativeCallContext<'_>, texts: &mut Texts, test: FnPtr| {
        texts.any(&context, &test, false).map(|exception| !exception)
    });
    engine.put("==", |texts: Texts, list: Array| texts.equals(&list));
    engine.put("==", |list: Array, texts: Texts| texts.equals(&list));
    engine.put("!=", |texts: Texts, list: Array| !texts.equals(&list));
    engine.put("!=", |list: Array, texts: Texts| !texts.equals(&list));

    // `x in y` is `contains(y, x)`; an absent value is in nothing and holds nothing.
    engine.put("contains", |(): (), _: Dynamic| false);
    engine.put("contains", |_: &mut Texts, (): ()| false);
    engine.put("contains", |_: &mut ImmutableString, (): ()| false);
    engine.put("contains", |_: &mut Array, (): ()| false);
}

fn order<T: rhai::Variant + Clone + PartialOrd>(engine: &mut Functions<'_>) {
    engine.put("<", |a: T, b: T| a < b);
    engine.put("<=", |a: T, b: T| a <= b);
    engine.put(">", |a: T, b: T| a > b);
    engine.put(">=", |a: T, b: T| a >= b);
}

fn equality<T: rhai::Variant + Clone + PartialEq>(engine: &mut Functions<'_>) {
    engine.put("==", |a: T, b: T| a == b);
    engine.put("!=", |a: T, b: T| a != b);
    engine.put("==", |_: T, (): ()| false);
    engine.put("!=", |_: T, (): ()| true);
    engine.put("==", |(): (), _: T| false);
    engine.put("!=", |(): (), _: T| true);
}

/// How a value stands in text: `` `until ${user.last_day}` ``.
fn writing<T: rhai::Variant + Clone>(engine: &mut Functions<'_>, write: fn(T) -> String) {
    engine.put("to_string", move |value: &mut T| write(value.clone()));
    engine.put("to_debug", move |value: &mut T| write(value.clone()));
}
