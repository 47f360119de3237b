//! Narrows the condition that was in the way down to the parts that decided it.

use super::clause::{Clause, ClauseKind, Obstacle};

/// The parts of `clause` because of which it is not `needed`.
///
/// `a && b && c` that had to be true comes down to the first that is false, `a || b` to all of them;
/// the other way round for a condition that had to be false. `!a` turns the need about, and a helper
/// that consists of one condition comes down to that.
pub(super) fn narrow(clause: &Clause, needed: bool) -> Vec<Obstacle> {
    let wrong = |part: &&Clause| part.value == Some(!needed);
    match (clause.kind, needed) {
        (ClauseKind::And, true) | (ClauseKind::Or, false) => {
            if let Some(part) = clause.clauses.iter().find(wrong) {
                return narrow(part, needed);
            }
        }
        (ClauseKind::And, false) | (ClauseKind::Or, true) if !clause.clauses.is_empty() => {
            return clause.clauses.iter().filter(wrong).flat_map(|part| narrow(part, needed)).collect();
        }
        (ClauseKind::Not, _) => {
            if let [part] = &clause.clauses[..] {
                return narrow(part, !needed);
            }
        }
        (ClauseKind::Helper, _) => {
            if let [part] = &clause.clauses[..]
                && part.value == clause.value
                && part.taken.is_none()
            {
                return narrow(part, needed);
            }
        }
        (ClauseKind::Case, true) => {
            if let Some(guard) = clause.clauses.first().filter(wrong) {
                return narrow(guard, needed);
            }
        }
        _ => {}
    }
    vec![Obstacle { needed, clause: clause.clone() }]
}
