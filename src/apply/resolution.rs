//! Signed resolutions of holds, as their files hold them.
//!
//! What is signed is the canonical JSON of the [`Resolution`]: subscription, user, hold, what is decided, by whom and
//! until when. Whoever changes one of them has no resolution. Keys stand under `[resolvers]` in `approvers.toml`, each
//! of an administrator with the privilege `hold.manage`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::key::{Secret, verify_signature};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{canonical, format_instant};
use crate::plan::{Approvers, Reason, Resolution, Settled};
use crate::policy::{Access, Disposition, HoldCode};

/// What is signed is this and nothing else.
const PURPOSE: &str = "leaver: resolution of a hold";
/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);
/// Longest time that a resolution holds.
const LONGEST: Duration = Duration::days(31);
/// Longest note, in characters.
const MOST_NOTE: usize = 500;

/// A signed resolution.
///
/// ```
/// use leaver::apply::{Secret, SignedResolution};
///
/// assert_eq!(SignedResolution::read("x.resolution", b"{}").unwrap_err().code.as_str(), "A0210");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedResolution {
    /// The statement.
    pub resolution: Resolution,
    /// The ed25519 signature of its canonical JSON, in base64.
    pub signature: String,
}

/// Why no person settles a hold so, whoever it is.
fn senseless(resolution: &Resolution) -> Option<&'static str> {
    let Resolution { hold, disposition, access, note, .. } = resolution;
    match hold {
        HoldCode::InvalidRecord => return Some("a record that cannot be read is mended, not resolved"),
        HoldCode::SystemId => return Some("a gateway or system ID is never touched"),
        HoldCode::NotEntitled => return Some("what the edition does not include nobody can decide"),
        _ => {}
    }
    if *disposition == Some(Disposition::Hold) || *access == Some(Access::Hold) {
        return Some("to go on holding takes no resolution");
    }
    if disposition.is_none() && access.is_none() {
        return Some("a resolution says what happens to the ID, the access or both");
    }
    if note.trim().is_empty() || note.chars().count() > MOST_NOTE {
        return Some("a note says why, in at most 500 characters");
    }
    None
}

impl SignedResolution {
    /// Signs what somebody decided; purpose and length are put right.
    ///
    /// # Errors
    /// `A0214` for what no person can decide.
    pub fn sign(mut resolution: Resolution, key: &Secret) -> Result<Self, Reason> {
        PURPOSE.clone_into(&mut resolution.purpose);
        resolution.until = resolution.until.min(resolution.at.saturating_add(LONGEST));
        if let Some(why) = senseless(&resolution) {
            return Err(Reason::new(Code::ResolutionOfOtherHold, why));
        }
        let signature = STANDARD.encode(key.sign(canonical(&resolution).as_bytes()));
        Ok(Self { resolution, signature })
    }

    /// Reads the file of a resolution, byte for byte what was written. `name` is what the diagnostic calls it.
    ///
    /// # Errors
    /// `A0210` for what is no resolution.
    pub fn read(name: &str, text: &[u8]) -> Result<Self, Box<Diagnostic>> {
        let refuse = |place| {
            let found = Diagnostic::new(Code::NotAResolution, "this is no resolution", name, place);
            Box::new(found.help("give a file that `leaver resolve hold` wrote"))
        };
        let read: Self = serde_json::from_slice(text)
            .map_err(|error| refuse(Place::new(error.line().max(1), error.column().max(1), 1)))?;
        // The same could be written in other words; only one of them was signed.
        let written = text.strip_suffix(b"\n").unwrap_or(text);
        if read.to_json().as_bytes() == written { Ok(read) } else { Err(refuse(Place::FILE)) }
    }

    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// The resolution, if its signature is good and it holds at an instant.
    ///
    /// # Errors
    /// Why it counts for nothing: `A0211` to `A0214`.
    pub fn settled(
        &self,
        approvers: &Approvers,
        subscription: &str,
        now: OffsetDateTime,
    ) -> Result<Settled, Reason> {
        let settled = self.signed(approvers)?;
        let Resolution { at, until, resolver, user, .. } = &self.resolution;
        if self.resolution.subscription != subscription {
            let message = format!("the resolution for {user} is for another subscription");
            return Err(Reason::new(Code::ResolutionOfOtherHold, message));
        }
        if *at > now.saturating_add(SKEW) || *until <= now || *until - *at > LONGEST {
            let message = format!(
                "the resolution by {resolver} for {user} holds from {} to {}",
                format_instant(*at),
                format_instant(*until)
            );
            return Err(Reason::new(Code::ResolutionExpired, message));
        }
        Ok(settled)
    }

    /// The resolution, if its signature is good.
    pub(super) fn signed(&self, approvers: &Approvers) -> Result<Settled, Reason> {
        let Resolution { resolver, user, purpose, .. } = &self.resolution;
        let Some(key) = approvers.resolver(resolver) else {
            let message = format!("the resolution for {user} is by nobody who may settle holds");
            return Err(Reason::new(Code::UnknownResolver, message));
        };
        let signature = STANDARD.decode(&self.signature).ok();
        let message = canonical(&self.resolution);
        let is_signed =
            signature.is_some_and(|signature| verify_signature(key, message.as_bytes(), &signature));
        if !is_signed || purpose != PURPOSE {
            let message = format!("the resolution for {user} is not signed by the key of {resolver}");
            return Err(Reason::new(Code::ForgedResolution, message));
        }
        if let Some(why) = senseless(&self.resolution) {
            return Err(Reason::new(Code::ResolutionOfOtherHold, why));
        }
        Ok(Settled::new(self.resolution.clone(), self.signature.clone()))
    }
}
