//! Looking on behalf of an administrator: whose decisions that one may see.
//!
//! Without an administrator everything is shown: the command has the directory anyway. With one it shows what
//! that one would be allowed to see, which is how a read-only partner is given an answer (PLATFORM 27).

use super::arguments::OnBehalf;
use super::exit::Failure;
use super::input::Users;
use crate::diagnostic::suggest;
use crate::model::{Administrator, Privilege, User};

/// Whom one may see.
pub(crate) struct Scope(Option<Administrator>);

impl Scope {
    /// The scope of the administrator that was named, or everything.
    pub(crate) fn of(users: &Users, on_behalf: &OnBehalf) -> Result<Self, Failure> {
        let Some(name) = &on_behalf.actor else { return Ok(Self(None)) };
        let Some(directory) = users.directory() else {
            let help = "a stream has no administrators: give a directory".to_owned();
            return Err(Failure::usage("--actor is for directories", Some(help)));
        };
        let all = directory.snapshot().administrators();
        let Some(actor) = all.iter().find(|known| known.name == *name) else {
            let names = all.iter().map(|known| known.name.as_str());
            let help = suggest(name, names).map(|near| format!("did you mean `{near}`?"));
            return Err(Failure::usage(format!("there is no administrator `{name}`"), help));
        };
        if !actor.may(Privilege::UsersRead) {
            return Err(Failure::refused(format!("the administrator {name} has no privilege `users.read`")));
        }
        Ok(Self(Some(actor.clone())))
    }

    /// Whether the user may be seen.
    pub(crate) fn includes(&self, user: &User) -> bool {
        self.0.as_ref().is_none_or(|actor| actor.reaches(user))
    }

    /// The user, or a refusal.
    pub(crate) fn require(&self, user: User) -> Result<User, Failure> {
        match &self.0 {
            Some(actor) if !actor.reaches(&user) => {
                Err(Failure::refused(format!("{} is outside the scope of {}", user.id(), actor.name)))
            }
            _ => Ok(user),
        }
    }

    /// Whether everybody may be seen.
    pub(crate) const fn is_everybody(&self) -> bool {
        self.0.is_none()
    }
}
