//! Groups and distribution lists as Broadcast manages them (PLATFORM 21–25).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Id;

macro_rules! container {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Key: what policies and memberships name.
            pub id: Arc<str>,
            /// What people call it.
            #[serde(default)]
            pub name: Arc<str>,
            /// The Broadcast ID that manages it; absent if it was made in the app (PLATFORM 23).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub broadcast: Option<Id>,
            /// Its members, in the order given.
            #[serde(default)]
            pub members: Vec<Id>,
        }
    };
}

container! {
    /// A group: all members write to all. At most 256 members (PLATFORM 22).
    Group
}

container! {
    /// A distribution list: Broadcast writes to its recipients.
    DistributionList
}
