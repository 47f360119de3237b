//! Writes random policies that use the whole language and are well typed by construction.
//!
//! In goes a seeded generator; out comes the text of a policy. Every kind of value has a function
//! that writes an expression of it, from fields, attributes, constants, helpers and the variables in
//! sight. Inside a closure `user` is out of sight, as the language demands.

use std::fmt::Write as _;

use super::{DATES, FLAGS, LISTS, Seeded, TEXTS};
use crate::model::{Departure, Employment, Field};
use crate::policy::vocabulary::{OPERATORS, WORDS};

const TEXT_LITERALS: &[&str] = &["\"sales\"", "\"g1\"", "\"\"", "\"CH\"", "\"straße 🦀\"", "\"E-1\"", "HOME"];
const INT_LITERALS: &[&str] = &["0", "1", "-1", "2", "7", "30", "-90", "365", "FEW", "9223372036854775807"];

/// The constants and helpers that every policy has.
pub(super) const PRELUDE: &str = r#"// Constants of every kind.
const FEW = 3;
const HOME = "CH";
const STRICT = true;
const LIMIT = date("2026-06-01") + days(14);
const WEEK = days(7);
const SOON = hours(36);
const KINDS = ["staff", "temporary"];
const PLACES = [HOME, "DE", "sales"];
const NUMBERS = [1, -1, FEW * 2, 7];
const DAYS = [LIMIT, date("2026-11-22")];
const NONE = [];
private fn older(day, n) { if day == () { return false; } days_since(day) > n }
private fn newer(day, n) { day != () && !older(day, n) }
private fn any_of(list, word) { list.some(|x| x == word || x.starts_with(word)) }
private fn first_long(list, n) { for x in list { if x.len() > n { return x; } } "none" }
private fn clamp(n) { if n < 0 { return 0; } else if n > 90 { return 90; } n }
private fn unless_held(user, answer) { if user.legal_hold { return; } answer }
private fn counted(list) { let n = 0; for x in list { if x == "" { continue; } n += 1; if n > 4 { break; } } n }
private fn deep(user, n) { if older(user.created, clamp(counted(user.groups) * n)) { FEW } else { clamp(n) } }
"#;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ty {
    Bool,
    Int,
    Text,
    Date,
    Texts,
    MaybeInt,
    MaybeText,
}

#[derive(Clone)]
struct Variable {
    name: String,
    ty: Ty,
    /// Whether it is assigned somewhere, so that closures cannot look at it.
    changes: bool,
}

pub(super) struct Writer<'a> {
    seeded: &'a mut Seeded,
    variables: Vec<Variable>,
    named: usize,
    /// Whether `user` is out of sight.
    in_closure: bool,
    /// Whether rules may go through lists with `for`.
    loops: bool,
}

/// The bodies of rules, besides the prelude that goes with them.
pub(super) fn bodies(seeded: &mut Seeded, count: usize) -> Vec<String> {
    let body = |seeded: &mut Seeded| match seeded.below(100) {
        // What the reference of the language shows.
        0..=4 => seeded.one_of(WORDS).example.to_owned(),
        5..=7 => seeded.one_of(OPERATORS).example.to_owned(),
        8..=15 => {
            let (first, second) = (seeded.one_of(Field::ALL).info(), seeded.one_of(Field::ALL).info());
            let answer = Writer::new(seeded, false).answer();
            format!("if ({}) || ({}) {{ {answer} }}", first.example, second.example)
        }
        other => {
            let depth = usize::from(other > 40) + usize::from(other > 70);
            Writer::new(seeded, other == 99).body(depth)
        }
    };
    (0..count).map(|_| body(seeded)).collect()
}

/// The text of a policy of one to four rules.
pub(super) fn policy(seeded: &mut Seeded) -> String {
    let mut text = PRELUDE.to_owned();
    for rule in 0..=seeded.below(3) {
        let body = Writer::new(seeded, true).body(2);
        let _ = write!(text, "/// Why {rule}.\nfn rule_{rule}(user) {{\n\t{body}\n}}\n");
    }
    text
}

