//! Scripts that try to harm the host, one a file in `tests/hostile`, run under the limits that rules
//! have: each must be stopped, or come to its end, within its deadline plus 50 ms, in 32 MiB, on a
//! thread with 128 KiB of stack, without a panic or an abort.
//!
//! Every script runs in a process of its own: an abort is a result and not the end of the test run,
//! and the peak of its memory can be read from the system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use leaver::policy::{Sandbox, Stopped};

const SCRIPT: &str = "LEAVER_HOSTILE_SCRIPT";
const PATIENCE: Duration = Duration::from_millis(250);
const OVERRUN: Duration = Duration::from_millis(50);
const SMALL_STACK: usize = 128 << 10;
const MOST_MEMORY: u64 = 32 << 10; // KiB

/// What one run of a script came to.
struct Run {
    result: String,
    elapsed: Duration,
}

/// A field of `/proc/self/status`, in KiB; `None` on systems without.
fn memory(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// How long this thread has been running on a processor, as far as the system has counted.
fn processor_time() -> Option<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
}

fn run(script: &str, stack: usize) -> Run {
    let script = script.to_owned();
    let body = move || {
        let sandbox = Sandbox::new(PATIENCE);
        let started = (Instant::now(), processor_time());
        let result = sandbox.run(&script);
        let mut elapsed = started.0.elapsed();
        if let (true, Some(before), Some(after)) = (elapsed > PATIENCE + OVERRUN, started.1, processor_time())
        {
            // What the rest of the machine did meanwhile is not the script's fault.
            elapsed = after.saturating_sub(before);
        }
        // Whatever happened, the next script finds the sandbox in order.
        assert_eq!(sandbox.run("let calm = [1, 2]; calm.len()"), Ok(()));
        Run { result: format!("{result:?}"), elapsed }
    };
    thread::Builder::new().stack_size(stack).spawn(body).expect("a thread").join().expect("no panic")
}

/// The other side of [`every_hostile_script_is_stopped`]: runs the one script it is told of.
#[test]
fn child() {
    let Ok(path) = std::env::var(SCRIPT) else { return };
    let script = fs::read_to_string(path).expect("the script is there");
    Sandbox::new(PATIENCE).run("1").expect("a calm script runs");
    let before = memory("VmRSS");
    let small = run(&script, SMALL_STACK);
    let usual = run(&script, 2 << 20);
    let peak = memory("VmHWM").zip(before).map_or(0, |(peak, before)| peak.saturating_sub(before));
    let elapsed = small.elapsed.max(usual.elapsed).as_micros();
    println!("\nHOSTILE {} {} {elapsed} {peak}", small.result, usual.result);
}

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let mut scripts: Vec<PathBuf> =
        fs::read_dir(folder).expect("the scripts").map(|entry| entry.expect("an entry").path()).collect();
    scripts.sort();
    scripts
}

#[test]
fn every_hostile_script_is_stopped() {
    let scripts = scripts();
    assert!(scripts.len() >= 60);
    let (mut slowest, mut largest, mut faults) = (0, 0, Vec::new());
    for path in &scripts {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(SCRIPT, path)
            .output()
            .expect("a process");
        let text = String::from_utf8_lossy(&output.stdout);
        let Some(line) = text.lines().find_map(|line| line.strip_prefix("HOSTILE ")) else {
            faults.push(format!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
            continue;
        };
        let (results, figures) = line.rsplit_once(' ').expect("four words");
        let (results, elapsed) = results.rsplit_once(' ').expect("four words");
        let elapsed: u128 = elapsed.parse().expect("microseconds");
        let peak: u64 = figures.parse().expect("KiB");
        (slowest, largest) = (slowest.max(elapsed), largest.max(peak));
        if elapsed > (PATIENCE + OVERRUN).as_micros() || peak > MOST_MEMORY || results.contains("Panicked") {
            faults.push(format!("{name}: {line}"));
        }
    }
    println!(
        "{} hostile scripts, each at most {} ms and {} MiB",
        scripts.len(),
        slowest / 1_000,
        largest >> 10
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn what_policies_do_not_have_is_refused_before_it_runs() {
    let sandbox = Sandbox::new(PATIENCE);
    for script in [
        "eval(\"1\")",
        "import \"x\" as x;",
        "export x;",
        "print(1)",
        "debug(1)",
        "Fn(\"x\")",
        "call(1)",
        "curry(1)",
        "this.x",
        "loop {}",
        "while true {}",
        "do {} until true",
        "try {} catch {}",
        "throw 1",
        "is_def_var(\"x\")",
        "is_def_fn(\"x\", 1)",
        "#{a: 1}",
    ] {
        assert_eq!(sandbox.run(script), Err(Stopped::Refused), "{script}");
    }
    for script in ["sleep(1)", "timestamp()", "exit()", "parse_json(\"1\")", "blob(1)", "rand()", "global::X"]
    {
        assert_eq!(sandbox.run(script), Err(Stopped::Failed), "{script}");
    }
}
