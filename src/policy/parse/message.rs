//! What leaver says about Rhai's syntax errors: a stable code, a plain sentence and advice.
//!
//! It looks at the kinds of errors, never at their text.

use rhai::{LexError, ParseErrorType};

use crate::diagnostic::Code;

/// A diagnostic without its place.
pub(super) struct Message {
    pub(super) code: Code,
    pub(super) text: String,
    pub(super) help: Option<String>,
}

impl Message {
    pub(super) fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn syntax(text: impl Into<String>) -> Message {
    Message::new(Code::Syntax, text)
}

/// What to say about `error`, at whose place `found` stands (empty at the end of the file).
pub(super) fn describe(error: &ParseErrorType, found: &str) -> Message {
    use ParseErrorType as E;
    let instead =
        if found.is_empty() { "the file ends here".to_owned() } else { format!("found `{}`", short(found)) };
    match error {
        E::BadInput(error) => describe_input(error, found),
        E::UnexpectedEOF => syntax("the text ends in the middle of this").help("write the rest of it"),
        E::UnknownOperator(symbol) => reserved(symbol),
        E::MissingToken(token, _) if token == "," && found == ":" => {
            missing(token, &instead).help("parameters have no types: fn name(user)")
        }
        E::MissingToken(token, _) => missing(token, &instead),
        E::MissingSymbol(_) => syntax(format!("a symbol is missing: {instead}")),
        E::MalformedIndexExpr(_) => {
            syntax("this cannot be an index").help("an index is a number, or text for a map")
        }
        E::MalformedCapture(_) => syntax("functions are called without `!`").help("remove the `!`"),
        E::DuplicatedProperty(name) => syntax(format!("`{}` is given twice in this map", short(name))),
        E::DuplicatedVariable(name) => {
            Message::new(Code::DuplicateName, format!("`{}` is declared twice here", short(name)))
        }
        E::WrongSwitchIntegerCase => syntax("a single number stands after a range in this `switch`")
            .help("put the single values before the ranges"),
        E::WrongSwitchDefaultCase => {
            syntax("`_` is not the last case of this `switch`").help("move `_` to the end")
        }
        E::WrongSwitchCaseCondition => syntax("this case cannot have a condition").help("remove the `if`"),
        E::PropertyExpected => syntax(format!("a field name is missing: {instead}"))
            .help("write `user.` and the name of a field, such as `user.has_left`"),
        E::VariableExpected => syntax(format!("a name is missing: {instead}"))
            .help("a name is made of the letters a to z, digits and `_`"),
        E::ForbiddenVariable(name) => {
            syntax(format!("`{}` cannot be a name", short(name))).help("choose another name")
        }
        E::Reserved(word) => reserved(word),
        E::MismatchedType(..) => Message::new(Code::NotACondition, "this is not true or false")
            .help("`&&`, `||` and `!` combine conditions, such as `user.has_left`"),
        E::ExprExpected(_) => syntax(format!("a value or condition is missing: {instead}"))
            .help("write what is compared or given, such as `user.has_left` or \"staff\""),
        E::WrongDocComment => {
            Message::new(Code::MisplacedDocComment, "this `///` comment documents no function")
                .help("begin the comment with `//`")
        }
        E::WrongFnDefinition => syntax("a function stands inside another one")
            .help("move it out, or close the function before it with `}`"),
        E::FnDuplicatedDefinition(name, _) => duplicate_function(name),
        E::FnMissingName => syntax(format!("a function has no name: {instead}"))
            .help("write `fn name(user) { … }`; a closure is `|x| …`"),
        E::FnMissingParams(name) => syntax(format!("`{}` has no parameters", short(name)))
            .help(format!("write `fn {}(user) {{ … }}`", short(name))),
        E::FnDuplicatedParam(name, parameter) => Message::new(
            Code::DuplicateName,
            format!("`{}` has two parameters called `{}`", short(name), short(parameter)),
        )
        .help("give one of them another name"),
        E::FnMissingBody(name) if name.is_empty() => {
            syntax("a closure has no body").help("write `|element| condition`")
        }
        E::FnMissingBody(_) if found == "->" => reserved(found),
        E::FnMissingBody(name) => syntax(format!("`{}` has no body", short(name)))
            .help(format!("write `fn {}(user) {{ … }}`", short(name))),
        E::WrongExport => not_in_language("export"),
        E::AssignmentToConstant(name) if name.is_empty() => syntax("a constant cannot be assigned to"),
        E::AssignmentToConstant(name) => {
            syntax(format!("`{}` is a constant and cannot be assigned to", short(name)))
                .help("declare it with `let`, or compare with `==`")
        }
        E::AssignmentToInvalidLHS(_) => syntax("this cannot be assigned to").help("write `==` to compare"),
        E::VariableExists(name) => {
            Message::new(Code::DuplicateName, format!("`{}` exists already", short(name)))
        }
        E::VariableUndefined(name) | E::ModuleUndefined(name) => {
            Message::new(Code::UnknownName, format!("`{}` is not defined", short(name)))
        }
        E::ExprTooDeep => Message::new(Code::TooDeep, "this expression is nested too deeply")
            .help("split it with `let`, or move a part into a `private fn`"),
        E::TooManyFunctions => {
            Message::new(Code::TooLarge, "there are too many functions").help("write fewer rules and helpers")
        }
        E::LiteralTooLarge(_, limit) => {
            Message::new(Code::TooLarge, format!("this text or list is larger than its limit of {limit}"))
                .help("a text has at most 4096 bytes, a list at most 1024 elements")
        }
        E::LoopBreak => syntax("`break` and `continue` stand outside a loop").help("`return` ends a rule"),
        // The kinds that Rhai no longer reports, and those it may learn.
        _ => syntax(format!("this is not understood: {instead}")),
    }
}

fn describe_input(error: &LexError, found: &str) -> Message {
    match error {
        LexError::UnexpectedInput(_) if matches!(found, "}" | ")" | "]" | ";" | ",") => {
            syntax(format!("a value or condition is missing before `{found}`"))
                .help("write what is compared or given, such as `user.has_left` or \"staff\"")
        }
        LexError::UnexpectedInput(text) => {
            let message = syntax(format!("`{}` cannot stand here", short(text)));
            if text.is_ascii() {
                message.help("see the policy reference for what a rule is made of")
            } else {
                message.help("names are made of the letters a to z, digits and `_`")
            }
        }
        LexError::UnterminatedString => unclosed_text(),
        LexError::StringTooLong(limit) => {
            Message::new(Code::TooLarge, format!("this text is longer than {limit} bytes"))
                .help("write a shorter text")
        }
        LexError::MalformedEscapeSequence(sequence) => {
            syntax(format!("`{}` means nothing in a text", short(sequence)))
                .help("write `\\\\` for a backslash")
        }
        LexError::MalformedNumber(_) => syntax("this is no number").help("numbers are whole: 30"),
        LexError::MalformedChar(_) => {
            Message::new(Code::SingleQuotes, "text stands in double quotes").help("write \"…\"")
        }
        LexError::MalformedIdentifier(name) => {
            syntax(format!("`{}` is no name", short(name))).help("a name needs a letter first")
        }
        LexError::ImproperSymbol(symbol, _) => reserved(symbol),
        _ => syntax("this is not understood"),
    }
}

fn missing(token: &str, instead: &str) -> Message {
    let message = syntax(format!("`{}` is missing: {instead}", short(token)));
    match token {
        ";" => message.help("a statement ends with `;` before the next one begins"),
        "{" => message.help("write what follows in braces: if condition { answer }"),
        "," => message.help("a comma stands between arguments, elements and cases"),
        "=>" => message.help("a case of a `switch` is written `\"staff\" => answer,`"),
        "in" => message.help("write: for element in list { … }"),
        token => message.help(format!("add `{}`", short(token))),
    }
}

/// A statement that is not ended.
pub(super) fn missing_semicolon() -> Message {
    syntax("`;` is missing after this").help("a statement ends with `;` before the next one begins")
}

/// Text whose closing quote is missing.
pub(super) fn unclosed_text() -> Message {
    syntax("this text is not closed").help("add the closing quote")
}

/// Two functions of one name and number of parameters.
pub(super) fn duplicate_function(name: &str) -> Message {
    Message::new(Code::DuplicateName, format!("there are two functions called `{}`", short(name)))
        .help("give one of them another name")
}

/// A word or symbol that Rhai keeps for itself or that policies do not have.
fn reserved(symbol: &str) -> Message {
    if WORDS.iter().any(|(word, ..)| *word == symbol) {
        return not_in_language(symbol);
    }
    let message =
        Message::new(Code::NotInTheLanguage, format!("`{}` is not in the policy language", short(symbol)));
    match symbol {
        "#{" => message.help("there are no object maps: use fields of the user, lists and constants"),
        "===" => message.help("write `==`"),
        "!==" => message.help("write `!=`"),
        "?" => message.help("write `if a { b } else { c }`; `??` gives a value in place of an absent one"),
        "#" | "#!" => message.help("comments begin with `//`"),
        "++" => message.help("write `+= 1`"),
        "--" => message.help("write `-= 1`; comments begin with `//`"),
        ":=" => message.help("write `let name = …`"),
        "<-" => message.help("write `<=`, or put a blank between `<` and `-`"),
        "->" => message.help("functions do not say what they return; in a `switch` write `=>`"),
        "~" => message.help("write `!` for not"),
        "(*" | "*)" => message.help("comments are `/* … */`"),
        _ if symbol.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            Message::new(Code::NotInTheLanguage, format!("`{}` is a reserved word", short(symbol)))
                .help("choose another name")
        }
        _ => message,
    }
}

