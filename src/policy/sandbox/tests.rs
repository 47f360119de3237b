use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn run(script: &str) -> Result<(), Stopped> {
    Sandbox::new(PATIENCE).run(script)
}

/// A script that reaches a limit exactly, and one that goes one beyond.
#[track_caller]
fn limit(at: &str, beyond: &str, stopped: Stopped) {
    assert_eq!(run(at), Ok(()), "at the limit");
    assert_eq!(run(beyond), Err(stopped), "beyond the limit");
}

fn grown_text(length: usize) -> String {
    format!("let s = \"x\"; for i in 1..{length} {{ s += \"x\"; }} s")
}

#[test]
fn text_is_limited() {
    limit(&grown_text(MAX_TEXT), &grown_text(MAX_TEXT + 1), Stopped::Limit);
    let literal = |length: usize| format!("\"{}\"", "x".repeat(length));
    limit(&literal(MAX_TEXT), &literal(MAX_TEXT + 1), Stopped::Refused);
    let pad = |length: usize| format!("let s = \"\"; s.pad({length}, 'x')");
    limit(&pad(MAX_TEXT), &pad(MAX_TEXT + 1), Stopped::Limit);
    let pad = |length: usize| format!("let s = \"\"; s.pad({length}, \"ä\")");
    limit(&pad(MAX_TEXT / 2), &pad(MAX_TEXT / 2 + 1), Stopped::Limit);
    let replace = |length: usize| {
        format!(
            "{}; s.replace(\"x\", \"xxxx\"); s.replace('x', \"x\"); s.replace('x', 'y');",
            grown_text(length)
        )
    };
    limit(&replace(MAX_TEXT / 4), &replace(MAX_TEXT / 4 + 1), Stopped::Limit);
}

#[test]
fn bounded_text_functions_do_what_the_plain_ones_do() {
    for condition in [
        r#"{ let s = "hello"; s.replace("l", "L"); s } == "heLLo""#,
        r#"{ let s = "hello"; s.replace('l', ""); s } == "heo""#,
        r#"{ let s = "hello"; s.replace('l', 'y'); s } == "heyyo""#,
        r#"{ let s = "ab"; s.replace("", "-"); s } == "-a-b-""#,
        r#"{ let s = "ab"; s.pad(5, 'x'); s } == "abxxx""#,
        r#"{ let s = "ab"; s.pad(5, "xy"); s } == "abxyx""#,
        r#"{ let s = "abc"; s.pad(2, "xy"); s.pad(-1, "xy"); s.pad(9, ""); s } == "abc""#,
    ] {
        assert_eq!(run(&format!("let same = {condition}; if !same {{ 1 / 0 }}")), Ok(()), "{condition}");
    }
}

#[test]
fn lists_are_limited() {
    let pushed = |length: usize| format!("let a = []; for i in 0..{length} {{ a.push(i); }}");
    limit(&pushed(MAX_LIST), &pushed(MAX_LIST + 1), Stopped::Limit);
    let nested = |depth: usize| format!("let a = []; for i in 0..{depth} {{ a = [a]; }}");
    limit(&nested(MAX_LIST), &nested(MAX_LIST + 1), Stopped::Limit);
    let literal = |length: usize| format!("[{}1]", "1,".repeat(length - 1));
    // The parser wants room for one more element than a literal has.
    limit(&literal(MAX_LIST - 1), &literal(MAX_LIST), Stopped::Refused);
}

#[test]
fn variables_are_limited() {
    let variables =
        |count: usize| (0..count).map(|n| format!("let v{n} = {n};")).collect::<Vec<_>>().concat();
    limit(&variables(MAX_VARIABLES), &variables(MAX_VARIABLES + 1), Stopped::Limit);
}

#[test]
fn calls_are_limited() {
    let calls = |count: usize| format!("fn f(n) {{ if n > 1 {{ f(n - 1) }} }} f({count})");
    limit(&calls(MAX_CALLS), &calls(MAX_CALLS + 1), Stopped::Limit);
}

#[test]
fn depth_is_limited() {
    let outside = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let deepest = (1..100).take_while(|depth| run(&outside(*depth)).is_ok()).count();
    assert_eq!(run(&outside(deepest + 1)), Err(Stopped::Refused));
    assert_eq!(deepest, MAX_DEPTH / 2 - 1, "parentheses are two levels deep");
    let inside = |depth: usize| format!("fn f() {{ {} }}", outside(depth));
    let deepest = (1..100).take_while(|depth| run(&inside(*depth)).is_ok()).count();
    assert_eq!(run(&inside(deepest + 1)), Err(Stopped::Refused));
    assert_eq!(deepest, MAX_DEPTH_IN_FUNCTION / 2 - 2, "parentheses are two levels deep");
}

#[test]
fn functions_are_limited() {
    let functions = |count: usize| (0..count).map(|n| format!("fn f{n}(){{}}")).collect::<Vec<_>>().concat();
    limit(&functions(MAX_FUNCTIONS), &functions(MAX_FUNCTIONS + 1), Stopped::Refused);
}

