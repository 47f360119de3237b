//! A plan: as JSON, and what it says as a whole.

use std::sync::OnceLock;

use leaver::model::format_instant;
use leaver::plan::Plan;

use crate::plan_step::Steps;
use crate::plan_user::Windows;
use crate::text::leaver_str;

/// How decisions are carried out. It never changes, and any number of threads may read it.
pub struct leaver_plan {
    pub(crate) plan: Plan,
    json: OnceLock<String>,
    digest: String,
    expires_at: String,
    steps: OnceLock<Steps>,
    windows: OnceLock<Vec<Windows>>,
}

impl leaver_plan {
    pub(crate) fn of(plan: Plan) -> Self {
        Self {
            json: OnceLock::new(),
            digest: plan.digest().to_string(),
            expires_at: format_instant(plan.content().expires_at),
            plan,
            steps: OnceLock::new(),
            windows: OnceLock::new(),
        }
    }

    pub(crate) fn steps(&self) -> &Steps {
        self.steps.get_or_init(|| Steps::of(&self.plan))
    }

    pub(crate) fn windows(&self) -> &[Windows] {
        self.windows.get_or_init(|| self.plan.content().users.iter().map(Windows::of).collect())
    }
}

/// Frees a plan. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_free(plan: Option<Box<leaver_plan>>) {
    drop(plan);
}

/// The plan as canonical JSON with its digest.
///
/// @return Borrowed from the plan; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_json(plan: Option<&leaver_plan>) -> leaver_str {
    leaver_str::of_option(plan.map(|plan| plan.json.get_or_init(|| plan.plan.to_json()).as_str()))
}

/// SHA-256 of the canonical JSON without the key "digest", in hexadecimal.
///
/// @return Borrowed from the plan; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_digest(plan: Option<&leaver_plan>) -> leaver_str {
    leaver_str::of_option(plan.map(|plan| plan.digest.as_str()))
}

/// Until when the plan may be begun.
///
/// @return Borrowed from the plan; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_expires_at(plan: Option<&leaver_plan>) -> leaver_str {
    leaver_str::of_option(plan.map(|plan| plan.expires_at.as_str()))
}

/// How many people besides the actor must approve.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_approvals_needed(plan: Option<&leaver_plan>) -> u32 {
    plan.map_or(0, |plan| plan.plan.content().approvals_needed)
}
