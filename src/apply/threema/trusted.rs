//! Which authorities the certificate of an API may be of: those that browsers trust, or those of a file and no others.
//!
//! A company with a platform of its own, or with a gate that looks into what leaves the house, has an authority of its own.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// Largest file that is read, in bytes: all authorities of a browser are a fifth of it.
const MOST_BYTES: u64 = 1_024 * 1_024;

/// The authorities that are trusted.
#[derive(Clone, Debug, Default)]
pub(super) enum Trusted {
    /// Those that browsers trust, as they were when leaver was built.
    #[default]
    Browsers,
    /// These and no others: at least one.
    These(Vec<Certificate<'static>>),
}

impl Trusted {
    /// The certificates in a file.
    ///
    /// # Errors
    /// Why there are none, or not only such.
    pub(super) fn read(path: &Path) -> Result<Self, &'static str> {
        let mut text = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut text));
        if read.map_err(|_| "it cannot be read")? as u64 > MOST_BYTES {
            return Err("it is larger than 1 MiB");
        }
        Self::of(&text)
    }

    fn of(text: &[u8]) -> Result<Self, &'static str> {
        let mut certificates = Vec::new();
        for item in parse_pem(text) {
            match item.map_err(|_| "what is in it is no PEM, or is cut off")? {
                PemItem::Certificate(certificate) => certificates.push(certificate),
                _ => return Err("there is something else in it than certificates: a private key, perhaps"),
            }
        }
        if certificates.is_empty() {
            return Err("there is no certificate in it");
        }
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            let der = CertificateDer::from(certificate.der());
            store
                .add(der.into_owned())
                .map_err(|_| "there is a certificate in it that cannot be understood")?;
        }
        Ok(Self::These(certificates))
    }
}

impl From<Trusted> for RootCerts {
    fn from(trusted: Trusted) -> Self {
        match trusted {
            Trusted::Browsers => Self::WebPki,
            Trusted::These(certificates) => Self::new_with_certs(&certificates),
        }
    }
}
