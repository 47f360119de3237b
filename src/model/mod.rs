//! What the platform and the personnel records are made of: IDs, people, credentials, licences,
//! groups, administrators, and the moment at which a question is asked.
//!
//! Everything here is plain data. Nothing in this module reads a file, a clock or an environment.

mod administrator;
mod canonical;
mod closed;
mod container;
mod credential;
mod facts;
mod field;
mod id;
mod leaving;
mod moment;
mod schema;
mod subscription;
mod user;
pub(crate) mod utc;
mod value;

pub(crate) use canonical::{canonical, write_canonical, write_canonical_text};

pub use administrator::{Administrator, AdministratorKind, Privilege, Scope};
pub use closed::{ClosedSet, CredentialKind, Departure, Edition, Employment, UnknownWord};
pub use container::{DistributionList, Group};
pub use credential::{Credential, CredentialId, PersonKey};
pub use facts::{Facts, TextList, Texts, View};
pub use field::{Field, FieldInfo, FieldSource};
pub use id::{Id, IdError};
pub(crate) use leaving::Horizon;
pub use leaving::Leaving;
pub use moment::{Moment, MomentError, TZDATA_VERSION, Zone};
pub use schema::{AttributeError, FieldType, Kind, RESERVED_ATTRIBUTE_NAMES, Schema, Slot};
pub use subscription::{Capability, Entitlements, Licences, Subscription};
pub use user::User;
pub use value::{Fact, Value, format_date, format_instant, parse_date, parse_instant};
pub(crate) use value::{instant, instant_or_null, write_instant};
