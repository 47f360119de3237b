//! The vocabulary: every word a policy can use, in one table.
//!
//! The checker resolves names from here, the interpreter is tested against it, and the policy
//! reference is generated from it. Fields come from [`Field::info`](crate::model::Field::info), so
//! nothing is listed twice.

mod reserved;

pub use reserved::RESERVED_FUNCTIONS;

use super::answer::Verb;
use super::tree::{Builtin, Modifier, ObligationKind};

/// What kind of word it is, and so where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// An action: what a rule wants done.
    Action,
    /// A modifier, written after an action with a dot.
    Modifier,
    /// A veto.
    Veto,
    /// An obligation, or `also` that carries them.
    Obligation,
    /// A function of dates and periods.
    Time,
    /// A function of texts, written after the text with a dot.
    Text,
    /// A function of lists, written after the list with a dot.
    List,
}

/// What a word means to the checker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A function with a plain value.
    Builtin(Builtin),
    /// `contains`, of texts and lists.
    Contains,
    /// `some` or `all`.
    Quantifier {
        /// Whether it is `all`.
        all: bool,
    },
    /// An action.
    Action(Verb),
    /// `forbid`.
    Forbid,
    /// `also`.
    Also,
    /// An obligation; after an action with a dot, the modifier of the same name.
    Obligation(ObligationKind),
    /// A modifier.
    Modifier(Modifier),
}

/// One word of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// Its kind.
    pub group: Group,
    /// How it is written, with the types of its arguments and of its value.
    pub signature: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// The PLATFORM rows it rests on.
    pub platform: &'static [u8],
    /// A body of a rule that uses it.
    pub example: &'static str,
    /// What the checker makes of it.
    pub(crate) is: Meaning,
}

const fn word(
    name: &'static str,
    group: Group,
    is: Meaning,
    signature: &'static str,
    platform: &'static [u8],
    meaning: &'static str,
    example: &'static str,
) -> Word {
    Word { name, group, signature, meaning, platform, example, is }
}

/// Most obligations one `also` takes.
pub const MAX_OBLIGATIONS: usize = 8;

/// Most approvals a rule can ask for.
pub const MAX_APPROVALS: i64 = 100;