/// Words of Rhai or of other languages that policies do not have, and what to use instead.
const WORDS: [(&str, Code, &str); 29] = [
    ("while", Code::ForbiddenLoop, "any loop but `for` over a list is refused"),
    ("loop", Code::ForbiddenLoop, "any loop but `for` over a list is refused"),
    ("do", Code::ForbiddenLoop, "any loop but `for` over a list is refused"),
    ("until", Code::ForbiddenLoop, "any loop but `for` over a list is refused"),
    ("try", Code::NotInTheLanguage, "an error in a rule holds the user; there is nothing to catch"),
    ("catch", Code::NotInTheLanguage, "an error in a rule holds the user; there is nothing to catch"),
    ("throw", Code::NotInTheLanguage, "write `review(\"why\")` to have a person look"),
    ("import", Code::NotInTheLanguage, "the files of a policy folder share functions and constants"),
    ("export", Code::NotInTheLanguage, "the files of a policy folder share functions and constants"),
    ("eval", Code::NotInTheLanguage, "write the expression itself"),
    ("print", Code::NotInTheLanguage, "a rule has no output; write `.because(\"…\")` to give a reason"),
    ("debug", Code::NotInTheLanguage, "a rule has no output; ask leaver to explain the decision"),
    ("Fn", Code::NotInTheLanguage, "write a closure, `|x| …`, or call the function by its name"),
    ("call", Code::NotInTheLanguage, "call the function by its name"),
    ("curry", Code::NotInTheLanguage, "write a closure, `|x| …`"),
    ("this", Code::NotInTheLanguage, "a rule gets the user as its parameter"),
    ("global", Code::NotInTheLanguage, "write the constant's name alone"),
    ("is_def_var", Code::NotInTheLanguage, "what a policy uses is defined when it is checked"),
    ("is_def_fn", Code::NotInTheLanguage, "what a policy uses is defined when it is checked"),
    ("match", Code::NotInTheLanguage, "write `switch`"),
    ("case", Code::NotInTheLanguage, "a case of a `switch` is written `\"staff\" => answer,`"),
    ("default", Code::NotInTheLanguage, "the last case of a `switch` is written `_ => answer`"),
    ("then", Code::NotInTheLanguage, "write `if condition { answer }`"),
    ("unless", Code::NotInTheLanguage, "write `if !condition { answer }`"),
    ("when", Code::NotInTheLanguage, "write `if condition { answer }`"),
    ("var", Code::NotInTheLanguage, "write `let`"),
    ("elif", Code::NotInTheLanguage, "write `else if`"),
    ("elsif", Code::NotInTheLanguage, "write `else if`"),
    ("elseif", Code::NotInTheLanguage, "write `else if`"),
];

/// Whether policies do not have a word, and that is known to need advice.
pub(super) fn is_foreign(word: &str) -> bool {
    WORDS.iter().any(|(known, ..)| *known == word)
}

/// A word that policies do not have, with what to use instead.
pub(super) fn not_in_language(word: &str) -> Message {
    let (code, help) = WORDS
        .iter()
        .find(|(known, ..)| *known == word)
        .map_or((Code::NotInTheLanguage, "choose another word"), |(_, code, help)| (*code, *help));
    Message::new(code, format!("`{}` is not in the policy language", short(word))).help(help)
}

/// At most forty characters of one line.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 {
        return line.to_owned();
    }
    line.chars().take(39).chain(['…']).collect()
}
