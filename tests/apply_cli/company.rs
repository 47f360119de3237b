//! A company in a folder, of which some people leave.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::program::{code, command, stderr};

pub(crate) const AS_OF: &str = "2026-11-22T09:00:00Z";
/// When everything has come to its end.
pub(crate) const LATER: &str = "2026-12-24T12:00:00Z";

const POLICY: &str = "/// Staff lose the ID.
fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
/// Contractors keep it.
fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }
/// Whoever leaves also leaves every group and list.
fn groups(user) { if user.has_left { also(leave_groups_and_lists()) } }
";

pub(crate) struct Company {
    pub(crate) folder: TempDir,
}

impl Company {
    /// So many people leave, every second of whom keeps the ID. `approvals` others must agree.
    pub(crate) fn of(leavers: usize, approvals: u32) -> Self {
        let users: Vec<String> = (0..leavers + 2)
            .map(|n| {
                let employment = if n % 2 == 0 { "staff" } else { "contractor" };
                let last_day = if n < leavers { r#", "last_day": "2026-11-20""# } else { "" };
                format!(r#"{{"id": "U{n:07}", "person": "E{n}", "employment": "{employment}", "credential": "c{n}"{last_day}}}"#)
            })
            .collect();
        let credentials: Vec<String> =
            (0..leavers + 2).map(|n| format!(r#"{{"id": "c{n}", "kind": "single"}}"#)).collect();
        let members: Vec<String> = (0..leavers + 2).step_by(3).map(|n| format!("\"U{n:07}\"")).collect();
        let directory = format!(
            r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}},
                "taken_at": "2026-11-22T08:00:00Z", "complete": true, "users": [{}], "credentials": [{}],
                "groups": [{{"id": "g1", "name": "Yard", "broadcast": "*ACMEGRP", "members": [{}]}}], "lists": [],
                "administrators": [{{"name": "mia", "kind": "full"}}, {{"name": "noah", "kind": "full"}},
                                   {{"name": "lena", "kind": "full"}}]}}"#,
            users.join(","),
            credentials.join(","),
            members.join(",")
        );
        let limits = "max_count = 1000\nmax_percent = 100\n";
        let guards = format!(
            "approvals = {approvals}\n[irreversible]\n{limits}[withdraw]\n{limits}[reversible]\n{limits}"
        );
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("acme.rhai", POLICY), ("acme.json", &*directory), ("guards.toml", &*guards)] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let company = Self { folder };
        let mut approvers = "[approvers]\n".to_owned();
        for name in ["noah", "lena"] {
            let made = company.done(&["keygen", "-o", &format!("{name}.key")]);
            let key = String::from_utf8(made.stdout).expect("text");
            approvers += &format!("{name} = \"{}\"\n", key.trim());
        }
        fs::write(company.path("approvers.toml"), approvers).expect("a file");
        company
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn at(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        command(self.at()).args(arguments).output().expect("it runs")
    }

    /// Runs the command, which must succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
        output
    }

    /// Plans into `plan.json`, with more arguments.
    pub(crate) fn plan(&self, more: &[&str]) -> Output {
        let usual = [
            "plan",
            "acme.rhai",
            "acme.json",
            "--actor",
            "mia",
            "--as-of",
            AS_OF,
            "--guards",
            "guards.toml",
            "--approvers",
            "approvers.toml",
            "--format",
            "json",
            "-o",
            "plan.json",
        ];
        self.run(&[&usual[..], more].concat())
    }

    /// Somebody approves `plan.json`.
    pub(crate) fn approve(&self, name: &str) {
        let (key, to) = (format!("{name}.key"), format!("{name}.approval"));
        self.done(&["approve", "plan.json", "--name", name, "--key", &key, "--as-of", AS_OF, "-o", &to]);
    }

    /// The arguments that carry `plan.json` out.
    pub(crate) fn applying<'a>(more: &[&'a str]) -> Vec<&'a str> {
        let usual = [
            "apply",
            "plan.json",
            "--connector",
            "simulator",
            "--directory",
            "acme.json",
            "--approvers",
            "approvers.toml",
            "--guards",
            "guards.toml",
            "--journal",
            "acme.journal",
            "--as-of",
            AS_OF,
        ];
        [&usual[..], more].concat()
    }

    /// Carries `plan.json` out.
    pub(crate) fn apply(&self, more: &[&str]) -> Output {
        self.run(&Self::applying(more))
    }

    /// The simulated platform, as it was saved.
    pub(crate) fn world(&self) -> serde_json::Value {
        let text = fs::read(self.path("acme.journal.world.json")).expect("a world");
        serde_json::from_slice(&text).expect("JSON")
    }
}
