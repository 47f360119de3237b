//! The fields of a user: their names, types and meaning, in one table.
//!
//! Everything that speaks of fields (readers, checker, interpreter, reference page) takes them from
//! [`Field::info`]; nothing else lists them.

use super::schema::{Kind, Slot};
use super::{CredentialKind, Departure, Edition, Employment};

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSource {
    /// Every record must have it.
    Required,
    /// A record may have it. Without it the user is unmatched: no rule runs.
    Matching,
    /// A record may have it.
    Given,
    /// A record may have it; where the directory provides the field, its absence means the default
    /// (false, or an empty list).
    Defaulted,
    /// Computed from the rest of the directory, or given ready in a stream.
    Derived,
}

/// What there is to know about a field.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// Its name in every format and language.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether a user may have no value.
    pub optional: bool,
    /// Where the value comes from.
    pub source: FieldSource,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// The PLATFORM rows it rests on.
    pub platform: &'static [u8],
    /// A condition of a policy that uses it.
    pub example: &'static str,
    /// Personal data: never repeated in errors or logs.
    pub personal: bool,
}

macro_rules! fields {
    ($($variant:ident, $name:literal, $kind:expr, $optional:literal, $source:ident, [$($row:literal),*], $example:literal, $meaning:literal;)+) => {
        /// A built-in field of a user.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Field { $(#[doc = $meaning] $variant),+ }

        impl Field {
            /// Every field, in the order of the reference page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The field's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Everything known about the field.
            pub fn info(self) -> FieldInfo {
                match self {
                    $(Self::$variant => FieldInfo {
                        name: $name,
                        kind: $kind,
                        optional: $optional,
                        source: FieldSource::$source,
                        meaning: $meaning,
                        platform: &[$($row),*],
                        example: $example,
                        personal: matches!(self, Self::FirstName | Self::LastName | Self::Nickname),
                    }),+
                }
            }
        }
    };
}

fields! {
    Id, "id", Kind::Id, false, Required, [12], "user.id == user.superseded_by ?? user.id",
        "The messaging ID.";
    Person, "person", Kind::Text, false, Matching, [31], "user.person.starts_with(\"E\")",
        "The immutable key of the human: the employee number. Without it the user is unmatched and no rule runs.";
    Employment, "employment", Kind::OneOf(Employment::closed_set()), false, Matching, [], "user.employment == \"staff\"",
        "How the person works for the company. Without it the user is unmatched and no rule runs.";
    LastDay, "last_day", Kind::Date, true, Given, [], "user.last_day != () && user.last_day < today()",
        "The last working day; absent means no leaving fact is known.";
    LeavesAt, "leaves_at", Kind::Instant, true, Given, [], "user.leaves_at != ()",
        "The exact instant of leaving, for those who go at once; it wins over the end of `last_day`.";
    HasLeft, "has_left", Kind::Bool, false, Derived, [], "user.has_left",
        "Whether `leaves_at`, or else the end of `last_day` in the subscription's time zone, is at or before the instant of the decision, and the person has not been rehired since.";
    Departure, "departure", Kind::OneOf(Departure::closed_set()), true, Given, [], "user.departure != () && user.departure == \"retired\"",
        "Why the person leaves. Somebody who only moves inside the company has no `last_day`.";
    FirstDay, "first_day", Kind::Date, true, Given, [], "user.first_day != () && user.first_day > today()",
        "First working day; after `last_day` it is a rehire.";
    Created, "created", Kind::Date, true, Given, [31], "user.created != () && days_since(user.created) < 7",
        "When this ID appeared in the subscription.";
    LastSeen, "last_seen", Kind::Date, true, Given, [11, 31], "user.last_seen != () && days_since(user.last_seen) > 90",
        "Last contact of the app.";
    Department, "department", Kind::Text, true, Given, [17, 31], "user.department in [\"sales\", \"legal\"]",
        "The department.";
    JobTitle, "job_title", Kind::Text, true, Given, [17, 31], "(user.job_title ?? \"\").to_lower().contains(\"trainee\")",
        "The job title.";
    Country, "country", Kind::Text, true, Given, [], "user.country in [\"CH\", \"DE\"]",
        "Where the person works, ISO 3166 alpha-2.";
    Categories, "categories", Kind::Texts, false, Defaulted, [17, 31], "\"board\" in user.categories",
        "Tags of the user.";
    FirstName, "first_name", Kind::Text, true, Given, [17, 31], "user.first_name != ()",
        "Given name. Personal data: never in errors or logs.";
    LastName, "last_name", Kind::Text, true, Given, [17, 31], "user.last_name != ()",
        "Family name. Personal data: never in errors or logs.";
    Nickname, "nickname", Kind::Text, true, Given, [17, 31], "user.nickname == ()",
        "Public nickname. Personal data: never in errors or logs.";
    Credential, "credential", Kind::Text, true, Given, [13, 31], "user.credential == ()",
        "Key of the credential in use.";
    CredentialKind, "credential_kind", Kind::OneOf(CredentialKind::closed_set()), false, Derived, [13, 14], "user.credential_kind == \"multi\"",
        "Whether the credential is one person's, shared by all managed devices, or there is none.";
    MdmManaged, "mdm_managed", Kind::Bool, false, Defaulted, [16], "user.mdm_managed",
        "Whether the device is under device management (MDM).";
    LegalHold, "legal_hold", Kind::Bool, false, Defaulted, [], "user.legal_hold",
        "Whether nothing of this person may be destroyed for now.";
    Administrator, "administrator", Kind::Bool, false, Derived, [27], "user.administrator",
        "Whether the user holds an administrator login.";
    Groups, "groups", Kind::Texts, false, Derived, [21, 22], "\"g1\" in user.groups",
        "Keys of the groups the ID is in.";
    Lists, "lists", Kind::Texts, false, Derived, [21], "user.lists.len() > 0",
        "Keys of the distribution lists the ID is in.";
    SupersededBy, "superseded_by", Kind::Id, true, Given, [24], "user.superseded_by != ()",
        "The ID of the same person that replaces this one.";
    Edition, "edition", Kind::OneOf(Edition::closed_set()), false, Derived, [7, 10], "user.edition == \"enterprise\"",
        "Edition of the subscription.";
}

impl Field {
    /// The field with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Where the field stands in every [`User`](super::User).
    pub const fn slot(self) -> Slot {
        Slot::new(self as u16)
    }
}
