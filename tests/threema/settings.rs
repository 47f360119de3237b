//! `threema.toml`: what may stand in it, and what is wrong with it.

use std::time::Duration;

use leaver::apply::threema::{AddBody, DeleteUser, KeySource, Method, ThreemaSettings, Timeouts};
use leaver::diagnostic::Code;

fn codes(text: &str) -> Vec<(Code, usize, usize)> {
    let found = ThreemaSettings::from_toml("threema.toml", text).expect_err("mistakes");
    found.iter().map(|found| (found.code, found.line, found.column)).collect()
}

#[test]
fn what_is_left_out_is_off() {
    let text = "[work]\nurl = \"https://work.acme.example/api/v1/\"\nkey_environment = \"WORK_KEY\"\n\
                [broadcast]\nurl = \"https://broadcast.acme.example/api/v1\"\nkey_file = \"b.key\"\nidentity = \"*ACMEGRP\"\n";
    let settings = ThreemaSettings::from_toml("threema.toml", text).expect("settings");
    let (work, broadcast) = (settings.work.expect("work"), settings.broadcast.expect("broadcast"));
    assert_eq!(work.url, "https://work.acme.example/api/v1");
    assert_eq!(work.key, KeySource::Environment("WORK_KEY".to_owned()));
    assert_eq!((work.delete_user, work.authorities, broadcast.authorities), (DeleteUser::Off, None, None));
    assert_eq!((broadcast.language.as_str(), broadcast.add_body), ("en", AddBody::Object));
    assert_eq!((broadcast.notice_list, broadcast.replace, broadcast.synchronise), (None, None, None));
    assert_eq!(settings.timeouts.connect, Duration::from_secs(10));
    assert_eq!(settings.timeouts.reply, Duration::from_secs(30));
}

#[test]
fn a_request_of_ones_own_is_spelled_out() {
    let text = "reply_seconds = 5\n[broadcast]\nurl = \"http://localhost:8080\"\nkey_file = \"b\"\nidentity = \"*ACMEGRP\"\n\
                add_body = \"array\"\n[broadcast.replace]\nmethod = \"PUT\"\npath = \"recipients/{id}\"\n\
                body = '{\"by\": \"{new}\", \"in\": \"{container}\"}'\n";
    let settings = ThreemaSettings::from_toml("threema.toml", text).expect("settings");
    let broadcast = settings.broadcast.expect("broadcast");
    let replace = broadcast.replace.expect("a request");
    assert_eq!((replace.method, replace.path.as_str()), (Method::Put, "recipients/{id}"));
    assert_eq!(broadcast.add_body, AddBody::Array);
    assert_eq!(settings.timeouts.reply, Duration::from_secs(5));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "conect_seconds = 3\nreply_seconds = 0\n[work]\nurl = \"http://work.acme.example\"\nkey_environment = \"A\"\n\
                key_file = \"b\"\ndelete_user = \"both\"\n[broadcast]\nidentity = \"ACMEGRP1\"\n\
                [broadcast.synchronise]\nmethod = \"GET\"\npath = \"groups/../{id}\"\nbody = \"{\"\nurl = \"x\"\n";
    assert_eq!(
        codes(text),
        [
            (Code::UnknownConnectorSetting, 1, 1),
            (Code::WrongConnectorSetting, 2, 17),
            (Code::WrongConnectorSetting, 4, 7),
            (Code::WrongConnectorSetting, 6, 12),
            (Code::WrongConnectorSetting, 7, 15),
            (Code::WrongConnectorSetting, 9, 12),
            (Code::WrongConnectorSetting, 11, 10),
            (Code::WrongConnectorSetting, 12, 8),
            (Code::WrongConnectorSetting, 13, 8),
            (Code::UnknownConnectorSetting, 14, 1),
        ]
    );
}

#[test]
fn what_is_needed_is_missed() {
    let told = |text: &str| {
        let found = ThreemaSettings::from_toml("threema.toml", text).expect_err("mistakes");
        found.iter().map(|found| found.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(""), ["no API is given"]);
    assert_eq!(told("reply_seconds = 3\n"), ["no API is given"]);
    assert_eq!(told("[work]\n"), ["`work.key_environment` is missing", "`work.url` is missing"]);
    let broadcast =
        told("[broadcast]\nurl = \"https://b.acme.example\"\n[broadcast.replace]\nmethod = \"PUT\"\n");
    assert_eq!(broadcast, ["`broadcast.replace` needs `method` and `path`"]);
    let empty = told("[work]\nurl = \"https://a.example\"\nkey_environment = \"K\"\nauthority_file = \"\"\n");
    assert_eq!(empty, ["`work.authority_file` must not be empty"]);
    assert_eq!(codes("[work\n")[0].0, Code::ConnectorSyntax);
    assert_eq!(codes(&"#".repeat(70_000))[0].0, Code::ConnectorUnreadable);
}

/// An address is encrypted, or leads to this machine.
#[test]
fn addresses_are_encrypted_or_of_this_machine() {
    let reads = |url: &str| {
        let text = format!("[work]\nurl = \"{url}\"\nkey_environment = \"K\"\n");
        ThreemaSettings::from_toml("threema.toml", &text).is_ok()
    };
    for right in [
        "https://a.example",
        "https://a.example:8443/x/",
        "http://127.0.0.1:80",
        "http://localhost",
        "http://[::1]:1/",
    ] {
        assert!(reads(right), "{right}");
    }
    for wrong in [
        "http://a.example",
        "http://127.0.0.1.a.example",
        "http://localhost.a.example",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "ftp://a.example",
        "a.example",
        "/api",
        "https://",
        "https://u:p@a.example",
        "https://a.example/?q",
        "https://a.example/#f",
        "https://a.example/%2e%2e",
        "http://[::2]",
    ] {
        assert!(!reads(wrong), "{wrong}");
    }
}

/// The page of the documentation shows settings that are read, and has each of them.
#[test]
fn the_settings_of_the_page_are_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/connectors.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (_, rest) = page.split_once("```toml\n").expect("an example");
    let (text, _) = rest.split_once("```").expect("its end");
    let settings = ThreemaSettings::from_toml("threema.toml", text).expect("settings");
    let (work, broadcast) = (settings.work.expect("work"), settings.broadcast.expect("broadcast"));
    assert_eq!(work.authorities.as_deref(), Some("acme-ca.pem".as_ref()));
    assert_eq!((settings.timeouts, work.delete_user), (Timeouts::default(), DeleteUser::Off));
    assert_eq!(broadcast.notice_list.as_deref(), Some("l-notices"));
    assert!(broadcast.replace.is_some() && broadcast.synchronise.is_some());
}
