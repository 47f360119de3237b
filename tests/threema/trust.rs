//! Whose certificates are trusted: those of authorities that browsers trust, or of a file, and nobody else's.
//!
//! Keys and certificates are made for each test and thrown away.

use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leaver::apply::threema::{Threema, ThreemaError, fetch};
use leaver::apply::{Effect, Outcome, Run};
use leaver::diagnostic::Code;
use leaver::plan::StepKind;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::company::{Place, WHOLE, morning, paper, perform, platform, step_of, to_the_end};
use crate::server::Server;

/// An authority, and its certificate as PEM.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = pem("CERTIFICATE", params.self_signed(&key).expect("a certificate").der());
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What a server shows that has a certificate of this authority.
    fn server(&self, params: &CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        config(certificate.der().clone(), &key)
    }
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .expect("a certificate and its key")
}

fn pem(kind: &str, der: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der))
}

/// A certificate for a name, valid now.
fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("a name")
}

/// The settings of a server that speaks TLS. Its authorities are in a file, if they are given.
fn place(server: &Server, authorities: Option<&str>) -> Place {
    let mut place = Place::of(server.address, WHOLE);
    place.settings = place.settings.replace("http://", "https://");
    if let Some(text) = authorities {
        fs::write(place.at().join("ca.pem"), text).expect("a file");
        let key = "key_file = ";
        place.settings = place.settings.replace(key, &format!("authority_file = \"ca.pem\"\n{key}"));
    }
    fs::write(place.at().join("threema.toml"), &place.settings).expect("a file");
    place
}

#[test]
fn a_server_whose_authority_is_trusted_is_spoken_to() {
    let authority = Authority::new();
    let server = Server::encrypted(platform(), authority.server(&named("127.0.0.1")));
    // Among others, as in a file of a company.
    let place = place(&server, Some(&format!("Acme\n{}{}", Authority::new().pem, authority.pem)));
    let paper = paper();
    let mut connector = place.connector(&paper);
    connector.greet(morning()).expect("it is there, and trusted");
    assert_eq!(fetch(&place.settings(), false, morning()).expect("users").users.len(), 1);
    let (run, _) = to_the_end(&paper, &mut connector);
    assert!(matches!(run, Run::Finished), "{run:?}");
    let platform = server.platform();
    assert!(!platform.users.contains("STAFF001") && platform.users.contains("STAYSON1"));
    assert!(!platform.credentials.contains("17") && !platform.groups["g1"].contains("OLDPHONE"));
}

/// Every way in which a certificate may be wrong. Nothing of a request reaches the server then.
#[test]
fn a_certificate_that_cannot_be_trusted_is_sent_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    let mut expired = named("127.0.0.1");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = named("127.0.0.1");
    (early.not_before, early.not_after) = (date_time_ymd(2990, 1, 1), date_time_ymd(2991, 1, 1));
    let own_key = KeyPair::generate().expect("a key");
    let own = named("127.0.0.1").self_signed(&own_key).expect("a certificate");
    let right = || authority.server(&named("127.0.0.1"));
    let table = [
        ("an authority that no browser trusts", right(), None),
        ("another authority", right(), Some(&other.pem)),
        (
            "the certificate of somebody else",
            authority.server(&named("work.acme.example")),
            Some(&authority.pem),
        ),
        ("another address", authority.server(&named("127.0.0.2")), Some(&authority.pem)),
        ("over", authority.server(&expired), Some(&authority.pem)),
        ("not yet", authority.server(&early), Some(&authority.pem)),
        ("its own", config(own.der().clone(), &own_key), Some(&authority.pem)),
    ];
    let paper = paper();
    let step = step_of(&paper, StepKind::Revoke, "STAFF001");
    for (what, shown, trusted) in table {
        let server = Server::encrypted(platform(), shown);
        let place = place(&server, trusted.map(String::as_str));
        let mut connector = place.connector(&paper);
        let outcome = perform(&mut connector, &paper, step, morning());
        let Outcome::Failed { why, retryable: true } = &outcome else { panic!("{what}: {outcome:?}") };
        assert!(why.starts_with("nothing was sent: the connection cannot be trusted"), "{what}: {why}");
        let error = connector.greet(morning()).expect_err("it cannot be trusted");
        assert_eq!(error.code(), Code::PlatformUnclear, "{what}");
        assert!(fetch(&place.settings(), true, morning()).is_err(), "{what}");
        assert!(server.received().is_empty(), "{what}: {:?}", server.received());
        assert!(server.platform().users.contains("STAFF001"), "{what}");
    }
}

