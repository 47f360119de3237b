//! Reading what the Work API knows, for a directory: every page of the lists, as it came.

use std::fmt;

use time::OffsetDateTime;

use super::call::{Api, Call};
use super::connector::{Line, MOST_ON_A_PAGE};
use super::error::ThreemaError;
use super::settings::ThreemaSettings;

/// Answers of the Work API, page by page: what [`import`](crate::directory::import) takes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Pages of `/users`.
    pub users: Vec<Vec<u8>>,
    /// Pages of `/credentials`, if they were asked for. They may hold passwords.
    pub credentials: Vec<Vec<u8>>,
}

/// Numbers only: the content is personal data.
impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (users, credentials) = (self.users.len(), self.credentials.len());
        f.debug_struct("Answers").field("users", &users).field("credentials", &credentials).finish()
    }
}

/// Asks the Work API for all users, and for all credentials if they are wanted. Nothing is changed.
///
/// # Errors
/// If there is no Work API in the settings, no key, or not every page comes as it should: half a list would be leavers who
/// are not there.
pub fn fetch(
    settings: &ThreemaSettings,
    credentials: bool,
    now: OffsetDateTime,
) -> Result<Answers, ThreemaError> {
    let Some(work) = &settings.work else { return Err(ThreemaError::NotGiven { api: Api::Work }) };
    let mut line = Line::new(Api::Work, &work.key, work.authorities.as_deref(), settings.timeouts)?;
    let mut all = |list: &str| {
        let mut pages = Vec::new();
        let first = Call::get(Api::Work, format!("{}/{list}?pageSize={MOST_ON_A_PAGE}", work.url));
        line.pages(first, list, now, &mut |_, body| pages.push(body))?;
        Ok(pages)
    };
    let users = all("users")?;
    let credentials = if credentials { all("credentials")? } else { Vec::new() };
    Ok(Answers { users, credentials })
}
