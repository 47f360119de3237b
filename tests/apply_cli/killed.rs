//! `kill -9` at any moment, and the same command again: the job is finished, and nothing is done twice.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::company::{Company, LATER};
use crate::figures::figure;
use crate::program::{code, command, stderr, stdout};

/// Real kills; more with `LEAVER_KILLS`.
const KILLS: u32 = 200;

#[test]
fn killed_at_any_moment_it_finishes_and_does_nothing_twice() {
    let wanted = std::env::var("LEAVER_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let (mut kills, mut jobs, mut bits) = (0, 0, 0x2545_f491_4f6c_dd1d_u64);
    while kills < wanted {
        let company = Company::of(10, 0);
        company.plan(&[]);
        jobs += 1;
        let arguments = Company::applying(&["--until", LATER, "--faults", "10", "--seed", "7"]);
        let mut usual = Duration::from_millis(60);
        loop {
            let mut child = command(company.at())
                .args(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            // xorshift: any moment will do, and the same ones each time.
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let moment = usual.mul_f64(f64::from(u32::try_from(bits % 1_000).unwrap_or(0)) / 1_000.0);
            let started = Instant::now();
            while started.elapsed() < moment {
                sleep(Duration::from_millis(1));
            }
            if child.try_wait().expect("a child").is_some() {
                break;
            }
            child.kill().expect("killed");
            if child.wait().expect("a child").code().is_some() {
                break;
            }
            kills += 1;
            // A little later each time, so that the job comes to its end.
            usual = usual.mul_f64(1.15);
        }
        let finished = company.apply(&["--until", LATER]);
        assert!(matches!(code(&finished), 0 | 1 | 3), "{}", stderr(&finished));
        let finished = company.apply(&["--until", LATER]);
        assert!(
            stdout(&finished).contains("The plan is carried out."),
            "{}{}",
            stdout(&finished),
            stderr(&finished)
        );
        let verified = company.done(&["audit", "verify", "acme.journal"]);
        assert!(stdout(&verified).starts_with("consistent: "));
        let world = company.world();
        for (id, user) in world["users"].as_object().expect("users") {
            assert!(user["ended"].as_u64() <= Some(1), "{id} was ended twice: {user}");
            assert_eq!(user["reappeared"].as_u64(), Some(0), "{id} came back: {user}");
        }
        // Whatever happened is in the history: who is gone has an intent, and an outcome.
        let shown = company.done(&["audit", "show", "acme.journal"]);
        for (id, user) in world["users"].as_object().expect("users") {
            if user["ended"].as_u64() == Some(1) {
                let intent = ["revoke", "detach"].map(|kind| format!("about to {kind} {id}"));
                assert!(intent.iter().any(|intent| stdout(&shown).contains(intent)), "{id} is not recorded");
            }
        }
    }
    figure("kill -9", &format!("{kills} kills in {jobs} jobs: 0 done twice, 0 unrecorded"));
}
