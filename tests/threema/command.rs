//! The connector as somebody types it.

use std::fs;
use std::process::Output;

use leaver::directory::Directory;
use leaver::model::User;
use serde_json::Value;
use time::OffsetDateTime;

use crate::company::{GUARDS, POLICY, Place, WHOLE, directory_text, platform};
use crate::platform::{BROADCAST_KEY, WORK_KEY};
use crate::program::{code, command, json, stderr, stdout};
use crate::rehearsal::on_the_wire;
use crate::secrets::assert_clean;
use crate::server::Server;

/// A company as it is now, its plan, and settings of a server.
struct Today {
    server: Server,
    place: Place,
}

impl Today {
    fn new() -> Self {
        let server = Server::new(platform());
        let place = Place::of(server.address, WHOLE);
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).expect("an instant");
        for (name, text) in
            [("acme.rhai", POLICY), ("acme.json", &*directory_text(now)), ("guards.toml", GUARDS)]
        {
            fs::write(place.at().join(name), text).expect("a file");
        }
        let today = Self { server, place };
        let plan = [
            "plan",
            "acme.rhai",
            "acme.json",
            "--actor",
            "mia",
            "--guards",
            "guards.toml",
            "--format",
            "json",
        ];
        let output = today.run(&[&plan[..], &["-o", "plan.json"]].concat());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        today
    }

    /// Runs the command. Nothing that it prints has a key in it.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = command(self.place.at());
        let output = command.args(arguments).env("ACME_WORK_KEY", WORK_KEY).output().expect("it runs");
        assert_clean(stdout(&output));
        assert_clean(stderr(&output));
        output
    }

    fn apply(&self, more: &[&str]) -> Output {
        let usual = ["apply", "plan.json", "--connector", "threema", "--settings", "threema.toml"];
        self.run(&[&usual[..], &["--journal", "acme.journal", "--guards", "guards.toml"], more].concat())
    }
}

/// What a dry run prints of the requests that change something, as bytes.
fn changes(printed: &Value) -> Vec<Vec<u8>> {
    let calls =
        printed["steps"].as_array().expect("steps").iter().filter_map(|step| step["calls"].as_array());
    calls
        .flatten()
        .map(|call| {
            let text = |key: &str| call[key].as_str().unwrap_or_default();
            let headers: Vec<(String, String)> =
                serde_json::from_value(call["headers"].clone()).expect("headers");
            let key = if text("api") == "work" { WORK_KEY } else { BROADCAST_KEY };
            on_the_wire(text("method"), text("url"), &headers, text("body"), key)
        })
        .collect()
}

