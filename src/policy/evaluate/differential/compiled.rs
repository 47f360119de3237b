//! Index and interpreter give the same decisions.
use super::*;
use crate::policy::{Basis, Means};

#[test]
fn quick() {
    let attrs: [(&str, fn(&mut Seeded) -> String, BTreeMap<String, FieldType>); 2] =
        [("conditions", policy, BTreeMap::new()), ("language", language::policy, attributes())];
    for (name, write, attributes) in attrs {
        let schema = Arc::new(Schema::new(attributes).unwrap());
        let moment =
            Moment::new(parse_instant("2026-11-22T09:00:00Z").unwrap(), "Europe/Zurich".parse().unwrap())
                .unwrap();
        let (mut rules, mut unlowered, mut pairs, mut limits, mut shorts) = (0, 0, 0, 0, 0);
        let mut why: BTreeMap<&'static str, u32> = BTreeMap::new();
        let count = std::env::var("LEAVER_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
        let from = std::env::var("LEAVER_SEED").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
        for seed in from..from + count {
            let mut seeded = Seeded(seed);
            let text = write(&mut seeded);
            let Some(policy) = check(vec![Source::new("random.rhai", text.as_str())], &schema, None).policy
            else {
                continue;
            };
            let by_index = policy.evaluator(Basis::new(moment.clone(), true)).unwrap();
            let by_interpreter = policy
                .evaluator(Basis { means: Means::Interpreter, ..Basis::new(moment.clone(), true) })
                .unwrap();
            rules += policy.rules().len();
            for one in policy.unlowered() {
                *why.entry(one.why).or_default() += 1;
                unlowered += 1;
            }
            for _ in 0..30 {
                let user = user(&mut seeded, &schema, &moment);
                let a = by_index.decide(&user).unwrap();
                let b = by_interpreter.decide(&user).unwrap();
                pairs += 1;
                let (a, b) = (serde_json::to_string(&a).unwrap(), serde_json::to_string(&b).unwrap());
                if a != b && b.contains("\"limit\"") {
                    limits += 1;
                    continue;
                }
                assert_eq!(a, b, "seed {seed}\n{text}\n{user:#?}");
                let prepared = by_index.prepare(&user);
                let verdict = prepared.verdict().unwrap();
                let whole = prepared.decide().unwrap();
                assert_eq!(serde_json::to_string(&whole).unwrap(), a);
                assert_eq!(
                    (verdict.outcome, verdict.disposition, verdict.access, verdict.hold),
                    (whole.outcome, whole.disposition, whole.access, whole.hold.map(|hold| hold.code)),
                    "seed {seed}\n{text}"
                );
                shorts += 1;
            }
        }
        println!(
            "{name}: {rules} rules, {unlowered} unlowered {why:?}, {pairs} pairs, {limits} limits {shorts}"
        );
    }
}