/// The two APIs may be of different authorities. What is trusted for one is not trusted for the other.
#[test]
fn each_api_has_authorities_of_its_own() {
    let (one, two) = (Authority::new(), Authority::new());
    let work = Server::encrypted(platform(), one.server(&named("127.0.0.1")));
    let place = place(&work, Some(&one.pem));
    let broadcast = Server::encrypted(platform(), two.server(&named("127.0.0.1")));
    let paper = paper();
    let leave = step_of(&paper, StepKind::LeaveGroup, "STAFF001");
    for (authorities, reached) in [("ca.pem", false), ("two.pem", true)] {
        fs::write(place.at().join("two.pem"), &two.pem).expect("a file");
        let mut settings = place.settings();
        let of_broadcast = settings.broadcast.as_mut().expect("Broadcast");
        of_broadcast.url = format!("https://{}/broadcast/api/v1", broadcast.address);
        of_broadcast.authorities = Some(place.at().join(authorities));
        let mut connector = Threema::new(settings, &paper).expect("a connector");
        assert_eq!(perform(&mut connector, &paper, leave, morning()) == Outcome::Applied, reached);
        let withdraw = step_of(&paper, StepKind::Withdraw, "PARTNER1");
        let seen = leaver::apply::Connector::observe(&mut connector, withdraw, morning());
        assert_eq!(seen.effect, Effect::NotDone, "the Work API is reached in any case");
        assert_eq!(!broadcast.received().is_empty(), reached);
    }
}

/// A file that is none of certificates is told before anything is sent.
#[test]
fn a_file_without_authorities_is_told_at_once() {
    let authority = Authority::new();
    let server = Server::encrypted(platform(), authority.server(&named("127.0.0.1")));
    let key = pem("PRIVATE KEY", &KeyPair::generate().expect("a key").serialize_der());
    let cut = &authority.pem[..authority.pem.len() / 2];
    let huge = format!("{}{}", authority.pem, "#\n".repeat(600 * 1024));
    let paper = paper();
    for (text, told) in [
        ("", "there is no certificate in it"),
        ("acme\n", "there is no certificate in it"),
        (cut, "what is in it is no PEM, or is cut off"),
        (&format!("{}{cut}", authority.pem), "what is in it is no PEM, or is cut off"),
        (
            "-----BEGIN CERTIFICATE-----\n*?*\n-----END CERTIFICATE-----\n",
            "what is in it is no PEM, or is cut off",
        ),
        (
            &format!("{}{key}", authority.pem),
            "there is something else in it than certificates: a private key, perhaps",
        ),
        (
            &format!("{}{}", authority.pem, pem("CERTIFICATE", b"acme")),
            "there is a certificate in it that cannot be understood",
        ),
        (&huge, "it is larger than 1 MiB"),
    ] {
        let place = place(&server, Some(text));
        let error = Threema::new(place.settings(), &paper).expect_err(told);
        let ThreemaError::NoAuthority { at, why, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*why, error.code()), (told, Code::NoAuthority));
        assert_eq!(at, &place.at().join("ca.pem"));
        assert_eq!(fetch(&place.settings(), false, morning()).map(|_| ()), Err(error));
    }
    let place = place(&server, Some(""));
    fs::remove_file(place.at().join("ca.pem")).expect("a file");
    let error = Threema::new(place.settings(), &paper).expect_err("no file");
    assert!(error.to_string().ends_with("ca.pem: it cannot be read"), "{error}");
    assert!(server.received().is_empty(), "{:?}", server.received());
}