/// Every word but fields and operators.
pub const WORDS: &[Word] = &[
    word(
        "keep",
        Group::Action,
        Meaning::Action(Verb::Keep),
        "keep() -> action",
        &[9],
        "Keeps the ID and the access; later rules do not act.",
        "if user.has_left && user.departure in [\"retired\"] { keep() }",
    ),
    word(
        "withdraw",
        Group::Action,
        Meaning::Action(Verb::Withdraw),
        "withdraw() -> action",
        &[1, 13, 14],
        "Withdraws access to the app; the ID stays.",
        "if user.has_left { withdraw() }",
    ),
    word(
        "detach",
        Group::Action,
        Meaning::Action(Verb::Detach),
        "detach() -> action",
        &[2, 3, 4],
        "Gives the ID up to its holder for good and withdraws access. A detached ID can no longer be revoked.",
        "if user.has_left && user.employment == \"contractor\" { detach() }",
    ),
    word(
        "revoke",
        Group::Action,
        Meaning::Action(Verb::Revoke),
        "revoke() -> action",
        &[5, 6, 7, 8],
        "Destroys the ID for ever and withdraws access.",
        "if user.has_left && user.employment == \"staff\" { revoke() }",
    ),
    word(
        "migrate_to_mdm",
        Group::Action,
        Meaning::Action(Verb::MigrateToMdm),
        "migrate_to_mdm() -> action",
        &[19],
        "Moves the user to the licence of the device management; the ID stays.",
        "if user.mdm_managed && user.credential_kind == \"single\" { migrate_to_mdm() }",
    ),
    word(
        "review",
        Group::Action,
        Meaning::Action(Verb::Review),
        "review(why: text) -> action",
        &[],
        "Holds both axes until a person has looked.",
        "if user.last_seen != () && days_since(user.last_seen) > 90 { review(\"unused for a quarter\") }",
    ),
    word(
        "because",
        Group::Modifier,
        Meaning::Modifier(Modifier::Because),
        "action.because(text) -> action",
        &[],
        "Replaces the rule's doc comment as the reason.",
        "if user.has_left { withdraw().because(`last day ${user.last_day ?? today()}`) }",
    ),
    word(
        "after",
        Group::Modifier,
        Meaning::Modifier(Modifier::After),
        "action.after(period) -> action",
        &[26],
        "Delays the ID axis, counted from the leaving instant; for a superseded ID from the confirmed notification.",
        "if user.has_left { revoke().after(days(30)) }",
    ),
    word(
        "within",
        Group::Modifier,
        Meaning::Modifier(Modifier::Within),
        "action.within(period) -> action",
        &[1, 6],
        "Bounds the worst-case effect of both axes, counted like `after`.",
        "if user.has_left { revoke().within(hours(48)) }",
    ),
    word(
        "keep_access",
        Group::Modifier,
        Meaning::Modifier(Modifier::KeepAccess),
        "action.keep_access() -> action",
        &[15],
        "Leaves the credential alone: a detach or revoke of the ID only.",
        "if user.superseded_by != () { revoke().keep_access() }",
    ),
    word(
        "or_else",
        Group::Modifier,
        Meaning::Modifier(Modifier::OrElse),
        "action.or_else(action) -> action",
        &[7],
        "What to do instead when the ID axis is forbidden, or the edition does not include it.",
        "if user.has_left { revoke().or_else(detach()) }",
    ),
    word(
        "approvals",
        Group::Modifier,
        Meaning::Modifier(Modifier::Approvals),
        "action.approvals(integer) -> action",
        &[],
        "How many people must approve, 0 to 100.",
        "if user.has_left && user.administrator { revoke().approvals(2) }",
    ),
    word(
        "forbid",
        Group::Veto,
        Meaning::Forbid,
        "forbid(\"detach\" | \"revoke\" | \"withdraw\", …) -> veto",
        &[4],
        "Forbids actions of whatever rule wins, axis by axis.",
        "if user.legal_hold { forbid(\"revoke\", \"detach\") }",
    ),
    word(
        "also",
        Group::Obligation,
        Meaning::Also,
        "also(obligation, …) -> obligations",
        &[],
        "What must happen besides, whichever rule wins; up to 8 obligations.",
        "if user.has_left { also(leave_groups_and_lists()) }",
    ),
    word(
        "notify",
        Group::Obligation,
        Meaning::Obligation(ObligationKind::Notify),
        "notify(text) -> obligation; action.notify(text) -> action",
        &[25, 26],
        "Tells the person, before anything irreversible.",
        "if user.superseded_by != () { also(notify(\"Your old ID will be deleted.\")) }",
    ),
    word(
        "leave_groups_and_lists",
        Group::Obligation,
        Meaning::Obligation(ObligationKind::LeaveGroupsAndLists),
        "leave_groups_and_lists() -> obligation",
        &[21, 22, 23],
        "Leaves every managed group and distribution list.",
        "if user.has_left { also(leave_groups_and_lists()) }",
    ),
    word(
        "replace_with",
        Group::Obligation,
        Meaning::Obligation(ObligationKind::ReplaceWith),
        "replace_with(ID) -> obligation; action.replace_with(ID) -> action",
        &[24],
        "Puts another ID into groups and lists instead of this one.",
        "if user.superseded_by != () { revoke().replace_with(user.superseded_by) }",
    ),
    word(
        "restrict",
        Group::Obligation,
        Meaning::Obligation(ObligationKind::Restrict),
        "restrict() -> obligation",
        &[17, 18],
        "Applies the restrictions of a notice period through the device management.",
        "if user.last_day != () && !user.has_left { also(restrict()) }",
    ),
    word(
        "today",
        Group::Time,
        Meaning::Builtin(Builtin::Today),
        "today() -> date",
        &[],
        "The date of the decision in the subscription's time zone.",
        "if user.last_day != () && user.last_day < today() { withdraw() }",
    ),
    word(
        "date",
        Group::Time,
        Meaning::Builtin(Builtin::Date),
        "date(\"YYYY-MM-DD\") -> date",
        &[],
        "A calendar date.",
        "if user.created != () && user.created < date(\"2020-01-01\") { review(\"an old ID\") }",
    ),
    word(
        "days",
        Group::Time,
        Meaning::Builtin(Builtin::Days),
        "days(integer) -> days",
        &[],
        "A number of calendar days.",
        "if user.has_left { revoke().after(days(14)) }",
    ),
    word(
        "weeks",
        Group::Time,
        Meaning::Builtin(Builtin::Weeks),
        "weeks(integer) -> days",
        &[],
        "Seven times as many calendar days.",
        "if user.has_left { revoke().after(weeks(2)) }",
    ),
    word(
        "hours",
        Group::Time,
        Meaning::Builtin(Builtin::Hours),
        "hours(integer) -> period",
        &[],
        "A number of hours.",
        "if user.has_left { withdraw().within(hours(24)) }",
    ),
    word(
        "days_since",
        Group::Time,
        Meaning::Builtin(Builtin::DaysSince),
        "days_since(date | instant) -> integer",
        &[],
        "Whole days from a date to today; negative if it lies ahead.",
        "if user.last_seen != () && days_since(user.last_seen) > 90 { review(\"unused\") }",
    ),
    word(
        "days_until",
        Group::Time,
        Meaning::Builtin(Builtin::DaysUntil),
        "days_until(date | instant) -> integer",
        &[],
        "Whole days from today to a date; negative if it has passed.",
        "if user.last_day != () && days_until(user.last_day) in [7, 1] { also(notify(\"Goodbye soon.\")) }",
    ),
    word(
        "starts_with",
        Group::Text,
        Meaning::Builtin(Builtin::StartsWith),
        "text.starts_with(text) -> bool",
        &[],
        "Whether the text begins so; upper and lower case differ.",
        "if user.person.starts_with(\"EXT-\") && user.has_left { detach() }",
    ),
    word(
        "ends_with",
        Group::Text,
        Meaning::Builtin(Builtin::EndsWith),
        "text.ends_with(text) -> bool",
        &[],
        "Whether the text ends so; upper and lower case differ.",
        "if (user.department ?? \"\").ends_with(\"-test\") { keep() }",
    ),
    word(
        "to_lower",
        Group::Text,
        Meaning::Builtin(Builtin::ToLower),
        "text.to_lower() -> text",
        &[],
        "The text in lower case.",
        "if (user.job_title ?? \"\").to_lower() == \"trainee\" && user.has_left { revoke() }",
    ),
    word(
        "len",
        Group::Text,
        Meaning::Builtin(Builtin::Len),
        "text.len() -> integer; list.len() -> integer",
        &[],
        "How many characters a text, or elements a list, has.",
        "if user.groups.len() > 50 { review(\"in very many groups\") }",
    ),
    word(
        "contains",
        Group::List,
        Meaning::Contains,
        "list.contains(element) -> bool; text.contains(text) -> bool",
        &[],
        "Whether the list has the element, or the text has the other within it. Also written `element in list`.",
        "if user.categories.contains(\"board\") { review(\"board member\") }",
    ),
    word(
        "some",
        Group::List,
        Meaning::Quantifier { all: false },
        "list.some(|element| bool) -> bool",
        &[],
        "Whether the condition holds for at least one element.",
        "if user.groups.some(|group| group.starts_with(\"crisis-\")) { review(\"crisis team\") }",
    ),
    word(
        "all",
        Group::List,
        Meaning::Quantifier { all: true },
        "list.all(|element| bool) -> bool",
        &[],
        "Whether the condition holds for every element; true for an empty list.",
        "if user.has_left && user.groups.all(|group| group == \"g1\") { withdraw() }",
    ),
];

