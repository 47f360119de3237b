//! The bulk of Acme's users: plausible rows from seeded numbers.
//!
//! Names are put together from invented ones; nobody is meant.

use std::collections::BTreeSet;

use time::macros::date;
use time::{Date, Duration};

use super::random::Random;
use super::row::{Row, before};

/// The day the directory was taken.
const TODAY: Date = date!(2026 - 11 - 22);

const FIRST_NAMES: [&str; 24] = [
    "Adelka",
    "Brunold",
    "Cosmina",
    "Dagorin",
    "Elvenne",
    "Fiorwen",
    "Gundalf",
    "Hesperia",
    "Ignatz-Otto",
    "Jorvika",
    "Kasimirio",
    "Lunetta",
    "Mirabold",
    "Nepomuka",
    "Ottokara",
    "Pimpina",
    "Quendolin",
    "Rosamunde",
    "Silvestra",
    "Tiberiusz",
    "Ulrikea",
    "Valentano",
    "Wendelgard",
    "Zephyrine",
];

const LAST_NAMES: [&str; 24] = [
    "Ambossmann",
    "Beispielsberg",
    "Coyotini",
    "Demowitz",
    "Erfundener",
    "Federgewicht",
    "Gummiball",
    "Hypothesi",
    "Irgendwer",
    "Jedermannli",
    "Katapulti",
    "Laufvogel",
    "Magnetstein",
    "Niemandsen",
    "Ohnesorge-Test",
    "Platzhalter",
    "Quellcode",
    "Raketenrolle",
    "Sprungfeder",
    "Tunnelmaler",
    "Unbekanntli",
    "Vorführer",
    "Windrad",
    "Zeitzünder",
];

const DEPARTMENTS: [&str; 8] =
    ["engineering", "finance", "legal", "logistics", "marketing", "operations", "research", "sales"];

/// Site, country, and how many of a hundred work there.
const SITES: [(&str, &str, u32); 3] = [("zurich", "CH", 55), ("berlin", "DE", 30), ("lyon", "FR", 15)];

/// Users by employment.
const BULK: [(&str, u32); 5] =
    [("staff", 118), ("contractor", 38), ("temporary", 22), ("partner", 20), ("service", 10)];

/// The bulk of the users, with IDs that `taken` users do not have.
pub(super) fn rows(random: &mut Random, taken: &[Row]) -> Vec<Row> {
    let mut ids: BTreeSet<String> = taken.iter().map(|row| row.get("id").to_owned()).collect();
    let mut rows = Vec::new();
    for (employment, count) in BULK {
        for _ in 0..count {
            let id = fresh_id(random, &mut ids);
            let number = 2001 + rows.len();
            rows.push(match employment {
                "service" => service(random, &id, number),
                _ => human(random, &id, number, employment),
            });
        }
    }
    rows
}

fn fresh_id(random: &mut Random, ids: &mut BTreeSet<String>) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    loop {
        let id: String = (0..8).map(|_| char::from(random.pick(ALPHABET))).collect();
        if ids.insert(id.clone()) {
            return id;
        }
    }
}

/// What a technical account has.
fn service(random: &mut Random, id: &str, number: usize) -> Row {
    let mut row = Row::new(id);
    row.set("person", format!("S{number}"));
    row.set("employment", "service");
    row.set_date("created", before(TODAY, 400 + random.below(900)));
    if random.chance(80) {
        let unseen = if random.chance(40) { 91 + random.below(300) } else { random.below(30) };
        row.set_date("last_seen", before(TODAY, unseen));
    }
    row.set("department", random.pick(&["logistics", "operations"]));
    row.set("nickname", format!("Acme {} {number}", random.pick(&["gate", "siren", "printer", "watchman"])));
    row.set("notice_days", "0");
    row.set("projects", "plant");
    row.set("cost_center", "CC-900");
    set_credential(random, &mut row, number);
    row
}

