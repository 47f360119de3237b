//! What a directory is once it is read: facts, derived fields, findings, digest, licences, streams.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Code;
use crate::model::Edition;

const ACME: &str = r#"{
  "subscription": {"id": "acme", "name": "Acme AG", "edition": "enterprise", "licences": 3, "time_zone": "Europe/Zurich"},
  "taken_at": "2026-11-22T08:00:00Z",
  "complete": true,
  "attributes": {"cost_center": "text?", "site": {"one_of": ["zurich", "berlin"], "optional": true}},
  "users": [
    {"id": "MIAMIA01", "person": "E1002", "employment": "staff", "credential": "c2", "cost_center": "4711", "last_name": "Secretname"},
    {"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20", "credential": "c1", "categories": ["board"]},
    {"id": "ALFA0001", "credential": "c2"},
    {"id": "BETA0001", "person": "E1003", "employment": "contractor", "department": ""}
  ],
  "credentials": [{"id": "c1", "kind": "single"}, {"id": "c2", "kind": "multi"}, {"id": "c3", "kind": "single"}],
  "groups": [{"id": "g2", "name": "Sales", "broadcast": "*ACMEGRP", "members": ["ECHOECHO"]},
             {"id": "g1", "name": "Board", "broadcast": "*ACMEGRP", "members": ["ECHOECHO", "MIAMIA01"]}],
  "administrators": [{"name": "mia", "kind": "full", "user": "MIAMIA01"}]
}"#;

fn read(json: &str) -> Directory {
    Directory::from_json("acme.json", json.as_bytes()).expect("a good directory")
}

fn with_users(users: &str, more: &str) -> Directory {
    read(&format!(
        r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "UTC"}},
            "taken_at": "2026-11-22T08:00:00Z", "users": {users} {more}}}"#
    ))
}

fn fact(directory: &Directory, id: &str, field: Field) -> Fact {
    directory.user(id.parse().unwrap()).unwrap().fact(field.slot()).clone()
}

fn text(text: &str) -> Fact {
    Fact::Known(crate::model::Value::Text(text.into()))
}

fn truth(value: bool) -> Fact {
    Fact::Known(crate::model::Value::Bool(value))
}