/// An operator or keyword, for the reference page.
#[derive(Clone, Copy, Debug)]
pub struct OperatorWord {
    /// How it is written.
    pub symbol: &'static str,
    /// What it does and to which types.
    pub meaning: &'static str,
    /// A body of a rule that uses it.
    pub example: &'static str,
}

/// Operators and keywords.
pub const OPERATORS: &[OperatorWord] = &[
    OperatorWord {
        symbol: "== !=",
        meaning: "Equal, different: two values of the same type, or an optional value and `()`.",
        example: "if user.employment == \"staff\" && user.departure != () { keep() }",
    },
    OperatorWord {
        symbol: "< <= > >=",
        meaning: "Order of whole numbers, dates or instants.",
        example: "if user.last_day != () && user.last_day <= today() { withdraw() }",
    },
    OperatorWord {
        symbol: "&& || !",
        meaning: "And, or, not. The right side is only looked at when it matters.",
        example: "if user.has_left && !user.legal_hold { withdraw() }",
    },
    OperatorWord {
        symbol: "in !in",
        meaning: "Element of a list. False (true for `!in`) when the value is absent.",
        example: "if user.has_left && user.country in [\"CH\", \"DE\"] { withdraw() }",
    },
    OperatorWord {
        symbol: "??",
        meaning: "The value, or another one when it is absent.",
        example: "if (user.department ?? \"\") == \"legal\" { review(\"legal\") }",
    },
    OperatorWord {
        symbol: "+ - * / %",
        meaning: "Arithmetic of whole numbers; `+` joins texts; a date plus or minus days is a date.",
        example: "if user.last_day != () && user.last_day + days(7) < today() { withdraw() }",
    },
    OperatorWord {
        symbol: "`…${…}…`",
        meaning: "Text with values in it.",
        example: "if user.has_left { withdraw().because(`${user.employment} left`) }",
    },
    OperatorWord {
        symbol: "if else",
        meaning: "Chooses by a condition.",
        example: "if user.has_left { withdraw() } else { keep() }",
    },
    OperatorWord {
        symbol: "switch",
        meaning: "Chooses by a value. An optional value needs a case `()` or `_`.",
        example: "switch user.employment { \"staff\" if user.has_left => revoke(), \"contractor\" if user.has_left => detach(), _ => () }",
    },
    OperatorWord {
        symbol: "for in",
        meaning: "Looks at each element of a list. Use `return` to answer.",
        example: "for group in user.groups { if group.starts_with(\"crisis-\") { return review(\"crisis team\"); } }",
    },
    OperatorWord {
        symbol: "let return",
        meaning: "Names a value; answers at once.",
        example: "let unit = user.department ?? \"\"; if unit == \"\" { return; } if user.has_left { withdraw() }",
    },
];

impl Word {
    /// How it is written, without the type of its value: `action.after(period)`.
    pub fn usage(&self) -> String {
        let forms = self.signature.split("; ").map(|form| form.split(" ->").next().unwrap_or(form));
        forms.collect::<Vec<_>>().join(" or ")
    }
}

/// The word called `name`.
pub fn find(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.name == name)
}

/// The modifier called `name`, with those that share their name with an obligation.
pub(crate) fn modifier(name: &str) -> Option<Modifier> {
    match find(name)?.is {
        Meaning::Modifier(modifier) => Some(modifier),
        Meaning::Obligation(ObligationKind::Notify) => Some(Modifier::Notify),
        Meaning::Obligation(ObligationKind::ReplaceWith) => Some(Modifier::ReplaceWith),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
