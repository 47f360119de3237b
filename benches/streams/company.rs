//! A made-up company as a stream of users, and the policies to decide about them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use time::{Date, Duration, macros::date};

pub(crate) const AS_OF: &str = "2026-11-22T09:00:00Z";
pub(crate) const ZONE: &str = "Europe/Zurich";
const TODAY: Date = date!(2026 - 11 - 22);

pub(crate) const SUBSCRIPTION: &str = r#"taken_at = "2026-11-22T08:00:00Z"
complete = true

[subscription]
id = "measured"
edition = "enterprise"
time_zone = "Europe/Zurich"
"#;

const HEAD: &str = r#"{"directory":{"subscription":{"id":"measured","edition":"enterprise","time_zone":"Europe/Zurich"},"taken_at":"2026-11-22T08:00:00Z","complete":true,"provides":["person","employment","last_day","department","country","mdm_managed","legal_hold","last_seen"]}}"#;

const COLUMNS: &str =
    "id,person,employment,department,country,edition,last_day,mdm_managed,legal_hold,last_seen,groups";

const EMPLOYMENTS: [&str; 5] = ["staff", "contractor", "temporary", "partner", "service"];
const EDITIONS: [&str; 3] = ["enterprise", "business", "essential"];
const ANSWERS: [&str; 3] = ["review(\"seeded\")", "withdraw()", "keep()"];

/// How users are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Ndjson,
    Csv,
}

struct User {
    employment: &'static str,
    department: u64,
    country: String,
    edition: &'static str,
    last_day: Option<Date>,
    mdm_managed: bool,
    legal_hold: bool,
    last_seen: Date,
    groups: u64,
}

/// One of the 95 rules: department, country, days unseen, employment, groups, answer.
struct Conjunction {
    department: u64,
    country: String,
    unseen: u64,
    employment: &'static str,
    groups: u64,
    answer: &'static str,
}

/// Users and rules.
pub(crate) struct Company {
    users: Vec<User>,
    conjunctions: Vec<Conjunction>,
}

/// A small seeded generator (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one_of<T: Copy>(&mut self, some: &[T]) -> T {
        some[usize::try_from(self.below(some.len() as u64)).expect("below a length")]
    }

    fn country(&mut self) -> String {
        let number = u8::try_from(self.below(30)).expect("below 30");
        String::from_utf8(vec![b'A' + number / 6, b'K' + number % 6]).expect("two letters")
    }

    fn days_ago(&mut self, most: i64) -> Date {
        TODAY - Duration::days(i64::try_from(self.below(most.unsigned_abs())).expect("below an i64"))
    }
}

/// A count as a number to divide by.
pub(crate) fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("no more users than that"))
}

impl Company {
    pub(crate) fn new(users: usize) -> Self {
        let mut seeded = Seeded(100);
        let conjunctions = (0..95)
            .map(|_| Conjunction {
                department: seeded.below(20),
                country: seeded.country(),
                unseen: seeded.below(200),
                employment: seeded.one_of(&EMPLOYMENTS),
                groups: seeded.below(6),
                answer: seeded.one_of(&ANSWERS),
            })
            .collect();
        let mut seeded = Seeded(7);
        let users = (0..users)
            .map(|_| User {
                employment: seeded.one_of(&EMPLOYMENTS),
                department: seeded.below(20),
                country: seeded.country(),
                edition: seeded.one_of(&EDITIONS),
                last_day: match seeded.below(6) {
                    0 | 1 => Some(seeded.days_ago(60) - Duration::days(1)),
                    2 => Some(TODAY + (TODAY - seeded.days_ago(90))),
                    _ => None,
                },
                mdm_managed: seeded.below(2) == 0,
                legal_hold: seeded.below(20) == 0,
                last_seen: seeded.days_ago(200),
                groups: seeded.below(8),
            })
            .collect();
        Self { users, conjunctions }
    }

