//! A key is in its header, and nowhere else: not in errors, outcomes, records or `Debug`.

use leaver::apply::Connector as _;
use leaver::apply::threema::{ApiKey, KeySource, Threema, ThreemaSettings, rehearse};
use leaver::diagnostic::Code;
use leaver::plan::StepKind;

use crate::company::{Place, WHOLE, alone, morning, paper, perform, step_of, to_the_end};
use crate::platform::{BROADCAST_KEY, PASSWORD, WORK_KEY};
use crate::server::{Answer, Fault};

/// Whether a text holds anything secret.
pub(crate) fn assert_clean(text: &str) {
    for secret in [WORK_KEY, BROADCAST_KEY, PASSWORD, "never-shown"] {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
}

#[test]
fn every_request_has_its_key_in_one_header() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    connector.greet(morning()).expect("it is there");
    to_the_end(&paper, &mut connector);
    for received in server.received() {
        let (right, wrong) = if received.path.starts_with("/acme-work/") {
            (WORK_KEY, BROADCAST_KEY)
        } else {
            (BROADCAST_KEY, WORK_KEY)
        };
        let text = String::from_utf8(received.raw.clone()).expect("text");
        assert_eq!(received.header("x-api-key").as_deref(), Some(right));
        assert_eq!(text.matches(right).count(), 1, "{text}");
        assert!(!text.contains(wrong), "{text}");
        assert!(!received.path.contains("never-shown"));
    }
}

#[test]
fn nothing_shows_a_key() {
    let (server, place, paper, mut connector) = alone(WHOLE);
    let nasty = format!("{{\"error\": \"{WORK_KEY} {BROADCAST_KEY} {PASSWORD}\"}}");
    for status in [200, 400, 401, 404, 500] {
        server.fail([Fault::Instead(Answer::new(status, nasty.clone()))]);
        let step = step_of(&paper, StepKind::Withdraw, "STAFF001");
        assert_clean(&format!("{:?}", perform(&mut connector, &paper, step, morning())));
        server.fail_looks([Fault::Instead(Answer::new(status, nasty.clone()))]);
        assert_clean(&format!("{:?}", connector.observe(step, morning())));
        server.fail_looks([Fault::Instead(Answer::new(status, nasty.clone()))]);
        let error = connector.greet(morning()).expect_err("a nasty answer");
        assert_clean(&format!("{error} {error:?} {}", error.help()));
    }
    let (_, journal) = to_the_end(&paper, &mut connector);
    assert_clean(&format!("{:?}", journal.0));
    for entry in &journal.0 {
        assert_clean(&serde_json::to_string(entry).expect("JSON"));
    }
    assert_clean(&format!("{connector:?} {:?}", place.settings()));
    let rehearsal = rehearse(place.settings(), &paper, Vec::new(), morning()).expect("a rehearsal");
    assert_clean(&format!("{rehearsal:?} {}", serde_json::to_string(&rehearsal).expect("JSON")));
}

#[test]
fn a_key_cannot_be_printed() {
    let key = ApiKey::new(WORK_KEY).expect("a key");
    assert_eq!(format!("{key:?} {key:#?}"), "ApiKey(..) ApiKey(..)");
    let long = "x".repeat(513);
    for none in ["", "a b", "a\nb", "ä", "\u{7f}", &*long] {
        assert!(ApiKey::new(none).is_none(), "{none:?}");
    }
}

#[test]
fn a_key_that_is_not_there_is_told_by_its_place() {
    let place = Place::of(([127, 0, 0, 1], 9).into(), WHOLE);
    let with = |key: KeySource| {
        let mut settings = place.settings();
        settings.work.as_mut().expect("the Work API").key = key;
        let error = Threema::new(settings, &paper()).expect_err("no key");
        assert_eq!(error.code(), Code::NoApiKey);
        error.to_string()
    };
    let told = with(KeySource::Environment("LEAVER_TEST_NO_SUCH_KEY".to_owned()));
    assert!(told.contains("the environment variable LEAVER_TEST_NO_SUCH_KEY"), "{told}");
    let file = place.at().join("two.key");
    for text in ["", "\n", "two never-shown\n", "never-shown\n\n"] {
        std::fs::write(&file, text).expect("a file");
        let told = with(KeySource::File(file.clone()));
        assert!(told.contains("two.key"), "{told}");
        assert_clean(&told);
    }
    assert!(with(KeySource::File(place.at().join("none.key"))).contains("cannot be read"));
}

/// Somebody writes a key into the settings, in every way in which that is wrong.
#[test]
fn a_key_in_the_settings_is_not_repeated() {
    for text in [
        "[work]\nkey = \"never-shown\"\n",
        "[work]\nurl = \"https://never-shown@work.acme.example/api/v1\"\nkey_environment = \"K\"\n",
        "[work]\nurl = \"https://work.acme.example/?key=never-shown\"\nkey_environment = \"K\"\n",
        "[work]\nurl = \"never-shown\"\nkey_environment = \"K\"\n",
        "[work]\nkey_file = never-shown\n",
        "[work]\ndelete_user = \"never-shown\"\n",
        "[broadcast]\nidentity = \"never-shown\"\n",
        "connect_seconds = \"never-shown\"\n",
        "[broadcast.replace]\nmethod = \"never-shown\"\npath = \"never-shown//\"\nbody = \"never-shown\"\n",
        "\"never-shown",
    ] {
        let found = ThreemaSettings::from_toml("threema.toml", text).expect_err("a mistake");
        for diagnostic in found {
            assert_clean(&format!("{diagnostic} {diagnostic:?}"));
        }
    }
}
