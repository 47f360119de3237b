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

pub(super) fn register(functions: &mut Functions<'_>, moment: &Moment) {
    functions.name_type::<Date>("Date");
    functions.name_type::<OffsetDateTime>("Instant");
    functions.name_type::<Period>("Period");
    functions.name_type::<Texts>("Texts");
    calendar(functions, moment);
    periods(functions);
    texts(functions);
    order::<Date>(functions);
    order::<OffsetDateTime>(functions);
    equality::<Date>(functions);
    equality::<OffsetDateTime>(functions);
    equality::<Period>(functions);
    equality::<Texts>(functions);
    writing(functions, |date: Date| format_date(date));
    writing(functions, |instant: OffsetDateTime| format_instant(instant));
    writing(functions, |period: Period| period.to_string());
    writing(functions, |texts: Texts| texts.to_string());
}

/// Today, and how far other days are from it.
fn calendar(functions: &mut Functions<'_>, moment: &Moment) {
    let today = moment.today();
    functions.put("today", move || today);
    functions
        .put("date", |text: ImmutableString| parse_date(&text).ok_or_else(|| raise(RuleError::NotReadable)));
    functions.put("days_since", move |date: Date| (today - date).whole_days());
    functions.put("days_until", move |date: Date| (date - today).whole_days());
    let local = moment.clone();
    functions.put("days_since", move |instant: OffsetDateTime| -> Outcome<i64> {
        Ok((today - local_date(&local, instant)?).whole_days())
    });
    let local = moment.clone();
    functions.put("days_until", move |instant: OffsetDateTime| -> Outcome<i64> {
        Ok((local_date(&local, instant)? - today).whole_days())
    });
}

fn local_date(moment: &Moment, instant: OffsetDateTime) -> Outcome<Date> {
    moment.date_of(instant).ok_or_else(|| raise(RuleError::OutOfRange))
}

fn periods(functions: &mut Functions<'_>) {
    let made = |period: Option<Period>| period.ok_or_else(|| raise(RuleError::OutOfRange));
    functions.put("days", move |days: i64| made(Period::of_days(days)));
    functions.put("weeks", move |weeks: i64| made(weeks.checked_mul(7).and_then(Period::of_days)));
    functions.put("hours", move |hours: i64| made(Period::of_hours(hours)));
    functions.put("+", move |a: Period, b: Period| made(a.plus(b)));
    functions.put("+", |date: Date, period: Period| shifted(date, period, 1));
    functions.put("-", |date: Date, period: Period| shifted(date, period, -1));
}

/// A date moved by whole days, within the years 1 to 9999.
fn shifted(date: Date, period: Period, direction: i64) -> Outcome<Date> {
    let moved = (period.hours == 0)
        .then(|| date.checked_add(Duration::days(period.days * direction)))
        .flatten()
        .filter(|date| (1..=9999).contains(&date.year()));
    moved.ok_or_else(|| raise(RuleError::OutOfRange))
}

fn texts(functions: &mut Functions<'_>) {
    functions.put_iterator::<Texts>();
    functions.put("len", |texts: &mut Texts| i64::try_from(texts.0.len()).unwrap_or(i64::MAX));
    functions.put_property("len", |texts: &mut Texts| i64::try_from(texts.0.len()).unwrap_or(i64::MAX));
    functions.put("contains", |texts: &mut Texts, wanted: ImmutableString| texts.contains(&wanted));
    functions.put("some", |context: NativeCallContext<'_>, texts: &mut Texts, test: FnPtr| {
        texts.any(&context, &test, true)
    });
    functions.put("all", |context: NativeCallContext<'_>, texts: &mut Texts, test: FnPtr| {
        texts.any(&context, &test, false).map(|exception| !exception)
    });
    functions.put("==", |texts: Texts, list: Array| texts.equals(&list));
    functions.put("==", |list: Array, texts: Texts| texts.equals(&list));
    functions.put("!=", |texts: Texts, list: Array| !texts.equals(&list));
    functions.put("!=", |list: Array, texts: Texts| !texts.equals(&list));

    // `x in y` is `contains(y, x)`; an absent value is in nothing and holds nothing.
    functions.put("contains", |(): (), _: Dynamic| false);
    functions.put("contains", |_: &mut Texts, (): ()| false);
    functions.put("contains", |_: &mut ImmutableString, (): ()| false);
    functions.put("contains", |_: &mut Array, (): ()| false);
}

fn order<T: rhai::Variant + Clone + PartialOrd>(functions: &mut Functions<'_>) {
    functions.put("<", |a: T, b: T| a < b);
    functions.put("<=", |a: T, b: T| a <= b);
    functions.put(">", |a: T, b: T| a > b);
    functions.put(">=", |a: T, b: T| a >= b);
}

fn equality<T: rhai::Variant + Clone + PartialEq>(functions: &mut Functions<'_>) {
    functions.put("==", |a: T, b: T| a == b);
    functions.put("!=", |a: T, b: T| a != b);
    functions.put("==", |_: T, (): ()| false);
    functions.put("!=", |_: T, (): ()| true);
    functions.put("==", |(): (), _: T| false);
    functions.put("!=", |(): (), _: T| true);
}

/// How a value stands in text: `` `until ${user.last_day}` ``.
fn writing<T: rhai::Variant + Clone>(functions: &mut Functions<'_>, write: fn(T) -> String) {
    functions.put("to_string", move |value: &mut T| write(value.clone()));
    functions.put("to_debug", move |value: &mut T| write(value.clone()));
}