    /// P5 with so many of the conjunctions after its first rule.
    pub(crate) fn rules(&self, conjunctions: usize) -> String {
        let mut rules =
            String::from("/// 1\nfn legal_hold(user) { if user.legal_hold { review(\"legal hold\") } }\n");
        for (number, rule) in self.conjunctions.iter().take(conjunctions).enumerate() {
            let Conjunction { department, country, unseen, employment, groups, answer } = rule;
            let _ = writeln!(
                rules,
                "/// seeded\nfn seeded_{number}(user) {{ if user.department in [\"d{department}\"] && \
                 user.country in [\"{country}\"] && user.last_seen != () && days_since(user.last_seen) > {unseen} && \
                 user.employment == \"{employment}\" && user.groups.len() >= {groups} {{ {answer} }} }}"
            );
        }
        rules.push_str(LAST_RULES);
        rules
    }

    /// The stream, with its header.
    pub(crate) fn text(&self, format: Format) -> String {
        let mut text = match format {
            Format::Ndjson => HEAD,
            Format::Csv => COLUMNS,
        }
        .to_owned();
        text.push('\n');
        for (number, user) in self.users.iter().enumerate() {
            user.write(&mut text, number, format);
        }
        text
    }

    /// Writes streams, policies, and the conjunctions as data for those who do not read policies.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("users.ndjson"), self.text(Format::Ndjson))?;
        fs::write(folder.join("users.csv"), self.text(Format::Csv))?;
        fs::write(folder.join("subscription.toml"), SUBSCRIPTION)?;
        fs::write(folder.join("p5.rhai"), self.rules(0))?;
        fs::write(folder.join("p100.rhai"), self.rules(95))?;
        let conjunctions: Vec<_> = self
            .conjunctions
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "department": format!("d{}", rule.department), "country": rule.country, "unseen": rule.unseen,
                    "employment": rule.employment, "groups": rule.groups, "answer": rule.answer.split('(').next(),
                })
            })
            .collect();
        fs::write(folder.join("conjunctions.json"), serde_json::to_string_pretty(&conjunctions)?)
    }
}

impl User {
    fn write(&self, text: &mut String, number: usize, format: Format) {
        let Self { employment, department, country, edition, mdm_managed, legal_hold, last_seen, .. } = self;
        let groups: Vec<String> = (0..self.groups).map(|group| format!("g{group}")).collect();
        let last_day = self.last_day.map(|day| day.to_string());
        let _ = match format {
            Format::Ndjson => {
                let last_day = last_day.map_or("null".to_owned(), |day| format!("\"{day}\""));
                let groups: Vec<String> = groups.iter().map(|group| format!("\"{group}\"")).collect();
                writeln!(
                    text,
                    "{{\"id\":\"U{number:07}\",\"person\":\"E{number}\",\"employment\":\"{employment}\",\
                     \"department\":\"d{department}\",\"country\":\"{country}\",\"edition\":\"{edition}\",\
                     \"last_day\":{last_day},\"mdm_managed\":{mdm_managed},\"legal_hold\":{legal_hold},\
                     \"last_seen\":\"{last_seen}\",\"groups\":[{}]}}",
                    groups.join(",")
                )
            }
            Format::Csv => writeln!(
                text,
                "U{number:07},E{number},{employment},d{department},{country},{edition},{},{mdm_managed},\
                 {legal_hold},{last_seen},{}",
                last_day.unwrap_or_default(),
                groups.join(";")
            ),
        };
    }
}

const LAST_RULES: &str = "/// 2
fn staff(user) { if user.has_left && user.employment == \"staff\" && user.edition == \"enterprise\" { revoke() } }
/// 3
fn externals(user) { if user.has_left && user.employment in [\"contractor\", \"partner\"] { detach() } }
/// 4
fn others(user) { if user.has_left { withdraw() } }
/// 5
fn unused(user) {
    if !user.has_left && user.employment == \"service\" && user.last_seen != () && days_since(user.last_seen) > 90 {
        review(\"unused\")
    }
}
";