#[test]
fn source_is_limited() {
    let source = |bytes: usize| format!("//{}", "x".repeat(bytes - 2));
    limit(&source(Source::MAX_BYTES), &source(Source::MAX_BYTES + 1), Stopped::Refused);
}

#[test]
fn operations_are_limited_and_counted_in_callbacks_too() {
    let meter = Meter::new();
    let engine = interpreter(&Library::new(), &meter);
    let operations = |script: &str, allowed: u64| {
        meter.begin(PATIENCE);
        meter.restart(allowed);
        let result = engine.run(script).map_err(|error| *error);
        (result, meter.operations.load(Ordering::Relaxed))
    };
    for script in ["for i in 0..100 { i + 1 }", "let a = [1, 2, 3]; a.map(|x| a2(x)); fn a2(x) { x + 1 }"] {
        let (result, needed) = operations(script, MAX_OPERATIONS);
        assert!(result.is_ok() && needed > 5);
        assert!(operations(script, needed).0.is_ok(), "{script}: at the limit");
        let beyond = operations(script, needed - 1).0.map_err(failure);
        assert!(matches!(beyond, Err(Failure::Rule(RuleError::Limit))), "{script}: beyond the limit");
    }
    let few = operations("[1].map(|x| x + 1)", MAX_OPERATIONS).1;
    let many = operations("[1, 2, 3, 4, 5].map(|x| x + 1)", MAX_OPERATIONS).1;
    assert!(many >= few + 8, "callbacks count: {few}, {many}");
}

#[test]
fn answers_are_limited() {
    let meter = Meter::new();
    let most = usize::try_from(MAX_ANSWER_BYTES).unwrap();
    assert!(meter.charge(most).is_ok());
    assert!(meter.charge(1).is_err());
    assert_eq!(meter.stopped(), Some(Stop::Limit));
}

#[test]
fn modules_are_refused() {
    assert_eq!(run("import \"x\" as x;"), Err(Stopped::Refused));
    assert_eq!(parser().max_modules(), 0);
}

#[test]
fn a_swallowed_stop_is_still_a_stop() {
    let script = "fn spin() { for i in 0..1_000_000 {} } let a = [2, 1]; a.sort(|x, y| { spin(); 0 }); 1";
    assert_eq!(run(script), Err(Stopped::Limit));
}

#[test]
fn the_self_test_passes_here_and_fails_where_limits_are_off() {
    let meter = Meter::new();
    assert_eq!(self_test(&interpreter(&Library::new(), &meter), &meter), Ok(()));

    let mut open = interpreter(&Library::new(), &meter);
    open.set_max_string_size(0);
    assert_eq!(self_test(&open, &meter).unwrap_err().code, Code::SandboxOpen);

    let mut open = interpreter(&Library::new(), &meter);
    open.on_progress(|_| None);
    assert_eq!(self_test(&open, &meter).unwrap_err().code, Code::SandboxOpen);

    let mut open = interpreter(&Library::new(), &meter);
    open.set_fast_operators(false);
    open.register_fn("+", |a: i64, b: i64| a.wrapping_add(b));
    assert_eq!(self_test(&open, &meter).unwrap_err().code, Code::SandboxOpen);
}

/// The list is committed, so that a new version of the script engine cannot bring a function nobody
/// has looked at. To accept a change: read it, then copy the new list from the failure.
#[cfg(not(feature = "compact"))]
#[test]
fn the_functions_that_scripts_can_call_are_these() {
    let functions = Sandbox::new(PATIENCE).functions().unwrap();
    insta::assert_snapshot!(functions.join("\n"));
}

/// The list is that of the whole engine.
#[cfg(feature = "compact")]
#[test]
fn a_compact_engine_has_no_function_that_the_whole_one_has_not() {
    let list = include_str!(
        "snapshots/leaver__policy__sandbox__tests__the_functions_that_scripts_can_call_are_these.snap"
    );
    let list: Vec<&str> = list.lines().skip_while(|line| !line.contains('(')).collect();
    let functions = Sandbox::new(PATIENCE).functions().unwrap();
    for function in &functions {
        // Where there is but one kind of whole number, the engine calls it so.
        let known = function.replace("INT", "i64");
        assert!(list.contains(&function.as_str()) || list.contains(&known.as_str()), "{function}");
    }
    assert!((400..list.len() - 250).contains(&functions.len()), "{} of {}", functions.len(), list.len());
    for ours in ["today()", "days(_: i64)", "contains(_: &mut Texts, _: string)"] {
        assert!(functions.iter().any(|function| function == ours), "{ours}");
    }
}

#[test]
fn the_promised_stack_is_there_on_small_threads() {
    let on_thread = |size: usize| {
        std::thread::Builder::new()
            .stack_size(size)
            .spawn(|| with_stack(stacker::remaining_stack))
            .unwrap()
            .join()
            .unwrap()
    };
    for size in [128 << 10, 1 << 20, 9 << 20] {
        if let Some(remaining) = on_thread(size) {
            assert!(remaining >= STACK - (64 << 10), "{size}: {remaining}");
        }
    }
}
