//! Whatever is changed in a history, a plan or an approval is found.

use time::Duration;

use super::figures::figure;
use super::papers::{POLICY, morning, text, two_leavers};
use crate::apply::{
    Admission, Approval, Checkpoint, Counts, Entry, Event, History, Paper, Secret, Signed, admit, verify,
};
use crate::diagnostic::Code;
use crate::plan::{Approvers, Guards};

fn lines(count: u32) -> (History, Vec<String>) {
    let mut history = History::default();
    let opened = Event::Opened { leaver_version: "0.1.0".to_owned(), format: 1 };
    let first = Entry { at: morning(), actor: None, plan: None, event: opened };
    let others = (1..count).map(|step| Entry {
        at: morning() + Duration::seconds(i64::from(step)),
        actor: Some("mia".to_owned()),
        plan: None,
        event: Event::Resolved { step, done: step % 2 == 0, note: format!("note {step} \u{e9}") },
    });
    let lines = std::iter::once(first).chain(others).map(|entry| history.seal(entry)).collect();
    (history, lines)
}

fn is_fine<'l>(lines: impl IntoIterator<Item = &'l str>) -> bool {
    verify(lines, None, |_| {}).is_ok()
}

#[test]
fn every_byte_of_a_history_counts() {
    let (_, lines) = lines(12);
    let all = || lines.iter().map(String::as_str);
    assert!(is_fine(all()));
    let (mut tried, mut unnoticed) = (0, 0);
    for at in 0..lines.len() {
        let mut test = |changed: &str| {
            tried += 1;
            let with =
                lines.iter().enumerate().map(|(n, line)| if n == at { changed } else { line.as_str() });
            unnoticed += u32::from(is_fine(with));
        };
        let bytes = lines[at].as_bytes();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.to_vec();
                changed[place] ^= 1 << bit;
                if let Ok(changed) = String::from_utf8(changed) {
                    test(&changed);
                }
            }
            let mut shorter = bytes.to_vec();
            shorter.remove(place);
            if let Ok(shorter) = String::from_utf8(shorter) {
                test(&shorter);
            }
            for inserted in [' ', '0', '"', '\\'] {
                let mut longer = lines[at].clone();
                if longer.is_char_boundary(place) {
                    longer.insert(place, inserted);
                    test(&longer);
                }
            }
        }
    }
    figure("bytes of a history changed, dropped or inserted", &format!("{tried}: {unnoticed} unnoticed"));
    assert_eq!(unnoticed, 0);
    assert!(tried > 10_000);
}

#[test]
fn every_record_of_a_history_counts() {
    let (_, lines) = lines(9);
    for at in 0..lines.len() - 1 {
        let mut dropped: Vec<&str> = lines.iter().map(String::as_str).collect();
        dropped.remove(at);
        assert!(!is_fine(dropped), "dropped {at}");
        let mut swapped: Vec<&str> = lines.iter().map(String::as_str).collect();
        swapped.swap(at, at + 1);
        assert!(!is_fine(swapped), "swapped {at}");
        let mut twice: Vec<&str> = lines.iter().map(String::as_str).collect();
        twice.insert(at, &lines[at]);
        assert!(!is_fine(twice), "twice {at}");
    }
}

#[test]
fn only_a_checkpoint_shows_that_the_end_is_missing() {
    let (history, lines) = lines(9);
    let key = Secret::from_bytes([3; 32]);
    let checkpoint = Checkpoint::sign(&history, "acme", &key);
    let note = checkpoint.to_note();
    let read = Checkpoint::read(&note).expect("a checkpoint");
    assert_eq!(read, checkpoint);
    let check = |lines: &[String]| {
        let verified = verify(lines.iter().map(String::as_str), Some(9), |_| {}).expect("a history");
        read.fault(&verified, &key.public()).map(|reason| reason.code)
    };
    assert_eq!(check(&lines), None);
    assert!(is_fine(lines[..8].iter().map(String::as_str)));
    assert_eq!(check(&lines[..8]), Some(Code::CheckpointMismatch.to_string()));
    // A history that somebody made anew from the beginning is consistent, too.
    let (_, mut other) = self::lines(8);
    let mut history = History::default();
    other.clear();
    for step in 0..9 {
        let event = match step {
            0 => Event::Opened { leaver_version: "0.1.0".to_owned(), format: 1 },
            step => Event::Resolved { step, done: true, note: "another".to_owned() },
        };
        other.push(history.seal(Entry { at: morning(), actor: None, plan: None, event }));
    }
    assert_eq!(check(&other), Some(Code::CheckpointMismatch.to_string()));
    // Nobody else signs for the key.
    let verified = verify(lines.iter().map(String::as_str), Some(9), |_| {}).expect("a history");
    let other = Secret::from_bytes([4; 32]).public();
    assert_eq!(
        read.fault(&verified, &other).map(|reason| reason.code),
        Some(Code::ForgedCheckpoint.to_string())
    );
    for (at, byte) in note.bytes().enumerate() {
        let mut changed = note.clone().into_bytes();
        changed[at] = if byte == b'A' { b'B' } else { b'A' };
        let fault = String::from_utf8(changed).ok().and_then(|note| Checkpoint::read(&note));
        let is_found = fault.is_none_or(|changed| changed.fault(&verified, &key.public()).is_some());
        assert!(is_found, "byte {at}");
    }
}