fn texts(texts: &[&str]) -> Fact {
    Fact::Known(crate::model::Value::Texts(texts.iter().map(|text| Arc::from(*text)).collect()))
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<Code> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn what_is_provided_is_known_absent_or_default_and_the_rest_unknown() {
    let acme = read(ACME);
    assert_eq!(fact(&acme, "MIAMIA01", Field::LastDay), Fact::Absent);
    assert_eq!(fact(&acme, "MIAMIA01", Field::Categories), texts(&[]));
    assert_eq!(fact(&acme, "ECHOECHO", Field::Categories), texts(&["board"]));
    assert_eq!(fact(&acme, "BETA0001", Field::Department), Fact::Absent, "an empty text is no value");
    assert_eq!(fact(&acme, "ECHOECHO", Field::LegalHold), Fact::Unknown);
    assert_eq!(fact(&acme, "ECHOECHO", Field::HasLeft), Fact::Unknown, "it depends on the moment");
    assert_eq!(fact(&acme, "ALFA0001", Field::Employment), Fact::Absent);
    assert!(acme.provides(Field::LastDay.slot()) && acme.provides(Field::HasLeft.slot()));
    assert!(!acme.provides(Field::LegalHold.slot()) && !acme.provides(Field::Lists.slot()));
}

#[test]
fn derived_fields_come_from_the_sections() {
    let acme = read(ACME);
    assert_eq!(fact(&acme, "ECHOECHO", Field::Groups), texts(&["g1", "g2"]));
    assert_eq!(fact(&acme, "BETA0001", Field::Groups), texts(&[]));
    assert_eq!(fact(&acme, "ECHOECHO", Field::Lists), Fact::Unknown, "there is no such section");
    assert_eq!(fact(&acme, "ECHOECHO", Field::CredentialKind), text("single"));
    assert_eq!(fact(&acme, "MIAMIA01", Field::CredentialKind), text("multi"));
    assert_eq!(fact(&acme, "BETA0001", Field::CredentialKind), text("none"));
    assert_eq!(fact(&acme, "MIAMIA01", Field::Administrator), truth(true));
    assert_eq!(fact(&acme, "ECHOECHO", Field::Administrator), truth(false));
    assert_eq!(fact(&acme, "ECHOECHO", Field::Edition), text("enterprise"));
}

#[test]
fn credentials_without_their_section_have_no_known_kind() {
    let directory = with_users(r#"[{"id": "ECHOECHO", "credential": "c1"}, {"id": "MIAMIA01"}]"#, "");
    assert_eq!(fact(&directory, "ECHOECHO", Field::CredentialKind), Fact::Unknown);
    assert_eq!(fact(&directory, "MIAMIA01", Field::CredentialKind), Fact::Unknown);
}

#[test]
fn groups_that_do_not_speak_of_members_leave_memberships_unknown() {
    let users = r#"[{"id": "ECHOECHO"}]"#;
    let silent = with_users(users, r#", "groups": [{"id": "g1", "name": "Sales"}]"#);
    assert_eq!(fact(&silent, "ECHOECHO", Field::Groups), Fact::Unknown);
    assert!(!silent.provides(Field::Groups.slot()));
    let none = with_users(users, r#", "groups": [{"id": "g1", "members": []}]"#);
    assert_eq!(fact(&none, "ECHOECHO", Field::Groups), texts(&[]));
}

#[test]
fn provides_and_assume_decide_what_omission_means() {
    let users = r#"[{"id": "ECHOECHO", "person": "E1", "employment": "staff"}]"#;
    let more = r#", "provides": ["last_day", "mdm_managed", "lists"], "assume": {"legal_hold": false, "leaves_at": null}"#;
    let directory = with_users(users, more);
    assert_eq!(fact(&directory, "ECHOECHO", Field::LastDay), Fact::Absent);
    assert_eq!(fact(&directory, "ECHOECHO", Field::MdmManaged), truth(false));
    assert_eq!(fact(&directory, "ECHOECHO", Field::Lists), texts(&[]));
    assert_eq!(fact(&directory, "ECHOECHO", Field::LegalHold), truth(false));
    assert_eq!(fact(&directory, "ECHOECHO", Field::LeavesAt), Fact::Absent);
    assert_eq!(fact(&directory, "ECHOECHO", Field::Department), Fact::Unknown);
    assert!(directory.provides(Field::LegalHold.slot()) && !directory.provides(Field::Department.slot()));
}

#[test]
fn unknown_keys_that_start_with_x_are_left_alone() {
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let users = format!(r#"[{{"id": "ECHOECHO", "x-payroll": {deep}}}]"#);
    let directory = with_users(&users, r#", "x-made-by": {"tool": "export", "tool": 2}"#);
    assert_eq!(directory.users().len(), 1);
}

#[test]
fn findings_name_what_a_person_should_look_at() {
    let users = r#"[
        {"id": "ALFA0001", "person": "E1", "employment": "staff", "superseded_by": "ALFA0002", "credential": "c1"},
        {"id": "ALFA0002", "person": "E1", "employment": "staff", "credential": "c1"},
        {"id": "BETA0001", "person": "E2", "employment": "staff"},
        {"id": "BETA0002", "person": "E2", "employment": "staff"},
        {"id": "GAMA0001", "person": "E3", "employment": "staff", "superseded_by": "BETA0001"},
        {"id": "GAMA0002", "person": "E3", "employment": "staff", "superseded_by": "NOBODY01"},
        {"id": "DELT0001", "person": "E4"},
        {"id": "EPSI0001", "person": "E5", "employment": "staff", "superseded_by": "EPSI0002"},
        {"id": "EPSI0002", "person": "E5", "employment": "staff", "superseded_by": "EPSI0001"},
        {"id": "*SUPPORT"}]"#;
    let more = r#", "credentials": [{"id": "c1", "kind": "single"}, {"id": "c2", "kind": "multi"}], "groups": [{"id": "g1"}]"#;
    let found: Vec<_> = with_users(users, more)
        .findings()
        .into_iter()
        .map(|finding| {
            let about = finding.user.map(|id| id.to_string());
            let about = about.or(finding.credential.map(|key| key.to_string()));
            (finding.code, about.or(finding.container.map(|key| key.to_string())).unwrap_or_default())
        })
        .collect();
    let expected = [
        (FindingCode::SeveralIds, "BETA0001"),
        (FindingCode::SeveralIds, "BETA0002"),
        (FindingCode::Unmatched, "DELT0001"),
        (FindingCode::SupersededByLeaving, "EPSI0001"),
        (FindingCode::SupersededByLeaving, "EPSI0002"),
        (FindingCode::SupersededByOther, "GAMA0001"),
        (FindingCode::SupersededByUnknown, "GAMA0002"),
        (FindingCode::SharedCredential, "c1"),
        (FindingCode::OrphanedCredential, "c2"),
        (FindingCode::UnmanagedContainer, "g1"),
    ];
    assert_eq!(found, expected.map(|(code, about)| (code, about.to_owned())));
}

#[test]
fn a_seat_is_a_single_credential_or_a_user_of_a_multi_one() {
    let licences = read(ACME).licences();
    assert_eq!(licences, Some(Licences { bought: 3, used: 3 }), "c1 once, c2 by two users");
}

#[test]
fn debug_shows_counts_and_no_personal_data() {
    let acme = read(ACME);
    let shown = format!("{acme:?} {:?}", acme.users());
    assert!(shown.contains("users: 4") && !shown.contains("Secretname"), "{shown}");
}

#[test]
fn the_digest_is_that_of_the_canonical_json() {
    let directory = with_users(r#"[{"id": "ECHOECHO", "legal_hold": true}, {"id": "ALFA0001"}]"#, "");
    let canonical = concat!(
        r#"{"administrators":[],"assume":{},"attributes":{},"complete":false,"credentials":[],"groups":[],"lists":[],"#,
        r#""provides":["employment","id","legal_hold","person"],"#,
        r#""subscription":{"edition":"enterprise","hide_inactive_ids":false,"id":"acme","name":"","time_zone":"UTC"},"#,
        r#""taken_at":"2026-11-22T08:00:00Z","#,
        r#""users":[{"id":"ALFA0001","legal_hold":false},{"id":"ECHOECHO","legal_hold":true}]}"#
    );
    assert_eq!(*directory.digest(), Digest::of(canonical.as_bytes()));
    let written = directory.digest().to_string();
    assert_eq!(written.parse::<Digest>(), Ok(*directory.digest()));
    assert_eq!(written.to_uppercase().parse::<Digest>(), Err(DigestError));
}

#[test]
fn the_digest_changes_with_the_content() {
    let original = read(ACME);
    for (from, to) in [
        ("2026-11-20", "2026-11-21"),
        ("\"complete\": true", "\"complete\": false"),
        ("\"licences\": 3", "\"licences\": 4"),
        ("\"kind\": \"full\"", "\"kind\": \"restricted\""),
        ("\"members\": [\"ECHOECHO\"]", "\"members\": []"),
        ("08:00:00Z", "08:00:01Z"),
    ] {
        assert_ne!(original.digest(), read(&ACME.replacen(from, to, 1)).digest(), "{from}");
    }
    let of_number = |number: &str| {
        let users = format!(r#"[{{"id": "ECHOECHO", "badge": {number}}}]"#);
        *with_users(&users, r#", "attributes": {"badge": "integer"}"#).digest()
    };
    assert_ne!(of_number("9007199254740993"), of_number("9007199254740992"), "beyond exact JSON numbers");
}

/// The content of [`ACME`] as a folder.
fn write_acme(folder: &Path, users: &str, users_file: &str) {
    let header = "taken_at = 2026-11-22T09:00:00+01:00\ncomplete = true\n\n[subscription]\nid = \"acme\"\nname = \"Acme AG\"\nedition = \"enterprise\"\nlicences = 3\ntime_zone = \"Europe/Zurich\"\n\n[attributes]\ncost_center = \"text?\"\nsite = {one_of = [\"zurich\", \"berlin\"], optional = true}\n";
    for (name, content) in [
        ("directory.toml", header),
        (users_file, users),
        ("credentials.csv", "id,username,kind\nc1,,single\nc2,,multi\nc3,,single\n"),
        (
            "groups.ndjson",
            "{\"id\": \"g2\", \"name\": \"Sales\", \"broadcast\": \"*ACMEGRP\"}\n{\"id\": \"g1\", \"name\": \"Board\", \"broadcast\": \"*ACMEGRP\"}\n",
        ),
        ("members.csv", "container,id\ng1,MIAMIA01\ng2,ECHOECHO\ng1,ECHOECHO\n"),
        ("administrators.csv", "name,kind,user,privileges,scope.departments\nmia,full,MIAMIA01,,\n"),
        ("policy.rhai", "// not part of the directory\n"),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
}

#[test]
fn a_folder_and_a_file_of_the_same_content_have_the_same_digest() {
    let csv = "id,person,employment,last_day,credential,categories,cost_center,last_name,department\r\n\
               ECHOECHO,E1001,staff,2026-11-20,c1,board,,,\r\nMIAMIA01,E1002,staff,,c2,,4711,Secretname,\r\n\
               ALFA0001,,,,c2,,,,\r\nBETA0001,E1003,contractor,,,,,,\r\n";
    let value: serde_json::Value = serde_json::from_str(ACME).unwrap();
    let ndjson = value["users"].as_array().unwrap().iter().fold(String::new(), |mut lines, user| {
        writeln!(lines, "{user}").unwrap();
        lines
    });
    for (users, file) in [(csv, "users.csv"), (&ndjson, "users.ndjson")] {
        let folder = tempfile::tempdir().unwrap();
        write_acme(folder.path(), users, file);
        let (mut read_files, mut parsed_files, mut checked) = (0, 0, 0);
        let directory = Directory::read(folder.path(), &mut |step| match step {
            Progress::Reading { bytes_done, bytes_total, .. } => {
                read_files += usize::from(bytes_done == bytes_total);
            }
            Progress::Parsing { bytes_done, bytes_total, .. } => {
                parsed_files += usize::from(bytes_done == bytes_total);
            }
            Progress::Checking { users } => checked += users,
        })
        .unwrap();
        assert_eq!(directory.digest(), read(ACME).digest(), "{file}");
        assert_eq!((read_files, parsed_files, checked), (6, 5, 4), "the header is not parsed by records");
    }
}

#[test]
fn scopes_of_administrators_are_read_from_columns() {
    let folder = tempfile::tempdir().unwrap();
    write_acme(folder.path(), "id,person,employment\nMIAMIA01,E1,staff\nECHOECHO,E2,staff\n", "users.csv");
    fs::write(
        folder.path().join("administrators.csv"),
        "name,kind,privileges,scope.departments,scope.employments\npartner,restricted,users.read;ids.detach,sales;legal,contractor\n",
    )
    .unwrap();
    let directory = Directory::read(folder.path(), &mut |_| {}).unwrap();
    let partner = directory.administrators().first().unwrap();
    assert!(
        partner.may(crate::model::Privilege::IdsDetach) && !partner.may(crate::model::Privilege::IdsRevoke)
    );
    let scope = partner.scope.as_ref().unwrap();
    assert_eq!(scope.departments.as_ref().unwrap().len(), 2);
    assert_eq!(scope.employments.as_ref().unwrap().len(), 1);
    assert_eq!(scope.countries, None);
}

const HEADER: &str = r#"{"directory": {"subscription": {"id": "acme", "edition": "business", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z", "assume": {"legal_hold": false}}}"#;

#[test]
fn an_ndjson_stream_carries_resolved_users_and_goes_on_after_bad_ones() {
    let lines = format!(
        "{HEADER}\n{}\n\n{}\n{}\n",
        r#"{"id": "ECHOECHO", "employment": "staff", "has_left": true, "groups": ["g1"], "last_day": null}"#,
        r#"{"id": "MIAMIA01", "employment": "stuff", "salary": 1}"#,
        r#"{"id": "ALFA0001", "edition": "edu"}"#
    );
    let stream = Stream::ndjson(lines.as_bytes(), "users.ndjson").unwrap();
    assert_eq!(stream.header().subscription.edition, Edition::Business);
    assert!(stream.header().provided.contains(&Field::LegalHold.slot()));
    let found: Vec<_> = stream.collect();
    let echo = found[0].as_ref().unwrap();
    assert_eq!(echo.fact(Field::HasLeft.slot()), &truth(true));
    assert_eq!(echo.fact(Field::Groups.slot()), &texts(&["g1"]));
    assert_eq!(echo.fact(Field::LastDay.slot()), &Fact::Absent);
    assert_eq!(echo.fact(Field::LeavesAt.slot()), &Fact::Unknown);
    assert_eq!(echo.fact(Field::LegalHold.slot()), &truth(false));
    assert_eq!(echo.fact(Field::Edition.slot()), &text("business"));
    let bad = found[1].as_ref().unwrap_err();
    assert_eq!((bad.line, bad.id), (4, Some("MIAMIA01".parse().unwrap())));
    assert_eq!(codes(&bad.diagnostics), [Code::UnknownWord, Code::UnknownKey]);
    assert_eq!(bad.diagnostics.first().map(|first| (first.line, first.column)), Some((4, 34)));
    assert_eq!(found[2].as_ref().unwrap().fact(Field::Edition.slot()), &text("edu"));
    assert_eq!(found.len(), 3);
}

#[test]
fn a_csv_stream_speaks_for_its_columns() {
    let header = "taken_at = 2026-11-22T08:00:00Z\ncomplete = true\n[subscription]\nid = \"acme\"\nedition = \"enterprise\"\ntime_zone = \"UTC\"\n";
    let header = SubscriptionHeader::from_toml("subscription.toml", header).unwrap();
    let csv = "id,employment,last_day,administrator,groups\nECHOECHO,staff,,true,g1;g2\nMIAMIA01,staff,,,\n";
    let stream = Stream::csv(csv.as_bytes(), "users.csv", &header).unwrap();
    assert!(stream.header().provided.contains(&Field::HasLeft.slot()), "last_day tells");
    assert!(stream.header().complete);
    let users: Vec<_> = stream.map(Result::unwrap).collect();
    assert_eq!(users[0].fact(Field::LastDay.slot()), &Fact::Absent);
    assert_eq!(users[0].fact(Field::Groups.slot()), &texts(&["g1", "g2"]));
    assert_eq!(users[1].fact(Field::Groups.slot()), &texts(&[]));
    assert_eq!(users[1].fact(Field::Administrator.slot()), &Fact::Unknown, "an empty cell is no answer");
    assert_eq!(users[1].fact(Field::LegalHold.slot()), &Fact::Unknown);
}

#[test]
fn a_stream_that_breaks_says_so_and_ends() {
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the line dropped"));
            }
            let text = format!("{HEADER}\n{{\"id\": \"ECHOECHO\"}}\n");
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            Ok(text.len())
        }
    }
    let found: Vec<_> =
        Stream::ndjson(std::io::BufReader::new(Broken(false)), "users.ndjson").unwrap().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(codes(&found[1].as_ref().unwrap_err().diagnostics), [Code::DirectoryUnreadable]);
}

#[test]
fn a_single_user_takes_defaults_only_where_asked() {
    let schema = Schema::default();
    let json = r#"{"employment": "staff", "last_day": "2026-11-20"}"#;
    let unknown = UserDefaults { id: Some("ECHOECHO".parse().unwrap()), ..UserDefaults::default() };
    let user = parse_user("test", json, &schema, &unknown).unwrap();
    assert_eq!(user.fact(Field::LegalHold.slot()), &Fact::Unknown);
    let absent = UserDefaults { edition: Some(Edition::Edu), omitted: Omitted::Absent, ..unknown };
    let user = parse_user("test", json, &schema, &absent).unwrap();
    assert_eq!(user.fact(Field::LegalHold.slot()), &truth(false));
    assert_eq!(user.fact(Field::LeavesAt.slot()), &Fact::Absent);
    assert_eq!(user.fact(Field::CredentialKind.slot()), &text("none"));
    assert_eq!(user.fact(Field::HasLeft.slot()), &Fact::Unknown);
    assert_eq!(user.fact(Field::Edition.slot()), &text("edu"));
    let without_id = parse_user("test", json, &schema, &UserDefaults::default()).unwrap_err();
    assert_eq!(codes(&without_id), [Code::MissingKey]);
    let map = serde_json::from_str(r#"{"id": "ECHOECHO", "employmet": "staff"}"#).unwrap();
    let wrong = parse_user_map("test", &map, &schema, &UserDefaults::default()).unwrap_err();
    assert_eq!(wrong.first().unwrap().help.as_deref(), Some("did you mean `employment`?"));
}

/// Person, staff or partner, last day, department, legal hold.
type Facts = (u32, bool, Option<u32>, Option<String>, bool);
/// A user by the number of its ID.
type Row = (u32, Facts);

fn some_facts() -> impl Strategy<Value = Facts> {
    let day = proptest::option::of(1..29_u32);
    let department = proptest::option::of("[a-z\",; ä]{1,8}");
    (0..10_000_u32, any::<bool>(), day, department, any::<bool>())
}

fn in_two_orders(users: BTreeMap<u32, Facts>) -> impl Strategy<Value = (Vec<Row>, Vec<Row>)> {
    let sorted: Vec<Row> = users.into_iter().collect();
    (Just(sorted.clone()), Just(sorted).prop_shuffle())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither the order of the users nor the format of the file is part of the content.
    #[test]
    fn the_digest_is_independent_of_order_and_format(
        users in proptest::collection::btree_map(0..10_000_u32, some_facts(), 1..20).prop_flat_map(in_two_orders),
    ) {
        let (sorted, shuffled) = users;
        let json = |users: &[Row]| {
            let users: Vec<_> = users.iter().map(|(id, (person, staff, day, department, hold))| serde_json::json!({
                "id": format!("ECHO{id:04}"), "person": format!("E{person}"),
                "employment": if *staff { "staff" } else { "partner" },
                "last_day": day.map(|day| format!("2026-11-{day:02}")),
                "department": department, "legal_hold": hold,
            })).collect();
            serde_json::to_string(&users).unwrap()
        };
        let first = with_users(&json(&sorted), "");
        let second = with_users(&json(&shuffled), "");
        prop_assert_eq!(first.digest(), second.digest());

        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["department", "id", "person", "employment", "last_day", "legal_hold"]).unwrap();
        for (id, (person, staff, day, department, hold)) in &shuffled {
            writer.write_record([
                department.clone().unwrap_or_default(), format!("ECHO{id:04}"), format!("E{person}"),
                if *staff { "staff" } else { "partner" }.to_owned(),
                day.map(|day| format!("2026-11-{day:02}")).unwrap_or_default(),
                hold.to_string(),
            ]).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("users.csv"), writer.into_inner().unwrap()).unwrap();
        fs::write(folder.path().join("directory.toml"), "taken_at = 2026-11-22T08:00:00Z\nsubscription = {id = \"acme\", edition = \"enterprise\", time_zone = \"UTC\"}\n").unwrap();
        let third = Directory::read(folder.path(), &mut |_| {}).unwrap();
        prop_assert_eq!(first.digest(), third.digest());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), json in "[\\[\\]{}\":,a-z0-9\\\\ \n]{0,120}") {
        let _ = Directory::from_json("input", &bytes);
        let _ = Directory::from_json("input", json.as_bytes());
        let _ = SubscriptionHeader::from_toml("input", &json);
        if let Ok(stream) = Stream::ndjson(bytes.as_slice(), "input") {
            let _ = stream.count();
        }
        let lines = format!("{HEADER}\n{json}");
        prop_assert!(Stream::ndjson(lines.as_bytes(), "input").unwrap().count() <= json.lines().count());
    }
}
