//! Administrators, what they may do and to whom: deny by default (PLATFORM 27).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::closed::closed_set;
use super::{Employment, Fact, Field, Id, User};

closed_set! {
    /// Kind of an administrator login.
    AdministratorKind, "administrator_kind" {
        /// May do everything to everybody.
        Full = "full",
        /// May do only what was granted, only to users in scope.
        Restricted = "restricted",
    }
}

closed_set! {
    /// One thing an administrator may be allowed to do.
    Privilege, "privilege" {
        /// See users.
        UsersRead = "users.read",
        /// Change users.
        UsersWrite = "users.write",
        /// See credentials.
        CredentialsRead = "credentials.read",
        /// Delete and create credentials.
        CredentialsWrite = "credentials.write",
        /// Detach IDs.
        IdsDetach = "ids.detach",
        /// Revoke IDs for ever.
        IdsRevoke = "ids.revoke",
        /// Change contacts.
        ContactsWrite = "contacts.write",
        /// See the configuration of devices.
        ConfigRead = "config.read",
        /// Change the configuration of devices.
        ConfigWrite = "config.write",
        /// See groups and lists.
        BroadcastRead = "broadcast.read",
        /// Change members of groups and lists.
        BroadcastMembersWrite = "broadcast.members.write",
        /// Send messages.
        BroadcastSend = "broadcast.send",
        /// Manage administrators.
        AdminsManage = "admins.manage",
        /// Read the history.
        AuditRead = "audit.read",
        /// Write policies.
        PolicyAuthor = "policy.author",
        /// Approve plans.
        PlanApprove = "plan.approve",
        /// Resolve holds.
        HoldManage = "hold.manage",
    }
}

/// An administrator login of the subscription.
///
/// ```
/// use leaver::model::{Administrator, Privilege};
///
/// let partner = Administrator::restricted("partner-view");
/// assert!(!partner.may(Privilege::UsersRead), "nothing is allowed until it is granted");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Administrator {
    /// Login name.
    pub name: String,
    /// Full or restricted.
    pub kind: AdministratorKind,
    /// The administrator's own messaging ID, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// What a restricted administrator may do; empty until granted. Ignored for full ones.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub privileges: BTreeSet<Privilege>,
    /// To whom; absent means nobody for a restricted administrator. Ignored for full ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

impl Administrator {
    /// A restricted administrator who may do nothing yet.
    pub fn restricted(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: AdministratorKind::Restricted,
            user: None,
            privileges: BTreeSet::new(),
            scope: None,
        }
    }

    /// Whether the administrator holds `privilege`.
    pub fn may(&self, privilege: Privilege) -> bool {
        self.kind == AdministratorKind::Full || self.privileges.contains(&privilege)
    }

    /// Whether `user` is within the administrator's scope.
    pub fn reaches(&self, user: &User) -> bool {
        self.kind == AdministratorKind::Full || self.scope.as_ref().is_some_and(|scope| scope.includes(user))
    }
}

/// A set of users: AND across keys, OR within one. A user without the value is outside, and a scope
/// without any key includes nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departments: Option<BTreeSet<String>>,
    /// Employments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employments: Option<BTreeSet<Employment>>,
    /// Countries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<BTreeSet<String>>,
    /// Categories: any one is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<BTreeSet<String>>,
}

impl Scope {
    /// Whether `user` is in the set.
    pub fn includes(&self, user: &User) -> bool {
        use super::Value;
        let has = |field: Field, wanted: &dyn Fn(&str) -> bool| match user.fact(field.slot()) {
            Fact::Known(Value::Text(text)) => wanted(text),
            Fact::Known(Value::Texts(texts)) => texts.iter().any(|text| wanted(text)),
            _ => false,
        };
        let within = |field, set: &Option<BTreeSet<String>>| {
            set.as_ref().map(|set| has(field, &|text| set.contains(text)))
        };
        let keys = [
            within(Field::Department, &self.departments),
            self.employments.as_ref().map(|set| {
                has(Field::Employment, &|text| set.iter().any(|employment| employment.word() == text))
            }),
            within(Field::Country, &self.countries),
            within(Field::Categories, &self.categories),
        ];
        keys.iter().any(Option::is_some) && keys.iter().flatten().all(|matches| *matches)
    }
}