struct Desk {
    paper: Paper,
    approvers: Approvers,
    keys: Vec<(&'static str, Secret)>,
}

fn desk() -> Desk {
    let directory = two_leavers();
    let keys: Vec<(&'static str, Secret)> = [("mia", 1), ("noah", 2), ("lena", 3)]
        .map(|(name, seed)| (name, Secret::from_bytes([seed; 32])))
        .into();
    let listed: Vec<String> =
        keys.iter().map(|(name, key)| format!("{name} = \"{}\"", key.public().to_text())).collect();
    let toml = format!("[approvers]\n{}\n", listed.join("\n"));
    let approvers = Approvers::from_toml("approvers.toml", &toml, &directory).expect("approvers");
    let guards = Guards { approvals: 2, ..Guards::unlimited() };
    let text = text(&directory, POLICY, &guards, Some(&approvers));
    Desk { paper: Paper::read("plan.json", text.as_bytes()).expect("a plan"), approvers, keys }
}

impl Desk {
    fn by(&self, name: &str) -> Signed {
        let key = self.keys.iter().find(|(known, _)| *known == name).map(|(_, key)| key).expect("a key");
        Approval::new(&self.paper, name, morning(), Duration::hours(10)).sign(key)
    }

    fn codes(&self, approvals: &[Signed]) -> Vec<String> {
        self.codes_at(approvals, morning() + Duration::minutes(1))
    }

    fn codes_at(&self, approvals: &[Signed], now: time::OffsetDateTime) -> Vec<String> {
        let admission = Admission {
            paper: &self.paper,
            guards: None,
            approvers: Some(&self.approvers),
            approvals,
            directory: None,
            recent: Counts::default(),
            allowed: &std::collections::BTreeMap::new(),
            last_policy: None,
            now,
        };
        admit(&admission).err().unwrap_or_default().into_iter().map(|reason| reason.code).collect()
    }
}

#[test]
fn two_others_must_approve() {
    let desk = desk();
    assert_eq!(desk.paper.approvals_needed(), 2);
    let (noah, lena, mia) = (desk.by("noah"), desk.by("lena"), desk.by("mia"));
    assert!(desk.codes(&[noah.clone(), lena.clone()]).is_empty());
    assert_eq!(desk.codes(&[]), ["A0209"]);
    assert_eq!(desk.codes(std::slice::from_ref(&noah)), ["A0209"]);
    assert_eq!(desk.codes(&[noah.clone(), noah.clone()]), ["A0207", "A0209"]);
    assert_eq!(desk.codes(&[noah.clone(), mia]), ["A0206"]);
    let late = morning() + Duration::hours(11);
    assert_eq!(desk.codes_at(&[noah.clone(), lena.clone()], late), ["A0205", "A0205"]);
    let next_day = morning() + Duration::hours(25);
    assert!(desk.codes_at(&[noah.clone(), lena.clone()], next_day).contains(&"A0101".to_owned()));
    let before = morning() - Duration::hours(1);
    assert!(desk.codes_at(&[noah, lena], before).contains(&"A0102".to_owned()));
}

#[test]
fn every_field_of_an_approval_counts() {
    let desk = desk();
    let (noah, lena) = (desk.by("noah"), desk.by("lena"));
    let mut tried = 0;
    let mut refused = |change: &dyn Fn(&mut Signed)| {
        let mut changed = lena.clone();
        change(&mut changed);
        assert_ne!(changed, lena);
        assert!(!desk.codes(&[noah.clone(), changed]).is_empty(), "{tried}");
        tried += 1;
    };
    refused(&|signed| signed.approval.purpose.push('x'));
    refused(&|signed| signed.approval.plan = crate::directory::Digest::of(b"another"));
    refused(&|signed| signed.approval.counts.irreversible -= 1);
    refused(&|signed| signed.approval.counts.withdraw += 1);
    refused(&|signed| signed.approval.counts.reversible += 1);
    refused(&|signed| signed.approval.approver = "noah".to_owned());
    refused(&|signed| signed.approval.approver = "nobody".to_owned());
    refused(&|signed| signed.approval.at += Duration::seconds(1));
    refused(&|signed| signed.approval.until += Duration::seconds(1));
    for at in 0..lena.signature.len() {
        refused(&|signed| {
            let mut bytes = signed.signature.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            signed.signature = String::from_utf8(bytes).expect("ASCII");
        });
    }
    figure("fields and characters of an approval changed", &format!("{tried}: 0 accepted"));
    // An approval of another plan, however well signed.
    let other = two_leavers();
    let guards = Guards { approvals: 2, max_age_hours: 23, ..Guards::unlimited() };
    let text = text(&other, POLICY, &guards, Some(&desk.approvers));
    let other = Paper::read("other.json", text.as_bytes()).expect("a plan");
    let stray = Approval::new(&other, "lena", morning(), Duration::hours(10)).sign(&desk.keys[2].1);
    assert_eq!(desk.codes(&[noah, stray]), ["A0204"]);
}

#[test]
fn every_byte_of_a_plan_counts() {
    let desk = desk();
    let bytes = desk.paper.text().as_bytes();
    let mut tried = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        tried += 1;
        assert!(Paper::read("plan.json", &changed).is_err(), "byte {at}");
    }
    figure("bytes of a plan changed", &format!("{tried}: 0 accepted"));
}

#[test]
fn an_approval_is_read_back_and_anything_else_is_not() {
    let desk = desk();
    let noah = desk.by("noah");
    assert_eq!(Signed::read("a.json", noah.to_json().as_bytes()).expect("an approval"), noah);
    for wrong in
        ["", "{}", "[]", "{\"approval\":{},\"signature\":\"\"}", &noah.to_json().replace("\"at\"", "\"At\"")]
    {
        let found = Signed::read("a.json", wrong.as_bytes()).unwrap_err();
        assert_eq!(found.code, Code::NotAnApproval, "{wrong}");
    }
}
