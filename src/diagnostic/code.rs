//! Every diagnostic code, in one table. Codes are never reused or renumbered.

use std::fmt;

use super::Severity;

macro_rules! codes {
    ($($variant:ident = $code:literal, $severity:ident, $title:literal;)+) => {
        /// A stable code: `P` policy, `D` directory, `L` plan, `A` apply, `H` history. Each has a page under `docs/errors/`.
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
    NeverAnswers = "P0604", Warning, "a rule that never answers";
    AlwaysLoses = "P0605", Warning, "a rule that always loses";
    Overlap = "P0606", Warning, "two rules that want different things";
    NotLowered = "P0607", Warning, "a rule that stays with the interpreter";
    // Starting
    FieldNotProvided = "P0701", Error, "a policy reads a field nobody provides";
    SandboxOpen = "P0702", Error, "the limits of the script engine are switched off";
    // Policy tests
    TestsUnreadable = "P0801", Error, "a test file that cannot be read";
    TestFormat = "P0802", Error, "a test that is not in the format";
    TestUnreached = "P0803", Warning, "a rule that no test reaches";
    // Directories: files as a whole
    DirectoryUnreadable = "D0001", Error, "a file of the directory cannot be read";
    DirectoryTooLarge = "D0002", Error, "a file of the directory is too large";
    DirectoryNotUtf8 = "D0003", Error, "a file of the directory is not UTF-8";
    DirectoryByteOrderMark = "D0004", Error, "a file of the directory begins with a byte order mark";
    DirectoryEmptyFile = "D0005", Error, "an empty file";
    DirectoryUnexpectedFile = "D0006", Error, "a file of the directory that nothing would read";
    DirectoryMissingFile = "D0007", Error, "a file the directory needs is not there";
    DirectoryTooManyMistakes = "D0008", Error, "more mistakes than are listed";
    // Directories: form
    JsonSyntax = "D0101", Error, "a syntax error in JSON";
    DuplicateJsonKey = "D0102", Error, "a JSON key given twice";
    NestedTooDeeply = "D0103", Error, "a value nested too deeply";
    TomlSyntax = "D0104", Error, "a syntax error in TOML";
    CsvQuote = "D0105", Error, "a quote that is not closed or out of place";
    RaggedRow = "D0106", Error, "a row with too few or too many fields";
    DuplicateColumn = "D0107", Error, "a column given twice";
    RecordCutOff = "D0108", Error, "a record that is cut off";
    RecordTooLong = "D0109", Error, "a record longer than 1 MiB";
    NulCharacter = "D0110", Error, "a NUL character in a text";
    // Directories: keys
    UnknownKey = "D0201", Error, "an unknown key";
    MissingKey = "D0202", Error, "a value that must be given";
    PasswordGiven = "D0203", Error, "a password in a directory";
    DerivedGiven = "D0204", Error, "a derived field given by hand";
    NotListedInProvides = "D0205", Error, "a field that `provides` leaves out";
    BadAssumption = "D0206", Error, "an assumption that cannot be made";
    BadAttribute = "D0207", Error, "an attribute that cannot be declared";
    // Directories: references
    DuplicateId = "D0301", Error, "an ID given twice";
    DuplicateKey = "D0302", Error, "a key given twice";
    UnknownMember = "D0303", Error, "a member that is not a user";
    DuplicateMember = "D0304", Error, "a member given twice";
    UnknownCredential = "D0305", Error, "a credential nobody defined";
    UndefinedContainer = "D0306", Error, "a member of a group or list nobody defined";
    SupersededByItself = "D0307", Error, "an ID superseded by itself";
    UnknownAdministratorUser = "D0308", Error, "an administrator whose ID is not a user";
    GroupTooLarge = "D0309", Error, "a group of more than 256 members";
    // Directories: values
    WrongValueType = "D0401", Error, "a value of the wrong type";
    InvalidId = "D0402", Error, "an invalid ID";
    InvalidDate = "D0403", Error, "an invalid date";
    InvalidInstant = "D0404", Error, "an invalid instant";
    UnknownWord = "D0405", Error, "a word outside its closed set";
    InvalidCountry = "D0406", Error, "an invalid country code";
    TextTooLong = "D0407", Error, "a text of more than 4,096 characters";
    ListTooLong = "D0408", Error, "a list of more than 1,024 entries";
    EmptyListEntry = "D0409", Error, "an empty entry in a list";
    UnknownTimeZone = "D0410", Error, "an unknown time zone";
    // Directories: answers of the Work API that one is made of
    AnswerIsError = "D0501", Error, "an answer that tells of an error";
    NoInterfaceAnswer = "D0502", Error, "a file that is no answer of the interface";
    AnswersMissing = "D0503", Error, "answers that stop before the last page";
    // Plans: guards, approvers and plan files
    SettingsUnreadable = "L0001", Error, "guards or approvers that cannot be read";
    SettingsSyntax = "L0002", Error, "guards or approvers that are not TOML";
    UnknownSetting = "L0003", Error, "an unknown setting";
    WrongSetting = "L0004", Error, "a setting of the wrong type or out of range";
    NotAnApprover = "L0005", Error, "an approver who may not approve";
    InvalidApproverKey = "L0006", Error, "an approver's key that is no ed25519 public key";
    SharedApproverKey = "L0007", Error, "one key for two approvers";
    PlanUnreadable = "L0101", Error, "a plan file that cannot be read";
    NotAPlan = "L0102", Error, "a file that is no plan";
    PlanAltered = "L0103", Error, "a plan whose digest does not match";
    // Plans: hazards. An error may hold what it names, a warning never holds anything.
    DetachWithWorkingCredential = "L0201", Error, "a detach while a credential still works";
    DetachBeforeRevoke = "L0202", Warning, "a detach after which nobody can revoke";
    WithdrawOnMulti = "L0203", Error, "a withdrawal that would cut off everybody";
    CredentialInUse = "L0204", Error, "a withdrawal that would cut off somebody who stays";
    CredentialSurvives = "L0205", Warning, "a revocation that leaves a credential";
    CredentialUnknown = "L0206", Error, "a credential nobody knows enough of";
    NoFreeLicence = "L0207", Error, "a migration without a free licence";
    NoMdmLicence = "L0208", Error, "a migration to a licence nobody can name";
    UnmanagedDevice = "L0209", Error, "a device that nobody manages";
    MigrationRemovesApp = "L0210", Error, "a removal that takes the app from somebody who keeps it";
    MigrationUntold = "L0211", Warning, "a migration nobody is told of";
    RevokeNotEntitled = "L0212", Error, "a revocation the edition does not include";
    NoLeadTime = "L0213", Warning, "a message that may never be read";
    CannotNotify = "L0214", Error, "somebody who cannot be told";
    NothingToCountFrom = "L0215", Error, "a delay that nothing starts";
    ReplacementLeaving = "L0216", Error, "a replacement that is itself leaving";
    ReplacementUnknown = "L0217", Error, "a replacement that is no other ID of the person";
    DeadlineUnmeetable = "L0218", Warning, "a deadline that no allowed step can meet";
    Overdue = "L0219", Warning, "a deadline that has passed";
    QuotaExceeded = "L0220", Warning, "more API calls than a day allows";
    MembershipsUnknown = "L0221", Warning, "groups and lists nobody speaks for";
    // Plans: refusals of the whole
    OverCount = "L0301", Error, "more of a class than its limit allows";
    OverPercent = "L0302", Error, "a larger share than its limit allows";
    BelowPopulation = "L0303", Error, "a directory too small for its limit";
    OverDay = "L0304", Error, "more in a day than its limit allows";
    StaleDirectory = "L0305", Error, "a directory that is too old";
    DirectoryOfTheFuture = "L0306", Error, "a directory from after the plan's instant";
    ShrunkDirectory = "L0307", Error, "a directory that lost too many users";
    OtherDirectory = "L0308", Error, "a previous directory that is not the one before";
    UnknownActor = "L0309", Error, "an actor who is no administrator";
    ActorMayNotPlan = "L0310", Error, "an actor who may not own a plan";
    TooFewApprovers = "L0311", Error, "too few people who could approve";
    // Plans: refusals of single users
    MissingPrivilege = "L0401", Error, "a step the actor has no privilege for";
    OutOfScope = "L0402", Error, "a user outside the actor's scope";
    ProtectedUser = "L0403", Error, "a user that guards protect";
    Oneself = "L0404", Error, "a plan about oneself";
    LastFullAdministrator = "L0405", Error, "the last full administrator";
    OpenElsewhere = "L0406", Warning, "a user with work still open";
    // Carrying out: journal, keys, files
    JournalUnusable = "A0001", Error, "a journal that cannot be used";
    JournalBusy = "A0002", Error, "a journal on which another process works";
    JournalCorrupt = "A0003", Error, "a journal that is not what was written";
    NotAJournal = "A0004", Error, "a file that is no journal";
    NotAKey = "A0005", Error, "a file that is no key";
    NotAWorld = "A0006", Error, "a simulated platform that cannot be read";
    NotToBeReported = "A0007", Error, "a report of a step that is not to be done now";
    NotToBeResolved = "A0008", Error, "a step that nobody has to settle, or not so";
    // Carrying out: before the first step
    PlanExpired = "A0101", Error, "a plan that has expired";
    PlanOfTheFuture = "A0102", Error, "a plan from the future";
    ActorLostAuthority = "A0103", Error, "an actor who may not do it any more";
    OverDayAtWork = "A0104", Error, "more in a day than its limit allows, by the journal";
    OtherPolicy = "A0105", Error, "another policy than the plan was made by";
    NotDecidedAnew = "A0106", Error, "a directory that cannot be decided about again";
    NotAccepted = "A0107", Error, "a plan that was not accepted";
    ClockBehind = "A0108", Error, "a clock behind what is on record";
    OtherGuards = "A0109", Error, "other guards than the plan was made with";
    // Carrying out: approvals
    NotAnApproval = "A0201", Error, "a file that is no approval";
    UnknownApprover = "A0202", Error, "an approval by nobody who may approve";
    ForgedApproval = "A0203", Error, "an approval that its key did not sign";
    ApprovalOfOtherPlan = "A0204", Error, "an approval of another plan";
    ApprovalExpired = "A0205", Error, "an approval that does not hold now";
    ApprovalByActor = "A0206", Error, "an approval by the one who owns the plan";
    ApprovedTwice = "A0207", Error, "one person's approval given twice";
    OtherApprovers = "A0208", Error, "other approvers than the plan was made with";
    TooFewApprovals = "A0209", Error, "too few approvals";
    NotAResolution = "A0210", Error, "a file that is no resolution";
    UnknownResolver = "A0211", Error, "a resolution by nobody who may settle holds";
    ForgedResolution = "A0212", Error, "a resolution that its key did not sign";
    ResolutionExpired = "A0213", Error, "a resolution that does not hold now";
    ResolutionOfOtherHold = "A0214", Error, "a resolution of something that is not held so";
    // Carrying out: during the run
    StepBeforeFailed = "A0301", Warning, "a step before it was not done";
    PersonReturned = "A0302", Warning, "a person who is back";
    HeldMeanwhile = "A0303", Warning, "a hold that came after the plan";
    CredentialChanged = "A0304", Warning, "a credential that changed after the plan";
    OutcomeUnknown = "A0305", Error, "a step of which nobody knows whether it was done";
    RunCancelled = "A0306", Warning, "a run that somebody stopped";
    TooManyFailures = "A0307", Error, "a run that stopped after failures";
    TooMuchDrift = "A0308", Error, "a run that stopped because too much has changed";
    DecidedOtherwise = "A0309", Warning, "a decision that is another one by now";
    PlanCalledOff = "A0310", Warning, "a plan that somebody called off";
    // Carrying out: connectors to the platform
    ConnectorUnreadable = "A0401", Error, "settings of a connector that cannot be read";
    ConnectorSyntax = "A0402", Error, "settings of a connector that are not TOML";
    UnknownConnectorSetting = "A0403", Error, "an unknown setting of a connector";
    WrongConnectorSetting = "A0404", Error, "a setting of a connector that is missing or wrong";
    NoApiKey = "A0405", Error, "an API key that is not there";
    ApiKeyNotTaken = "A0406", Error, "an API key that the platform does not take";
    PlatformUnclear = "A0407", Error, "a platform that does not answer as documented";
    NoAuthority = "A0408", Error, "a certificate of an authority that is not there";
    // The history
    HistoryBroken = "H0001", Error, "a history that is not what was written";
    NotACheckpoint = "H0002", Error, "a file that is no checkpoint";
    ForgedCheckpoint = "H0003", Error, "a checkpoint that its key did not sign";
    CheckpointMismatch = "H0004", Error, "a history that is not that of the checkpoint";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
