//! The table of operators and keywords.

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
