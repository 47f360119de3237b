//! Users that stand for one situation each, so that examples and tests can name them.

use super::row::Row;

/// What a case sets beyond the values of every row.
type Values = &'static [(&'static str, &'static str)];

/// ID, person, employment, and the rest. The directory was taken on 2026-11-22, 09:00 in Zurich.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, Values)] = &[
    // Leaving: long ago, yesterday, today until midnight, earlier today, later today, soon.
    ("LEFTLONG", "E1001", "staff", &[("last_day", "2026-02-28"), ("departure", "voluntary"), ("last_seen", "2026-02-27"), ("credential", "c1001")]),
    ("LEFTYEST", "E1002", "staff", &[("last_day", "2026-11-21"), ("departure", "voluntary"), ("last_seen", "2026-11-21"), ("credential", "c1002")]),
    ("LASTTODY", "E1003", "staff", &[("last_day", "2026-11-22"), ("departure", "voluntary"), ("last_seen", "2026-11-22"), ("credential", "c1003"), ("mdm_managed", "true")]),
    ("GONENOW1", "E1004", "staff", &[("last_day", "2026-11-22"), ("leaves_at", "2026-11-22T08:30:00+01:00"), ("departure", "involuntary"), ("last_seen", "2026-11-22"), ("credential", "c1004"), ("legal_hold", "false")]),
    ("GOESAT17", "E1005", "staff", &[("last_day", "2026-11-22"), ("leaves_at", "2026-11-22T17:00:00+01:00"), ("departure", "involuntary"), ("last_seen", "2026-11-22"), ("credential", "c1005")]),
    ("SOONGONE", "E1006", "staff", &[("last_day", "2026-12-31"), ("departure", "voluntary"), ("last_seen", "2026-11-22"), ("credential", "c1006"), ("mdm_managed", "true"), ("notice_days", "60")]),
    ("FARAWAY1", "E1007", "staff", &[("last_day", "2027-06-30"), ("departure", "retired"), ("last_seen", "2026-11-21"), ("credential", "c1007")]),
    // Why: retired, deceased, dismissed where the works council is heard.
    ("RETIRED1", "E1008", "staff", &[("last_day", "2026-10-31"), ("departure", "retired"), ("last_seen", "2026-11-15"), ("credential", "c1008")]),
    ("DECEASED", "E1009", "staff", &[("last_day", "2026-11-03"), ("departure", "deceased"), ("last_seen", "2026-11-02"), ("credential", "c1009")]),
    ("DISMISDE", "E1010", "staff", &[("last_day", "2026-11-13"), ("departure", "involuntary"), ("country", "DE"), ("site", "berlin"), ("last_seen", "2026-11-13"), ("credential", "m-berlin"), ("mdm_managed", "true")]),
    ("NOREASON", "E1011", "staff", &[("last_day", "2026-11-18"), ("last_seen", "2026-11-18"), ("credential", "c1011")]),
    // Coming back: has come back, comes back, and was never gone.
    ("REHIRED1", "E1012", "staff", &[("last_day", "2026-06-30"), ("first_day", "2026-10-01"), ("departure", "voluntary"), ("last_seen", "2026-11-22"), ("credential", "c1012")]),
    ("RETURNS1", "E1013", "temporary", &[("last_day", "2026-10-31"), ("first_day", "2027-04-01"), ("departure", "contract_end"), ("contract_end", "2026-10-31"), ("last_seen", "2026-10-30"), ("credential", "c1013")]),
    ("RETURNS2", "E1014", "staff", &[("last_day", "2026-11-15"), ("first_day", "2027-01-04"), ("departure", "voluntary"), ("last_seen", "2026-11-14"), ("credential", "c1014")]),
    // Legal holds: of a leaver, of an external, of somebody who stays.
    ("HOLDSTAF", "E1015", "staff", &[("last_day", "2026-11-06"), ("departure", "involuntary"), ("legal_hold", "true"), ("last_seen", "2026-11-06"), ("credential", "c1015")]),
    ("HOLDCONT", "E1016", "contractor", &[("last_day", "2026-11-10"), ("departure", "contract_end"), ("legal_hold", "true"), ("last_seen", "2026-11-09"), ("credential", "c1016")]),
    ("HOLDSTAY", "E1017", "staff", &[("legal_hold", "true"), ("last_seen", "2026-11-22"), ("credential", "c1017")]),
    // Several IDs: replaced on the same credential, replaced under legal hold, replaced and gone, and nobody knows which.
    ("OLDPHONE", "E1018", "staff", &[("superseded_by", "NEWPHONE"), ("created", "2021-03-01"), ("last_seen", "2026-09-30"), ("credential", "c1018")]),
    ("NEWPHONE", "E1018", "staff", &[("created", "2026-10-01"), ("last_seen", "2026-11-22"), ("credential", "c1018")]),
    ("OLDHOLD1", "E1019", "staff", &[("superseded_by", "NEWHOLD1"), ("legal_hold", "true"), ("last_seen", "2026-08-11"), ("credential", "c1019")]),
    ("NEWHOLD1", "E1019", "staff", &[("legal_hold", "true"), ("last_seen", "2026-11-21"), ("credential", "c1119")]),
    ("OLDLEFT1", "E1020", "staff", &[("superseded_by", "NEWLEFT1"), ("last_day", "2026-11-14"), ("departure", "voluntary"), ("last_seen", "2026-07-01")]),
    ("NEWLEFT1", "E1020", "staff", &[("last_day", "2026-11-14"), ("departure", "voluntary"), ("last_seen", "2026-11-14"), ("credential", "c1020")]),
    ("TWOIDSA1", "E1021", "staff", &[("last_seen", "2026-11-20"), ("credential", "c1021")]),
    ("TWOIDSB1", "E1021", "staff", &[("last_seen", "2026-11-22"), ("credential", "c1121")]),
    // Credentials: shared and managed, shared and not managed, none, several on one.
    ("MULTIMDM", "E1022", "contractor", &[("last_day", "2026-11-16"), ("departure", "contract_end"), ("contract_end", "2026-11-16"), ("country", "DE"), ("site", "berlin"), ("last_seen", "2026-11-16"), ("credential", "m-berlin"), ("mdm_managed", "true")]),
    ("MULTIWLD", "E1023", "contractor", &[("last_day", "2026-11-17"), ("departure", "contract_end"), ("contract_end", "2026-11-17"), ("country", "DE"), ("site", "berlin"), ("last_seen", "2026-11-17"), ("credential", "m-berlin")]),
    ("NOCREDEN", "E1024", "partner", &[("last_day", "2026-11-05"), ("departure", "contract_end"), ("last_seen", "2026-05-05")]),
    ("OWNINBER", "E1025", "staff", &[("country", "DE"), ("site", "berlin"), ("last_seen", "2026-11-22"), ("credential", "c1025")]),
    ("COUNCILB", "E1026", "staff", &[("country", "DE"), ("site", "berlin"), ("categories", "works-council"), ("last_seen", "2026-11-22"), ("credential", "c1026")]),
    // Externals.
    ("CONTLEFT", "E1027", "contractor", &[("last_day", "2026-11-19"), ("departure", "contract_end"), ("contract_end", "2026-11-19"), ("last_seen", "2026-11-19"), ("credential", "c1027")]),
    ("AUDITORS", "E1028", "contractor", &[("last_day", "2026-11-12"), ("departure", "contract_end"), ("contract_end", "2026-11-12"), ("department", "finance"), ("job_title", "Auditor"), ("projects", "line;audit-finance"), ("last_seen", "2026-11-20"), ("credential", "c1028")]),
    ("PARTLEFT", "P1029", "partner", &[("last_day", "2026-11-11"), ("departure", "voluntary"), ("last_seen", "2026-11-11"), ("credential", "c1029")]),
    ("TEMPLEFT", "E1030", "temporary", &[("last_day", "2026-11-20"), ("departure", "contract_end"), ("contract_end", "2026-11-20"), ("job_title", "Trainee"), ("last_seen", "2026-11-20"), ("credential", "c1030")]),
    // Administrators: two full, one of whom has left, and one restricted.
    ("MIAADMIN", "E1031", "staff", &[("department", "operations"), ("job_title", "Head of messaging"), ("last_seen", "2026-11-22"), ("credential", "c1031")]),
    ("NOAADMIN", "E1032", "staff", &[("department", "operations"), ("last_day", "2026-11-20"), ("departure", "voluntary"), ("last_seen", "2026-11-20"), ("credential", "c1032")]),
    ("HELPDESK", "E1033", "staff", &[("department", "operations"), ("job_title", "Help desk"), ("last_seen", "2026-11-22"), ("credential", "c1033")]),
    // People whose going is looked at twice.
    ("BOARDLFT", "E1034", "staff", &[("last_day", "2026-11-20"), ("departure", "voluntary"), ("categories", "board"), ("vip", "true"), ("job_title", "Member of the board"), ("last_seen", "2026-11-20"), ("credential", "c1034")]),
    // Technical accounts: forgotten, in use, never seen.
    ("SIRENOLD", "S1035", "service", &[("department", "operations"), ("nickname", "Acme siren, old hall"), ("created", "2022-01-10"), ("last_seen", "2026-04-01"), ("credential", "c1035"), ("notice_days", "0")]),
    ("SIRENNEW", "S1036", "service", &[("department", "operations"), ("nickname", "Acme siren, new hall"), ("created", "2026-01-10"), ("last_seen", "2026-11-22"), ("credential", "c1036"), ("notice_days", "0")]),
    ("NEVERSEE", "S1037", "service", &[("department", "operations"), ("nickname", "Acme spare"), ("created", "2025-05-05"), ("credential", "c1037"), ("notice_days", "0")]),
    ("DOORLEFT", "S1038", "service", &[("department", "operations"), ("nickname", "Acme door, torn down"), ("last_day", "2026-11-01"), ("departure", "contract_end"), ("created", "2023-01-10"), ("last_seen", "2026-11-01"), ("credential", "c1038"), ("notice_days", "0")]),
    // Personnel records do not know these.
    ("UNKNOWN1", "", "", &[("created", "2024-07-07"), ("last_seen", "2026-11-20"), ("nickname", "Sunny"), ("credential", "c1901")]),
    ("UNKNOWN2", "", "contractor", &[("created", "2025-09-09"), ("last_seen", "2026-10-20"), ("credential", "c1902")]),
    ("UNKNOWN3", "E1903", "", &[("last_day", "2026-08-31"), ("created", "2023-02-02"), ("last_seen", "2026-08-31")]),
    // Gateway, broadcast and system IDs.
    ("*ACMEGRP", "", "", &[("nickname", "Acme broadcast"), ("created", "2020-01-01")]),
    ("*ACMEAPI", "S1039", "service", &[("nickname", "Acme gateway, switched off"), ("last_day", "2026-11-15"), ("departure", "contract_end"), ("created", "2020-01-01"), ("last_seen", "2026-11-15"), ("notice_days", "0")]),
    ("*SUPPORT", "", "", &[("nickname", "Support"), ("created", "2019-01-01")]),
];

/// The rows of all cases.
pub(super) fn rows() -> Vec<Row> {
    CASES.iter().map(|(id, person, employment, values)| row(id, person, employment, values)).collect()
}

fn row(id: &str, person: &str, employment: &str, values: Values) -> Row {
    let mut row = Row::new(id);
    row.set("person", person);
    row.set("employment", employment);
    if !person.is_empty() && employment != "service" {
        row.set("first_day", "2022-05-02");
        row.set("created", "2022-05-03");
        row.set("department", "sales");
        row.set("job_title", "Clerk");
        row.set("country", "CH");
        row.set("first_name", "Case");
        row.set("last_name", format!("{}-Example", id.trim_end_matches(|c: char| c.is_ascii_digit())));
        row.set("cost_center", "CC-100");
    }
    for (column, value) in values {
        row.set(column, *value);
    }
    row
}
