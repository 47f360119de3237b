//! The page of a small run: what it looks like, that nothing of the data becomes markup, and that it is well-formed.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use super::{Compared, RunReport, SCRIPT, STYLE, sha256};
use crate::apply::simulator::{AccountState, Faults, Simulator, World};
use crate::apply::tests::papers::{Memory, POLICY, alone, morning, text, two_leavers};
use crate::apply::{Connector, Engine, Entry, Event, History, Pace, Paper, Record, Run, Work, status};
use crate::directory::Digest;
use crate::model::canonical;
use crate::plan::Reason;

/// A plan that was carried out, as far as somebody let it.
struct Carried {
    paper: Paper,
    records: Vec<Record>,
    history: History,
    simulator: Simulator,
}

/// Carries the plan in `text` out until an instant. Then come `more` entries.
fn carried(text: &str, until: OffsetDateTime, more: Vec<Event>) -> Carried {
    let paper = Paper::read("plan.json", text.as_bytes()).expect("a plan");
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&two_leavers()), Faults::none());
    let mut now = morning();
    while now <= until {
        let mut engine =
            Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } => now = until,
            _ => break,
        }
    }
    let told = more.into_iter().map(|event| Entry {
        at: until,
        actor: Some("noah".to_owned()),
        plan: Some(*paper.digest()),
        event,
    });
    let mut history = History::default();
    let records = journal
        .entries
        .into_iter()
        .chain(told)
        .map(|entry| serde_json::from_str(&history.seal(entry)).expect("a record"));
    let records = records.collect();
    Carried { paper, records, history, simulator }
}

impl Carried {
    fn page(&mut self, at: OffsetDateTime, company: Option<&str>, compared: Compared) -> String {
        let mut work = Work::of(&self.paper);
        for record in &self.records {
            work.take(record.entry.at, &record.entry.event);
        }
        let connector = match compared {
            Compared::WithPlatform => Some(&mut self.simulator as &mut dyn Connector),
            Compared::WithRecords => None,
        };
        let status = status(&self.paper, &work, connector, at);
        let report = RunReport {
            paper: &self.paper,
            records: &self.records,
            history: &self.history,
            status: &status,
            compared,
            company,
        };
        report.to_html().expect("a page")
    }
}

/// The plan about two leavers, with something changed in it, and a digest that fits.
fn plan(change: impl FnOnce(&mut Json)) -> String {
    let mut plan: Json = serde_json::from_str(&text(&two_leavers(), POLICY, &alone(), None)).expect("JSON");
    change(&mut plan);
    plan.as_object_mut().expect("an object").remove("digest");
    let mut hasher = Sha256::new();
    hasher.update(canonical(&plan));
    plan["digest"] = json!(Digest::finish(hasher).to_string());
    canonical(&plan)
}

fn end() -> OffsetDateTime {
    morning() + Duration::days(3)
}

#[test]
fn a_small_report() {
    let mut carried = carried(&plan(|_| {}), end(), Vec::new());
    let page = carried.page(end(), Some("Acme AG"), Compared::WithPlatform);
    let body = page.replace(STYLE, "/* style.css */").replace(SCRIPT, "// page.js");
    let body = body.replace(&sha256(STYLE), "(style)").replace(&sha256(SCRIPT), "(script)");
    assert!(body.len() < page.len() - STYLE.len());
    insta::assert_snapshot!(body);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let page = || carried(&plan(|_| {}), end(), Vec::new()).page(end(), None, Compared::WithRecords);
    assert_eq!(page(), page());
}

#[test]
fn what_needs_somebody_is_said_first_and_with_its_reason() {
    let until = morning() + Duration::hours(2);
    let reason = |code: &str, message: &str| Reason { code: code.to_owned(), message: message.to_owned() };
    let stopped =
        Event::Stopped { steps: vec![4], user: None, reason: reason("A0302", "the person is back") };
    let held = Event::Held { step: 3, reason: reason("A0305", "nobody can say") };
    let mut carried = carried(&plan(|_| {}), until, vec![stopped, held]);
    let page = carried.page(until, None, Compared::WithPlatform);
    for said in [
        "<strong>Somebody should look:</strong> 2 steps are not as planned",
        "the person is back <code>A0302</code>",
        "nobody can say <code>A0305</code>",
        "<span class=\"state warn\">held</span>",
        "<span class=\"state warn\">stopped</span>",
        "Step 3 held: nobody can say",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_eq!(page.matches("class=\"wrong\"").count(), 3, "two marks, and one in the legend");
}

#[test]
fn an_id_that_came_back_is_an_alarm_only_where_the_platform_is_looked_at() {
    let mut carried = carried(&plan(|_| {}), end(), Vec::new());
    let user = "MIAMIA01".parse().expect("an ID");
    carried.simulator.world_mut().users.get_mut(&user).expect("a user").state = AccountState::Active;
    let page = carried.page(end(), None, Compared::WithPlatform);
    assert!(page.contains("<strong>Somebody should look:</strong> 1 step is not as planned"));
    assert!(page.contains("undone again</span>"));
    let page = carried.page(end(), None, Compared::WithRecords);
    assert!(page.contains("is done, as far as the records say"));
    assert!(page.contains("class=\"mark told\" d="), "what nobody has seen is drawn hollow");
}

/// Every text of the plan that may come from elsewhere.
fn hostile_plan(evil: &str) -> String {
    plan(|plan| {
        plan["made"]["actor"] = json!(evil);
        plan["guards"][0]["guard"] = json!(evil);
        plan["findings"] = json!([{"code": evil, "message": evil}]);
        plan["hazards"] = json!([{"code": evil, "user": "ECHOECHO", "holds": ["id"], "message": evil,
                                  "consequence": evil, "fix": evil}]);
        for user in plan["users"].as_array_mut().expect("users") {
            user["decision"]["person"] = json!(evil);
            user["decision"]["rule"] = json!(evil);
            user["decision"]["reason"] = json!(evil);
            user["reason"] = json!({"code": evil, "message": evil});
        }
        plan["users"][1]["status"] = json!("held");
    })
}

#[test]
fn hostile_names_stay_text() {
    for evil in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></style></script><svg onload=alert(1)>",
        "]]>--><!-- `<b>` &lt; &#60;",
        "a\u{202e}b\u{2066}c\0d\u{1b}[2Je\u{feff}",
    ] {
        let reason = Reason { code: evil.to_owned(), message: evil.to_owned() };
        let events = vec![
            Event::Stopped { steps: vec![4], user: None, reason: reason.clone() },
            Event::Held { step: 3, reason: reason.clone() },
            Event::Resolved { step: 3, done: true, note: evil.to_owned() },
            Event::Refused { reason: reason.clone() },
            Event::Interrupted { reason },
        ];
        let mut carried = carried(&hostile_plan(evil), morning() + Duration::hours(2), events);
        let page = carried.page(end(), Some(evil), Compared::WithPlatform);
        let tags = well_formed(&page);
        let harmless = carried_harmless();
        assert_eq!(tags, harmless, "another element or attribute came of {evil:?}");
        let hidden = |c: &char| {
            c.is_control() && *c != '\n' || ('\u{202a}'..='\u{2069}').contains(c) || *c == '\u{feff}'
        };
        assert_eq!(page.chars().find(hidden), None, "{evil:?}");
    }
}