#[test]
fn a_plan_is_printed_and_carried_out_by_the_same_requests() {
    let today = Today::new();
    let printed = today.apply(&["--dry-run", "--format", "json"]);
    assert_eq!(code(&printed), 0, "{}", stderr(&printed));
    assert!(today.server.received().is_empty(), "a dry run sends nothing");
    assert!(!today.place.at().join("acme.journal").exists(), "a dry run writes nothing");
    let shown = today.apply(&["--dry-run"]);
    let text = stdout(&shown);
    for said in [
        "Nothing is sent.",
        "x-api-key: <API key>",
        "/acme-work/api/v1/credentials/c%201%2F%C3%A4\n",
        "[\"STAFF001\"]",
        "{\"recipients\":[\"STAFF001\"]}",
        "{\"type\":\"text\",\"body\":{\"en\":\"Your old ID goes, says \\\"Acme\\\".\"}}",
        "by hand: see --connector checklist",
    ] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    let applied = today.apply(&[]);
    assert_eq!(code(&applied), 0, "{}{}", stdout(&applied), stderr(&applied));
    assert!(stdout(&applied).contains("run the same command then"), "{}", stdout(&applied));
    // Today comes what does not wait for a day or a week.
    let printed = changes(&json(&printed));
    let sent: Vec<Vec<u8>> = today.server.changes().into_iter().map(|received| received.raw).collect();
    assert_eq!(sent.len(), printed.len() - 1, "the old ID goes in a week");
    assert_eq!(sent, printed[..sent.len()]);
    assert!(!today.server.platform().users.contains("STAFF001"));
    for file in ["acme.journal", "acme.journal-wal"] {
        if let Ok(bytes) = fs::read(today.place.at().join(file)) {
            assert_clean(&String::from_utf8_lossy(&bytes));
        }
    }
    // What was done is not printed again.
    let rest = json(&today.apply(&["--dry-run", "--format", "json"]));
    assert_eq!(changes(&rest), printed[sent.len()..]);
    let steps: Vec<&str> =
        rest["steps"].as_array().expect("steps").iter().filter_map(|step| step["kind"].as_str()).collect();
    assert_eq!(steps, ["detach", "revoke"]);
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_sent() {
    let today = Today::new();
    let with = |from: &str, to: &str| {
        let text = today.place.settings.replace(from, to);
        assert_ne!(text, today.place.settings, "{from}");
        fs::write(today.place.at().join("threema.toml"), text).expect("a file");
        today.apply(&[])
    };
    for (from, to, said, ends) in [
        ("delete_user", "delete_uesr", "[A0403]", 1),
        ("http://", "ftp://", "[A0404]", 1),
        ("[work]", "[work", "[A0402]", 1),
        ("key_file = \"work.key\"", "key_file = \"none.key\"", "[A0405]", 4),
        ("key_file = \"work.key\"", "key_environment = \"ACME_NO_KEY\"", "[A0405]", 4),
        ("key_file = \"work.key\"", "key_file = \"broadcast.key\"", "[A0406]", 4),
        ("/acme-work/api/v1/", "/acme-wrok/api/v1/", "[A0407]", 4),
    ] {
        let output = with(from, to);
        assert!(stderr(&output).contains(said), "{to}: {}", stderr(&output));
        assert_eq!(code(&output), ends, "{to}: {}", stderr(&output));
    }
    fs::remove_file(today.place.at().join("threema.toml")).expect("removed");
    let gone = today.apply(&[]);
    assert_eq!((code(&gone), stderr(&gone).contains("[A0401]")), (4, true), "{}", stderr(&gone));
    assert!(today.server.changes().is_empty());
}

#[test]
fn a_key_comes_from_the_environment() {
    let today = Today::new();
    let text = today.place.settings.replace("key_file = \"work.key\"", "key_environment = \"ACME_WORK_KEY\"");
    fs::write(today.place.at().join("threema.toml"), text).expect("a file");
    fs::remove_file(today.place.at().join("work.key")).expect("removed");
    assert_eq!(code(&today.apply(&[])), 0);
    assert!(!today.server.changes().is_empty());
}

#[test]
fn arguments_that_do_not_go_together_are_refused() {
    let today = Today::new();
    let common = ["apply", "plan.json", "--journal", "acme.journal", "--connector"];
    for more in [
        &["threema"][..],
        &["threema", "--dry-run"],
        &["threema", "--settings", "threema.toml", "--as-of", "2026-11-22T09:00:00Z"],
        &["simulator", "--settings", "threema.toml", "--dry-run"],
        &["checklist", "--settings", "threema.toml"],
    ] {
        let output = today.run(&[&common[..], more].concat());
        assert_eq!(code(&output), 2, "{more:?}: {}", stderr(&output));
    }
    assert!(today.server.received().is_empty());
}

/// What the platform knows becomes a directory: the same from its pages as from their files.
#[test]
fn a_directory_is_made_of_what_the_platform_knows() {
    let today = Today::new();
    let users: Vec<String> = {
        let mut platform = today.server.platform();
        platform.page = 2;
        let users: Vec<String> = platform.users.iter().cloned().collect();
        platform.numbers = users.iter().map(|id| (id.clone(), format!("N{id}"))).collect();
        users
    };
    assert!(users.len() > 2, "more than one page");
    let rows: Vec<String> = users.iter().map(|id| format!("N{id},staff")).collect();
    fs::write(today.place.at().join("people.csv"), format!("person,employment\n{}\n", rows.join("\n")))
        .expect("a table");
    let head = "taken_at = \"2026-11-22T08:00:00Z\"\ncomplete = true\n[subscription]\nid = \"acme\"\n\
                edition = \"enterprise\"\ntime_zone = \"UTC\"\n";
    fs::write(today.place.at().join("acme.toml"), head).expect("a head");
    let import = |more: &[&str]| {
        let usual = ["import", "--hr", "people.csv", "--subscription", "acme.toml"];
        today.run(&[&usual[..], more].concat())
    };
    let live = ["--platform", "threema.toml", "--credential-kind", "single", "-o", "live"];
    let output = import(&live);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let received = today.server.received();
    let of = |list: &str| received.iter().filter(|one| one.path.contains(&format!("/{list}?"))).count();
    assert!(of("users") == users.len().div_ceil(2) && of("credentials") > 0);
    assert!(today.server.changes().is_empty());

    // From files, as somebody would have saved them.
    let numbered = |id: &String| serde_json::json!({"id": id, "nickname": "Zoë", "csi": format!("N{id}")});
    let page = serde_json::json!({"users": users.iter().map(numbered).collect::<Vec<_>>()});
    fs::write(today.place.at().join("users.json"), page.to_string()).expect("a page");
    let saved = import(&["--users", "users.json", "-o", "saved"]);
    assert_eq!(code(&saved), 0, "{}", stderr(&saved));
    let people = |folder: &str| -> Vec<(String, Option<String>)> {
        let directory = Directory::read(&today.place.at().join(folder), &mut |_| {}).expect("a directory");
        let person = |user: &User| user.person().map(|person| person.as_str().to_owned());
        directory.users().iter().map(|user| (user.id().to_string(), person(user))).collect()
    };
    assert_eq!(people("live"), people("saved"));
    assert!(people("live").iter().all(|(_, person)| person.is_some()) && people("live").len() == users.len());
    for entry in fs::read_dir(today.place.at().join("live")).expect("a folder") {
        assert_clean(&fs::read_to_string(entry.expect("an entry").path()).expect("text"));
    }

    // A page that is elsewhere, a key that is not taken, a list that breaks off: no directory.
    today.server.platform().next_elsewhere = Some("http://127.0.0.1:1/users?page=1".to_owned());
    let output = import(&["--platform", "threema.toml", "-o", "other"]);
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).contains("A0407"), "{}", stderr(&output));
    // A list that is as long as a page can be, and says nothing of a further one.
    {
        let mut platform = today.server.platform();
        (platform.page, platform.next_elsewhere) = (5_000, None);
        platform.users = (0..5_000).map(|n| format!("U{n:07}")).collect();
    }
    let output = import(&["--platform", "threema.toml", "-o", "other"]);
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).contains("as long as a page can be"), "{}", stderr(&output));
    // Without the API that is asked there is nothing to ask.
    let broadcast = "[broadcast]\nurl = \"https://b.example/api/v1\"\nkey_file = \"broadcast.key\"\nidentity = \"*ACMEGRP\"\n";
    fs::write(today.place.at().join("broadcast.toml"), broadcast).expect("settings");
    let output = import(&["--platform", "broadcast.toml", "-o", "other"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("A0404") && stderr(&output).contains("[work]"), "{}", stderr(&output));
    fs::write(today.place.at().join("work.key"), "another-key\n").expect("a key");
    let output = import(&["--platform", "threema.toml", "-o", "other"]);
    assert!(stderr(&output).contains("A0406"), "{}", stderr(&output));
    assert!(!today.place.at().join("other").exists());
    let output = import(&["--users", "users.json", "--credential-kind", "single", "-o", "other"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let output = import(&["--users", "users.json", "--platform", "threema.toml", "-o", "other"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
}