/// What a person has.
fn human(random: &mut Random, id: &str, number: usize, employment: &str) -> Row {
    let mut row = Row::new(id);
    let department = random.pick(&DEPARTMENTS);
    let (site, country) = site(random);
    let first_day = before(TODAY, 200 + random.below(2500));
    row.set("person", format!("{}{number}", if employment == "partner" { "P" } else { "E" }));
    row.set("employment", employment);
    row.set_date("first_day", first_day);
    row.set_date("created", first_day + Duration::days(i64::from(random.below(20))));
    row.set("department", department);
    row.set("job_title", title(random, employment));
    row.set("country", country);
    row.set("site", site);
    row.set("first_name", random.pick(&FIRST_NAMES));
    row.set("last_name", random.pick(&LAST_NAMES));
    if random.chance(30) {
        let nickname = format!("{} {}.", row.get("first_name"), &row.get("last_name")[..1]);
        row.set("nickname", nickname);
    }
    if random.chance(85) {
        row.set("cost_center", format!("CC-{}", 100 + random.below(40)));
    }
    row.set("notice_days", random.pick(&["30", "30", "60", "90"]));
    row.set("projects", projects(random, department));
    if random.chance(12) {
        row.set(
            "categories",
            random.pick(&["first-aid", "first-aid;trainer", "trainer", "works-council", "evacuation"]),
        );
    }
    leave(random, &mut row, employment);
    let seen_until = match row.get("last_day") {
        "" => TODAY,
        last_day => parse(last_day).min(TODAY),
    };
    if random.chance(95) {
        row.set_date("last_seen", before(seen_until, random.below(14)));
    }
    set_credential(random, &mut row, number);
    row
}

fn site(random: &mut Random) -> (&'static str, &'static str) {
    let mut number = random.below(100);
    for (site, country, share) in SITES {
        if number < share {
            return (site, country);
        }
        number -= share;
    }
    ("zurich", "CH")
}

fn title(random: &mut Random, employment: &str) -> &'static str {
    match employment {
        "contractor" => random.pick(&["Consultant", "Developer", "Fitter", "Auditor"]),
        "temporary" => random.pick(&["Trainee", "Seasonal packer", "Holiday cover"]),
        "partner" => random.pick(&["Reseller", "Forwarder"]),
        _ => random.pick(&["Anvil engineer", "Clerk", "Dispatcher", "Head of unit", "Tester", "Technician"]),
    }
}

fn projects(random: &mut Random, department: &str) -> String {
    let mut projects = vec![random.pick(&["line", "anvil-9", "rocket-skates", "plant"]).to_owned()];
    if random.chance(25) {
        projects.push("new-plant".to_owned());
    }
    if random.chance(3) {
        projects.push(format!("audit-{department}"));
    }
    projects.join(";")
}

/// One in seven has left lately, one in sixteen is about to.
fn leave(random: &mut Random, row: &mut Row, employment: &str) {
    let last_day = match random.below(100) {
        0..=13 => before(TODAY, 1 + random.below(45)),
        14..=19 => TODAY + Duration::days(i64::from(random.below(60))),
        _ => {
            if matches!(employment, "contractor" | "temporary") {
                row.set_date("contract_end", TODAY + Duration::days(30 + i64::from(random.below(600))));
            }
            return;
        }
    };
    row.set_date("last_day", last_day);
    let departure = match employment {
        "staff" => random.pick(&["voluntary", "voluntary", "voluntary", "involuntary", "retired"]),
        _ => random.pick(&["contract_end", "contract_end", "voluntary"]),
    };
    row.set("departure", departure);
    if departure == "contract_end" {
        row.set_date("contract_end", last_day);
    }
}

/// Berlin's devices are managed and share one licence; elsewhere most people have their own.
fn set_credential(random: &mut Random, row: &mut Row, number: usize) {
    let kind = match row.get("site") {
        "berlin" if random.chance(70) => "shared",
        _ if random.chance(4) => "none",
        _ => "own",
    };
    match kind {
        "shared" => {
            row.set("credential", "m-berlin");
            row.set("mdm_managed", if random.chance(92) { "true" } else { "false" });
        }
        "own" => {
            row.set("credential", format!("c{number}"));
            row.set("mdm_managed", if random.chance(25) { "true" } else { "false" });
        }
        _ => {}
    }
}

fn parse(date: &str) -> Date {
    Date::parse(date, time::macros::format_description!("[year]-[month]-[day]"))
        .expect("written as a date above")
}