impl<'a> Writer<'a> {
    fn new(seeded: &'a mut Seeded, loops: bool) -> Self {
        Self { seeded, variables: Vec::new(), named: 0, in_closure: false, loops }
    }

    fn pick(&mut self, choices: &[&str]) -> String {
        self.seeded.one_of(choices).to_owned()
    }

    fn fresh(&mut self) -> String {
        self.named += 1;
        // Names come again, so that a `let` hides an earlier one.
        format!("v{}", self.named % 7)
    }

    /// A variable of the type in sight.
    fn variable(&mut self, ty: Ty) -> Option<String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut fitting = Vec::new();
        for variable in self.variables.iter().rev() {
            if seen.contains(&variable.name.as_str()) {
                continue;
            }
            seen.push(&variable.name);
            if variable.ty == ty && !(self.in_closure && variable.changes) {
                fitting.push(variable.name.clone());
            }
        }
        if fitting.is_empty() { None } else { Some(fitting[self.seeded.below(fitting.len())].clone()) }
    }

    /// A variable half the time, where there is one.
    fn perhaps(&mut self, ty: Ty) -> Option<String> {
        if self.seeded.chance(50) { self.variable(ty) } else { None }
    }

    fn of(&mut self, ty: Ty, depth: usize) -> String {
        match ty {
            Ty::Bool => self.bool(depth),
            Ty::Int => self.int(depth),
            Ty::Text => self.text(depth),
            Ty::Date => self.date(depth),
            Ty::Texts => self.texts(depth),
            Ty::MaybeInt => self.maybe_int(),
            Ty::MaybeText => self.maybe_text(),
        }
    }

    fn maybe_int(&mut self) -> String {
        match self.perhaps(Ty::MaybeInt) {
            Some(name) => name,
            None if self.in_closure => "()".to_owned(),
            None => "user.maybe_number".to_owned(),
        }
    }

    fn maybe_text(&mut self) -> String {
        match self.perhaps(Ty::MaybeText) {
            Some(name) => name,
            None if self.in_closure => "()".to_owned(),
            None if self.seeded.chance(25) => "(user.maybe_note ?? user.department)".to_owned(),
            None => format!("user.{}", self.seeded.one_of(TEXTS).name()),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        if let Some(name) = self.perhaps(Ty::Int) {
            return name;
        }
        let choice = self.seeded.below(if depth == 0 { 3 } else { 12 });
        let less = depth.saturating_sub(1);
        match choice {
            0 | 1 => self.pick(INT_LITERALS),
            2 if self.in_closure => "FEW".to_owned(),
            2 => "user.number".to_owned(),
            3 => {
                let operator = self.seeded.one_of(&["+", "-", "*"]);
                format!("({} {operator} {})", self.int(less), self.int(less))
            }
            4 => {
                let operator = self.seeded.one_of(&["/", "%"]);
                let by = if self.in_closure { "-3" } else { "(user.number + 1)" };
                format!("({} {operator} {by})", self.int(less))
            }
            5 => format!("{}.len()", self.texts(less)),
            6 => format!("len({})", self.text(less)),
            7 => format!("-({})", self.int(less)),
            8 => format!("{}({})", self.seeded.one_of(&["days_since", "days_until"]), self.date(less)),
            9 => format!("(if {} {{ {} }} else {{ {} }})", self.bool(less), self.int(less), self.int(less)),
            10 if !self.in_closure => format!("({} ?? {})", self.maybe_int(), self.int(less)),
            11 if !self.in_closure => format!("deep(user, {})", self.int(0)),
            _ => format!("clamp({})", self.int(less)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if let Some(name) = self.perhaps(Ty::Text) {
            return name;
        }
        let less = depth.saturating_sub(1);
        match self.seeded.below(if depth == 0 { 3 } else { 9 }) {
            0 | 1 => self.pick(TEXT_LITERALS),
            2 if self.in_closure => "HOME".to_owned(),
            2 => "user.person".to_owned(),
            3 => format!("({} + {})", self.text(less), self.text(less)),
            4 => format!("{}.to_lower()", self.text(less)),
            5 => self.template(less),
            6 if !self.in_closure => format!("({} ?? {})", self.maybe_text(), self.text(less)),
            7 => format!("first_long({}, {})", self.texts(less), self.int(0)),
            _ => format!("(if {} {{ {} }} else {{ {} }})", self.bool(less), self.text(less), self.text(less)),
        }
    }

    fn template(&mut self, depth: usize) -> String {
        let value = match self.seeded.below(7) {
            0 => self.int(depth),
            1 => self.bool(depth),
            2 => self.date(depth),
            3 if !self.in_closure => self
                .pick(&["user.id", "user.employment", "user.edition", "user.leaves_at ?? LIMIT"])
                .replace("user.leaves_at ?? LIMIT", "user.site ?? \"berlin\""),
            4 => "\"`quoted`\"".to_owned(),
            _ => self.text(depth),
        };
        format!("`a ${{{value}}} é ${{{}}}`", self.int(0))
    }

    fn date(&mut self, depth: usize) -> String {
        if let Some(name) = self.perhaps(Ty::Date) {
            return name;
        }
        let less = depth.saturating_sub(1);
        match self.seeded.below(if depth == 0 { 3 } else { 6 }) {
            0 => "today()".to_owned(),
            1 => "LIMIT".to_owned(),
            2 => format!("date(\"2026-0{}-15\")", 1 + self.seeded.below(9)),
            3 => {
                let operator = self.seeded.one_of(&["+", "-"]);
                format!("({} {operator} {})", self.date(less), self.days(less))
            }
            4 if !self.in_closure => {
                format!("(user.{} ?? {})", self.seeded.one_of(DATES).name(), self.date(less))
            }
            _ => format!("(if {} {{ today() }} else {{ {} }})", self.bool(less), self.date(less)),
        }
    }

    /// A number of days.
    fn days(&mut self, depth: usize) -> String {
        match self.seeded.below(4) {
            0 => "WEEK".to_owned(),
            1 => format!("weeks({})", self.seeded.below(9)),
            2 => format!("(days({}) + WEEK)", self.seeded.below(40)),
            _ => format!("days(clamp({}))", self.int(depth)),
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        if let Some(name) = self.perhaps(Ty::Texts) {
            return name;
        }
        match self.seeded.below(6) {
            0 => "PLACES".to_owned(),
            1 => format!("[{}, {}]", self.text(0), self.text(0)),
            2 if !self.in_closure => self.pick(&["(user.maybe_tags ?? [])", "(user.maybe_tags ?? PLACES)"]),
            3 if depth > 0 => {
                format!("(if {} {{ {} }} else {{ [] }})", self.bool(depth - 1), self.texts(depth - 1))
            }
            _ if self.in_closure => "KINDS".to_owned(),
            _ => format!("user.{}", self.seeded.one_of(LISTS).name()),
        }
    }

    fn comparison(&mut self) -> &'static str {
        self.seeded.one_of(&["<", "<=", ">", ">=", "==", "!="])
    }

    fn bool(&mut self, depth: usize) -> String {
        if let Some(name) = self.perhaps(Ty::Bool) {
            return name;
        }
        let less = depth.saturating_sub(1);
        let comparison = self.comparison();
        if depth > 0 && self.seeded.chance(35) {
            let (left, right) = (self.bool(less), self.bool(less));
            return match self.seeded.below(5) {
                0 => format!("({left} && {right})"),
                1 => format!("({left} || {right} || {})", self.bool(0)),
                2 => format!("!({left})"),
                3 => format!("({left}) {} ({right})", self.seeded.one_of(&["==", "!="])),
                _ => format!("(if {left} {{ {right} }} else {{ {} }})", self.bool(0)),
            };
        }
        match self.seeded.below(if self.in_closure { 9 } else { 22 }) {
            0 => format!("{} {comparison} {}", self.int(less), self.int(less)),
            1 => format!("{} {comparison} {}", self.date(less), self.date(less)),
            2 => {
                let (left, right) = (self.text(less), self.text(less));
                format!("{left} {} {right}", self.seeded.one_of(&["==", "!="]))
            }
            3 => {
                let word = self.seeded.one_of(&["starts_with", "ends_with", "contains"]);
                let (text, part) = (self.text(less), self.text(0));
                if self.seeded.chance(50) {
                    format!("{word}({text}, {part})")
                } else {
                    format!("{text}.{word}({part})")
                }
            }
            4 => format!("{} {} {}", self.text(less), self.seeded.one_of(&["in", "!in"]), self.texts(less)),
            5 => self.quantifier(less),
            6 => format!("{} in NUMBERS", self.int(less)),
            7 => self.pick(&["STRICT", "true", "!STRICT", "FEW in NONE", "HOME in NONE"]),
            8 => format!("{}.contains({})", self.texts(less), self.text(0)),
            9 => format!("any_of({}, {})", self.texts(0), self.text(0)),
            10 | 11 => format!("user.{}", self.seeded.one_of(FLAGS).name()),
            12 => format!(
                "user.employment {} {:?}",
                self.seeded.one_of(&["==", "!="]),
                self.seeded.one_of(Employment::ALL).word()
            ),
            13 => self.pick(&["user.employment in KINDS", "user.employment !in [\"partner\", \"service\"]"]),
            14 => format!(
                "(user.departure != () && user.departure == {:?})",
                self.seeded.one_of(Departure::ALL).word()
            ),
            15 => {
                let value = self.maybe_int();
                match value.as_str() {
                    "user.maybe_number" => {
                        format!("({value} == () || {value} {comparison} {})", self.int(less))
                    }
                    _ => format!("({value} ?? FEW) {comparison} {}", self.int(less)),
                }
            }
            16 => format!("{} in {}", self.maybe_text(), self.texts(0)),
            17 => self.pick(&[
                "(user.vip ?? STRICT)",
                "(user.vip != () && !user.vip)",
                "user.flag",
                "user.site in [\"berlin\"]",
            ]),
            18 => {
                let day = format!("user.{}", self.seeded.one_of(DATES).name());
                format!("{}({day}, {})", self.seeded.one_of(&["older", "newer"]), self.int(0))
            }
            19 => self.pick(&[
                "(user.superseded_by != () && user.superseded_by != user.id)",
                "(user.leaves_at != () && days_until(user.leaves_at) < 9)",
                "(user.superseded_by ?? user.id).starts_with(\"A\")",
                "user.maybe_day in DAYS",
                "\"g1\" in user.maybe_tags",
                "(user.maybe_tags != () && user.maybe_tags.len() > 1)",
            ]),
            20 => format!(
                "(switch {} {{ -1 | 0 => true, 7 if !STRICT => false, 1..30 if {} => false, 5..9 => STRICT, _ => {{ {} }} }})",
                self.int(less),
                self.bool(0),
                self.bool(less)
            ),
            _ => "(switch user.vip { () => false, true if user.has_left => true, _ => STRICT })".to_owned(),
        }
    }

    /// `some` or `all`, over a list of texts or numbers, with closures of several shapes.
    fn quantifier(&mut self, depth: usize) -> String {
        let word = self.seeded.one_of(&["some", "all"]);
        let (list, ty) = if self.seeded.chance(25) {
            ("NUMBERS".to_owned(), Ty::Int)
        } else {
            (self.list_not_looked_at(), Ty::Texts)
        };
        let ty = if ty == Ty::Int { Ty::Int } else { Ty::Text };
        let element = format!("x{}", self.variables.len());
        let (outer, visible) = (self.in_closure, self.variables.len());
        self.in_closure = true;
        self.variables.push(Variable { name: element.clone(), ty, changes: false });
        let inner = if depth > 0 { depth - 1 } else { 0 };
        let body = match self.seeded.below(3) {
            // At the deepest nesting there is, Rhai takes what follows `return` for a new statement.
            0 if !outer && depth == 0 => {
                format!("{{ if {} {{ return {}; }} {} }}", self.bool(0), self.bool(0), self.bool(inner))
            }
            1 => format!("{{ let own = {}; own {} 2 }}", self.int(inner), self.comparison()),
            _ => self.bool(inner),
        };
        self.variables.truncate(visible);
        self.in_closure = outer;
        if self.seeded.chance(25) {
            format!("{word}({list}, |{element}| {body})")
        } else {
            format!("{list}.{word}(|{element}| {body})")
        }
    }

    /// A list that no variable holds: a closure could not look at it.
    fn list_not_looked_at(&mut self) -> String {
        if self.in_closure {
            self.pick(&["PLACES", "KINDS"])
        } else {
            format!("user.{}", self.seeded.one_of(LISTS).name())
        }
    }

    fn answer(&mut self) -> String {
        let text = self.text(1);
        let action = match self.seeded.below(11) {
            0 => {
                return self.pick(&[
                    "forbid(\"revoke\")",
                    "forbid(\"detach\", \"withdraw\")",
                    "forbid(\"revoke\", \"detach\", \"withdraw\")",
                ]);
            }
            1 => return format!("also(leave_groups_and_lists(), notify({text}), restrict())"),
            2 => return format!("also({}, restrict())", ["notify(\"a\")"; 7].join(", ")),
            3 => return format!("review({text})"),
            4 => {
                return format!(
                    "unless_held(user, {})",
                    self.pick(&["revoke()", "keep()", "forbid(\"detach\")"])
                );
            }
            5 => "keep()".to_owned(),
            6 => "withdraw()".to_owned(),
            7 => "migrate_to_mdm()".to_owned(),
            8 => "detach()".to_owned(),
            _ => "revoke()".to_owned(),
        };
        let (on_id, changes) = (matches!(action.as_str(), "detach()" | "revoke()"), action != "keep()");
        self.modified(action, on_id, changes)
    }

    fn modified(&mut self, mut action: String, on_id: bool, changes: bool) -> String {
        if on_id && self.seeded.chance(30) {
            let _ = write!(action, ".after({})", self.period());
        }
        if changes && self.seeded.chance(20) {
            let _ = write!(action, ".within({})", self.period());
        }
        if on_id && self.seeded.chance(20) {
            action.push_str(".keep_access()");
        }
        if changes && self.seeded.chance(20) {
            let _ = write!(
                action,
                ".approvals({})",
                self.pick(&["2", "user.groups.len()", "clamp(user.number)", "user.number % 5"])
            );
        }
        if on_id && self.seeded.chance(30) {
            action.push_str(self.seeded.one_of(&[
                ".or_else(withdraw())",
                ".or_else(detach().or_else(keep())).or_else(review(\"b\"))",
                ".or_else(detach().after(WEEK).or_else(withdraw().because(\"c\")))",
            ]));
        }
        if self.seeded.chance(20) {
            let _ = write!(action, ".because({})", self.text(1));
        }
        if self.seeded.chance(15) {
            let _ = write!(action, ".notify({})", self.text(1));
        }
        if self.seeded.chance(10) {
            action.push_str(".replace_with(user.superseded_by ?? user.id)");
        }
        action
    }

    fn period(&mut self) -> String {
        match self.seeded.below(4) {
            0 => "SOON".to_owned(),
            1 => "(WEEK + SOON)".to_owned(),
            2 => format!("days({})", self.pick(&["7", "user.number", "user.groups.len() - 1"])),
            _ => format!("hours(clamp({}))", self.int(0)),
        }
    }

    /// Statements that end with an answer, or with none.
    fn body(&mut self, depth: usize) -> String {
        let visible = self.variables.len();
        let mut text = String::new();
        for _ in 0..self.seeded.below(3) {
            text += &self.statement(depth);
            text += if self.seeded.chance(30) { " // a comment: `it's`\r\n" } else { " " };
        }
        text += &self.ending(depth);
        self.variables.truncate(visible);
        text
    }

    fn statement(&mut self, depth: usize) -> String {
        let types = [Ty::Bool, Ty::Int, Ty::Text, Ty::Date, Ty::Texts, Ty::MaybeInt, Ty::MaybeText];
        match self.seeded.below(6) {
            0 | 1 => {
                let ty = self.seeded.one_of(&types);
                let (value, name) = (self.of(ty, 1), self.fresh());
                // A variable with an absent value is only that: `()` alone has no other type.
                if value == "()" {
                    return String::new();
                }
                self.variables.push(Variable { name: name.clone(), ty, changes: false });
                format!("let {name} = {value};")
            }
            2 => {
                let name = format!("m{}", self.named);
                self.named += 1;
                let begin = self.int(0);
                self.variables.push(Variable { name: name.clone(), ty: Ty::Int, changes: true });
                let operator = self.seeded.one_of(&["=", "+=", "-=", "*=", "%="]);
                let by = if operator == "%=" { "7".to_owned() } else { self.int(0) };
                format!("let {name} = {begin}; if {} {{ {name} {operator} {by}; }}", self.bool(0))
            }
            3 if self.loops => {
                let (list, element) = (self.texts(0), self.fresh());
                let visible = self.variables.len();
                self.variables.push(Variable { name: element.clone(), ty: Ty::Text, changes: false });
                let skip = self.seeded.one_of(&["continue", "break"]);
                let text = format!(
                    "for {element} in {list} {{ if {} {{ {skip}; }} if {} {{ return {}; }} }}",
                    self.bool(0),
                    self.bool(1),
                    self.answer()
                );
                self.variables.truncate(visible);
                text
            }
            4 => format!("if {} {{ if {} {{ return {}; }} }}", self.bool(1), self.bool(1), self.answer()),
            _ if depth > 0 => {
                // What is known of an optional value after an early return.
                let name = format!("o{}", self.named);
                self.named += 1;
                let (field, ty) = self.seeded.one_of(&[
                    ("maybe_number", Ty::Int),
                    ("department", Ty::Text),
                    ("maybe_day", Ty::Date),
                    ("maybe_tags", Ty::Texts),
                    ("vip", Ty::Bool),
                ]);
                let way = self.seeded.below(3);
                let (field, ty) = if way == 0 { ("maybe_code", Ty::Text) } else { (field, ty) };
                self.variables.push(Variable { name: name.clone(), ty, changes: false });
                match way {
                    0 => format!("let {name} = user.{field}; if {name} == () {{ return; }}"),
                    1 => format!(
                        "let {name}_known = user.{field} != (); if !{name}_known {{ return; }} let {name} = user.{field};"
                    ),
                    _ => format!("if user.{field} == () {{ return keep(); }} let {name} = user.{field};"),
                }
            }
            _ => String::new(),
        }
    }

    fn ending(&mut self, depth: usize) -> String {
        let less = depth.saturating_sub(1);
        match self.seeded.below(if depth == 0 { 4 } else { 9 }) {
            0 | 1 => format!("if {} {{ {} }}", self.bool(1), self.answer()),
            2 => format!("if {} {{ {} }} else {{ return {}; }}", self.bool(1), self.answer(), self.answer()),
            3 => format!("if {} {{ return {}; }}", self.bool(1), self.answer()),
            4 => format!(
                "if {} {{ {} }} else if {} {{ {} }} else {{ {} }}",
                self.bool(1),
                self.body(less),
                self.bool(1),
                self.answer(),
                self.body(less)
            ),
            5 => {
                let subject = self.seeded.one_of(&["user.department", "user.country", "user.maybe_note"]);
                format!(
                    "switch {subject} {{ () => {{ {} }}, \"sales\" | \"CH\" => {}, _ if_not => {} }}",
                    self.body(less),
                    self.answer(),
                    self.answer()
                )
                .replace(
                    "_ if_not",
                    if subject == "user.country" { "\"straße\" if STRICT => keep(), _" } else { "_" },
                )
            }
            6 => format!(
                "switch user.maybe_count {{ 7 if {} => {}, () => (), 7 | 8 => {}, -3..=6 => {}, 2..30 => keep(), _ => {{ {} }} }}",
                self.bool(0),
                self.answer(),
                self.answer(),
                self.answer(),
                self.body(less)
            ),
            7 => format!(
                "switch user.employment {{ \"staff\" if {} => {}, \"contractor\" | \"partner\" => {{ {} }}, _ => {} }}",
                self.bool(1),
                self.answer(),
                self.body(less),
                self.answer()
            ),
            _ => {
                let (first, second) = (self.answer(), self.answer());
                format!("let chosen = if {} {{ {first} }} else {{ {second} }}; chosen", self.bool(1))
            }
        }
    }
}
