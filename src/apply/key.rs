//! Keys: ed25519, for approvals and checkpoints.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::plan::PublicKey;

/// What a key file begins with.
const HEAD: &str = "leaver-secret-key:ed25519:";

/// A private key. It is never shown, and nothing here writes it but [`Secret::to_file`].
#[derive(Clone)]
pub struct Secret(SigningKey);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// The key made of 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&bytes))
    }

    /// Reads the text of a key file; `None` if it is none.
    pub fn from_file(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix(HEAD)?).ok()?;
        Some(Self::from_bytes(bytes.try_into().ok()?))
    }

    /// The text of a key file.
    pub fn to_file(&self) -> String {
        format!("{HEAD}{}\n", STANDARD.encode(self.0.to_bytes()))
    }

    /// The public half, as `approvers.toml` has it.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Whether a signature of a message is by a key. Strict: a signature has one form only.
pub fn verify_signature(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key.as_bytes()) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify_strict(message, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_and_is_not_shown() {
        let key = Secret::from_bytes([7; 32]);
        let file = key.to_file();
        let read = Secret::from_file(&file).expect("a key");
        assert_eq!(read.public(), key.public());
        assert_eq!(format!("{key:?}"), "Secret(..)");
        for broken in ["", HEAD, "leaver-secret-key:ed25519:AAAA", &file.replace("ed25519", "rsa")] {
            assert!(Secret::from_file(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn a_signature_is_of_one_message_by_one_key() {
        let (one, other) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        let signature = one.sign(b"message");
        assert!(verify_signature(&one.public(), b"message", &signature));
        assert!(!verify_signature(&one.public(), b"messagf", &signature));
        assert!(!verify_signature(&other.public(), b"message", &signature));
        for at in 0..64 {
            let mut wrong = signature;
            wrong[at] ^= 1;
            assert!(!verify_signature(&one.public(), b"message", &wrong), "{at}");
        }
        assert!(!verify_signature(&one.public(), b"message", &signature[..63]));
    }
}
