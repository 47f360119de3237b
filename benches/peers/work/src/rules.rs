//! The policies P5 and P100 as data, and how one condition after the other is written in a language.
//!
//! A [`Policy`] is a list of rules of which the first that holds answers, and `keep` where none does. Every
//! engine's text comes from here: a [`Dialect`] says how a field, a text and a list are spelt, and the engine
//! puts the conditions into whatever frame its language wants.

use crate::users::{Answer, Conjunction, Employment};

/// What one rule asks of one field.
#[derive(Clone, Debug)]
pub enum Condition {
    /// The field is true.
    True(&'static str),
    /// The field is false.
    False(&'static str),
    /// The field has this text.
    Is(&'static str, String),
    /// The field has one of these texts.
    OneOf(&'static str, Vec<String>),
    /// The number is greater.
    Over(&'static str, i64),
    /// The number is as great.
    AtLeast(&'static str, i64),
}

/// All conditions → an answer.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which all must hold.
    pub conditions: Vec<Condition>,
    /// What is answered then.
    pub answer: Answer,
}

/// Rules of which the first that holds answers.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `P5` or `P100`.
    pub name: &'static str,
    /// In order.
    pub rules: Vec<Rule>,
}

/// The policies, by name.
pub const POLICIES: [(&str, usize); 2] = [("P5", 0), ("P100", 95)];

impl Answer {
    /// The word that every engine answers with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Review => "review",
            Self::Revoke => "revoke",
            Self::Detach => "detach",
            Self::Withdraw => "withdraw",
        }
    }

    /// The answer of a word.
    ///
    /// # Panics
    /// If an engine answers with another word.
    pub fn of(word: &str) -> Self {
        [Self::Keep, Self::Review, Self::Revoke, Self::Detach, Self::Withdraw]
            .into_iter()
            .find(|answer| answer.word() == word)
            .unwrap_or_else(|| panic!("`{word}` is no answer"))
    }
}

impl Rule {
    fn new(conditions: Vec<Condition>, answer: Answer) -> Self {
        Self { conditions, answer }
    }

    fn seeded(rule: &Conjunction) -> Self {
        let conditions = vec![
            Condition::Is("department", format!("d{}", rule.department)),
            Condition::Is("country", format!("c{}", rule.country)),
            Condition::Over("last_seen_days", rule.unseen),
            employed(rule.employment),
            Condition::AtLeast("groups", i64::try_from(rule.groups).expect("few groups")),
        ];
        Self::new(conditions, rule.answer)
    }
}

fn employed(employment: Employment) -> Condition {
    Condition::Is("employment", employment.word().to_owned())
}

impl Policy {
    /// The policy of this name.
    pub fn named(name: &str) -> Option<Self> {
        let (name, count) = POLICIES.into_iter().find(|(known, _)| *known == name)?;
        let left = || Condition::True("has_left");
        let externals = [Employment::Contractor, Employment::Partner].map(|one| one.word().to_owned());
        let mut rules = vec![Rule::new(vec![Condition::True("legal_hold")], Answer::Review)];
        rules.extend(Conjunction::seeded(count).iter().map(Rule::seeded));
        rules.extend([
            Rule::new(
                vec![left(), employed(Employment::Staff), Condition::Is("edition", "enterprise".to_owned())],
                Answer::Revoke,
            ),
            Rule::new(vec![left(), Condition::OneOf("employment", externals.into())], Answer::Detach),
            Rule::new(vec![left()], Answer::Withdraw),
            Rule::new(
                vec![
                    Condition::False("has_left"),
                    employed(Employment::Service),
                    Condition::Over("last_seen_days", 90),
                ],
                Answer::Review,
            ),
        ]);
        Some(Self { name, rules })
    }
}

/// How a language spells conditions.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// Between conditions.
    pub and: &'static str,
    /// Before a field that is to be false.
    pub not: &'static str,
    /// Between a field and its text.
    pub equals: &'static str,
    /// A field.
    pub field: fn(&str) -> String,
    /// A text of a field.
    pub text: fn(&str, &str) -> String,
    /// A field, written, and texts, written, of which it has one.
    pub one_of: fn(&str, &[String]) -> String,
}

/// A text between double quotes.
pub fn quoted(_field: &str, text: &str) -> String {
    format!("\"{text}\"")
}

/// `field in [a, b]`.
pub fn in_list(field: &str, texts: &[String]) -> String {
    format!("{field} in [{}]", texts.join(", "))
}

/// `(field == a || field == b)`.
pub fn in_turn(field: &str, texts: &[String]) -> String {
    let parts: Vec<_> = texts.iter().map(|text| format!("{field} == {text}")).collect();
    format!("({})", parts.join(" || "))
}

impl Dialect {
    /// `user.field == "text" && …`, as most languages have it.
    pub const USUAL: Self = Self {
        and: " && ",
        not: "!",
        equals: " == ",
        field: |name| format!("user.{name}"),
        text: quoted,
        one_of: in_turn,
    };

    /// All conditions of a rule.
    pub fn conditions(&self, rule: &Rule) -> String {
        let written: Vec<_> = rule.conditions.iter().map(|condition| self.condition(condition)).collect();
        written.join(self.and)
    }

    fn condition(&self, condition: &Condition) -> String {
        let field = self.field;
        match condition {
            Condition::True(name) => field(name),
            Condition::False(name) => format!("{}{}", self.not, field(name)),
            Condition::Is(name, text) => format!("{}{}{}", field(name), self.equals, (self.text)(name, text)),
            Condition::OneOf(name, texts) => {
                let texts: Vec<_> = texts.iter().map(|text| (self.text)(name, text)).collect();
                (self.one_of)(&field(name), &texts)
            }
            Condition::Over(name, number) => format!("{} > {number}", field(name)),
            Condition::AtLeast(name, number) => format!("{} >= {number}", field(name)),
        }
    }

    /// `condition ? "answer" : condition ? … : "keep"`, closed with as many brackets as were opened.
    pub fn conditional(&self, policy: &Policy) -> String {
        let mut text = String::new();
        for rule in &policy.rules {
            text.push_str(&format!("{} ? \"{}\" : (", self.conditions(rule), rule.answer.word()));
        }
        text.push_str("\"keep\"");
        text.push_str(&")".repeat(policy.rules.len()));
        text
    }
}
