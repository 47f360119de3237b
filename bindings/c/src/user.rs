//! The user as a structure of texts.

use crate::sized::Sized_;
use crate::text::{leaver_list, leaver_str};

/// What is known of something that is so or not.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_known {
    /// Nobody told. A policy that needs it holds the user.
    LEAVER_UNKNOWN = 0,
    /// It is not so.
    LEAVER_NO = 1,
    /// It is so.
    LEAVER_YES = 2,
}

/// What kind of value an attribute has.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_value_kind {
    /// Nobody told.
    LEAVER_VALUE_UNKNOWN = 0,
    /// Told that there is none.
    LEAVER_VALUE_NONE = 1,
    /// A truth: number is 0 or 1.
    LEAVER_VALUE_BOOL = 2,
    /// A whole number: number.
    LEAVER_VALUE_INTEGER = 3,
    /// A text, date (YYYY-MM-DD) or word of a closed set: text.
    LEAVER_VALUE_TEXT = 4,
    /// A list of texts: list.
    LEAVER_VALUE_LIST = 5,
}

/// An attribute of the host's own, declared when the policy was compiled.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct leaver_attribute {
    /// Its name.
    pub name: leaver_str,
    /// A leaver_value_kind: which of the following counts.
    pub kind: i32,
    /// A whole number, or 0 and 1.
    pub number: i64,
    /// A text.
    pub text: leaver_str,
    /// A list.
    pub list: leaver_list,
}

/// A user, as the host knows it. Begin with LEAVER_USER_INIT, which says nothing of anybody, and set what is
/// known; field names and meanings are those of the formats.
///
/// A text whose data is NULL is not told: a policy that needs it holds the user with "missing_fact". An empty text
/// (LEAVER_NONE) is told: there is no value. A list whose items are NULL is not told; with items and 0 it is empty.
/// Dates are "YYYY-MM-DD", instants RFC 3339. The texts must stay unchanged during the call, and no longer.
///
///     leaver_user user = LEAVER_USER_INIT;
///     user.id = LEAVER_STR("ECHOECHO");
///     user.person = LEAVER_STR("E1001");
///     user.employment = LEAVER_STR("staff");
///     user.last_day = leaver_text(yesterday);
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct leaver_user {
    /// sizeof(leaver_user).
    pub struct_size: usize,
    /// The messaging ID; required.
    pub id: leaver_str,
    /// The immutable key of the human. Without it or employment no rule runs.
    pub person: leaver_str,
    /// "staff", "contractor", "temporary", "partner" or "service".
    pub employment: leaver_str,
    /// The last working day; told to be none: no leaving fact is known.
    pub last_day: leaver_str,
    /// The exact instant of leaving; wins over last_day.
    pub leaves_at: leaver_str,
    /// "voluntary", "involuntary", "contract_end", "retired" or "deceased".
    pub departure: leaver_str,
    /// First working day; after last_day it is a rehire.
    pub first_day: leaver_str,
    /// When this ID appeared in the subscription.
    pub created: leaver_str,
    /// Last contact of the app.
    pub last_seen: leaver_str,
    /// The department.
    pub department: leaver_str,
    /// The job title.
    pub job_title: leaver_str,
    /// ISO 3166 alpha-2.
    pub country: leaver_str,
    /// Given name.
    pub first_name: leaver_str,
    /// Family name.
    pub last_name: leaver_str,
    /// Public nickname.
    pub nickname: leaver_str,
    /// Key of the credential in use; told to be none: there is none.
    pub credential: leaver_str,
    /// "single", "multi" or "none".
    pub credential_kind: leaver_str,
    /// The ID of the same person that replaces this one.
    pub superseded_by: leaver_str,
    /// Edition of the subscription; if not told, that of the decider.
    pub edition: leaver_str,
    /// Tags.
    pub categories: leaver_list,
    /// Keys of groups.
    pub groups: leaver_list,
    /// Keys of distribution lists.
    pub lists: leaver_list,
    /// A leaver_known: whether the device is under device management.
    pub mdm_managed: i32,
    /// A leaver_known: whether nothing of this person may be destroyed.
    pub legal_hold: i32,
    /// A leaver_known: whether the user holds an administrator login.
    pub administrator: i32,
    /// A leaver_known: whether the person has left, where last_day and leaves_at are not told.
    pub has_left: i32,
    /// The host's own attributes.
    pub attributes: *const leaver_attribute,
    /// How many of them.
    pub attribute_count: usize,
}

// SAFETY: `repr(C)`, the size first, and zero is a user of whom nothing is told.
unsafe impl Sized_ for leaver_user {
    const NAME: &'static str = "leaver_user";
    const FIRST: usize = size_of::<Self>();
}