/// The elements of the same page, of names that nobody could mistake.
fn carried_harmless() -> BTreeMap<String, usize> {
    let reason = Reason { code: "x".to_owned(), message: "x".to_owned() };
    let events = vec![
        Event::Stopped { steps: vec![4], user: None, reason: reason.clone() },
        Event::Held { step: 3, reason: reason.clone() },
        Event::Resolved { step: 3, done: true, note: "x".to_owned() },
        Event::Refused { reason: reason.clone() },
        Event::Interrupted { reason },
    ];
    let mut carried = carried(&hostile_plan("x"), morning() + Duration::hours(2), events);
    well_formed(&carried.page(end(), Some("x"), Compared::WithPlatform))
}

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "br", "input", "link"];

/// Checks that every element is closed in its place and every attribute quoted; counts elements with the names of
/// their attributes. Elements of code are not counted: names between backticks are set as code.
fn well_formed(page: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a stray > in {:?}", &rest[..start]);
        let inner = &rest[start + 1..];
        let end = inner.find('>').expect("the tag ends");
        let tag = &inner[..end];
        rest = &inner[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of place");
            continue;
        }
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(!name.is_empty(), "no element: <{tag}>");
        let quoted: Vec<&str> = tag.split('"').collect();
        assert!(!quoted.len().is_multiple_of(2), "an open quote: <{tag}>");
        let attributes: String = quoted.iter().step_by(2).copied().collect();
        assert!(!attributes.contains('\''), "another quote: <{tag}>");
        if name == "style" || name == "script" {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("it ends")..];
        }
        if !VOID.contains(&&*name) {
            open.push(name.clone());
        }
        if name != "code" {
            *found.entry(attributes).or_default() += 1;
        }
    }
    assert_eq!(open, Vec::<String>::new(), "never closed");
    assert_eq!(rest.trim(), "");
    found
}

#[test]
fn the_page_is_well_formed_and_loads_nothing() {
    let mut carried = carried(&plan(|_| {}), end(), Vec::new());
    let page = carried.page(end(), Some("Acme AG"), Compared::WithPlatform);
    let tags = well_formed(&page);
    assert!(tags.values().sum::<usize>() > 150, "{tags:?}");
    for loads in ["http:", "https:", "src=", "url(", "@import", " style=", "javascript:", " onclick"] {
        assert!(!page.contains(loads), "{loads}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id is given twice");
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "nothing is called {target}");
    }
}

#[test]
fn a_large_company_gets_a_picture_of_the_longest_windows_and_a_table_of_all() {
    let large = plan(|plan| {
        let users = plan["users"].as_array_mut().expect("users");
        let like = users[1].clone();
        for n in 0..10_000 {
            let mut user = like.clone();
            user["user"] = json!(format!("U{n:07}"));
            // Many share the deletion of a credential; the end of an ID nobody shares.
            user["steps"] = json!([like["steps"][0]]);
            users.push(user);
        }
    });
    let mut carried = carried(&large, morning(), Vec::new());
    let page = carried.page(morning(), None, Compared::WithRecords);
    assert_eq!(page.matches("<tr><th scope=\"row\"><code>").count(), 10_000);
    assert_eq!(page.matches("<g><title>").count(), 60);
    assert!(
        page.contains("Drawn are the 60 people with the longest windows; 9942 more are in the table only.")
    );
    assert!(page.contains("2 more users are in the plan and not in this table"));
    println!("10,000 users: {} bytes", page.len());
    assert!(page.len() < 20_000_000, "{} bytes", page.len());
}
