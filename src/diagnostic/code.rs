//! Every diagnostic code, in one table. Codes are never reused or renumbered.

use std::fmt;

use super::Severity;

macro_rules! codes {
    ($($variant:ident = $code:literal, $severity:ident, $title:literal;)+) => {
        /// A stable code: `P` policy, `D` directory. Each has a page under `docs/errors/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $title] $variant),+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it is written: `P0102`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What the code stands for, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Whether it refuses the input or warns.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }
        }
    };
}

codes! {
    // Policy files as a whole
    PolicyUnreadable = "P0001", Error, "the policy cannot be read";
    PolicyTooLarge = "P0002", Error, "a policy file is larger than 64 KiB";
    PolicyNotUtf8 = "P0003", Error, "a policy file is not UTF-8";
    PolicyByteOrderMark = "P0004", Error, "a policy file begins with a byte order mark";
    NoRules = "P0005", Error, "a policy without rules";
    // Names
    UnknownName = "P0101", Error, "unknown name";
    UnknownField = "P0102", Error, "unknown field";
    UnknownFunction = "P0103", Error, "unknown function";
    WrongArgumentCount = "P0104", Error, "wrong number of arguments";
    WrongArgumentType = "P0105", Error, "argument of the wrong type";
    UnknownContainer = "P0106", Error, "unknown group or list";
    // Types
    DifferentTypes = "P0201", Error, "comparing different types";
    NotInClosedSet = "P0202", Error, "a value outside its closed set";
    UncheckedOptional = "P0203", Error, "an optional value used without a check";
    NotACondition = "P0204", Error, "a condition that is not true or false";
    WrongOperand = "P0205", Error, "an operator that does not apply";
    InvalidLiteral = "P0206", Error, "a literal that is no date, ID, period or number";
    MixedList = "P0207", Error, "a list of different types";
    TextAsPredicate = "P0208", Error, "text where a closure belongs";
    IncompleteSwitch = "P0209", Error, "a switch that forgets the absent value";
    ReassignedType = "P0210", Error, "a variable that changes its type";
    // Answers
    DroppedAnswer = "P0301", Error, "an answer that is dropped";
    NeverActs = "P0302", Error, "a rule that can never act";
    RuleParameters = "P0303", Error, "a rule that does not take one user";
    RuleThisType = "P0304", Error, "a rule for a type";
    NotAnAnswer = "P0305", Error, "a rule whose value is no answer";
    MisplacedModifier = "P0306", Error, "a modifier that does not apply";
    // Scope
    AssignedParameter = "P0401", Error, "assignment to a parameter";
    ShadowedConstant = "P0402", Error, "a local named like a constant";
    TimeInConstant = "P0403", Error, "a constant that depends on time";
    CapturedUser = "P0404", Error, "a closure that captures the user";
    CapturedVariable = "P0405", Error, "a closure that captures a variable that changes";
    ForbiddenLoop = "P0406", Error, "a loop that is not `for` over a list";
    ReservedFunction = "P0407", Error, "a function named like one of the language";
    DuplicateName = "P0408", Error, "a name defined twice";
    Recursion = "P0409", Error, "a helper that calls itself";
    TopLevelStatement = "P0410", Error, "a statement outside functions";
    NotConstant = "P0411", Error, "a constant that is not constant";
    // Syntax
    Syntax = "P0501", Error, "a syntax error";
    SingleQuotes = "P0502", Error, "single quotes for text";
    WordOperator = "P0503", Error, "a word for an operator";
    AssignmentAsComparison = "P0504", Error, "`=` for `==`";
    MisplacedDocComment = "P0505", Error, "a doc comment that documents nothing";
    NotInTheLanguage = "P0506", Error, "something that is not in the policy language";
    Float = "P0507", Error, "a number with a fraction";
    TooDeep = "P0508", Error, "an expression nested too deeply";
    TooLarge = "P0509", Error, "a policy larger than its limits";
    // Warnings
    NoRationale = "P0601", Warning, "a rule without a doc comment";
    OverruledReview = "P0602", Warning, "a review that another rule overrules";
    IdInPolicy = "P0603", Warning, "an ID written into a policy";
    // Starting
    FieldNotProvided = "P0701", Error, "a policy reads a field nobody provides";
    SandboxOpen = "P0702", Error, "the limits of the script engine are switched off";
    // Policy tests
    TestsUnreadable = "P0801", Error, "a test file that cannot be read";
    TestFormat = "P0802", Error, "a test that is not in the format";
    TestUnreached = "P0803", Warning, "a rule that no test reaches";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
