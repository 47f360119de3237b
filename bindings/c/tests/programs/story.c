/* The whole way of one user: policy, decider, verdict, decision, explanation, plan, payload. */
#include "checks.h"

static void versions(void)
{
    char number[32];
    snprintf(number, sizeof number, "%d.%d.%d", LEAVER_VERSION_MAJOR, LEAVER_VERSION_MINOR, LEAVER_VERSION_PATCH);
    CHECK(strcmp(number, LEAVER_VERSION) == 0);
    CHECK(leaver_text_is(leaver_version(), LEAVER_VERSION));
    CHECK(leaver_abi() == LEAVER_ABI);
    CHECK(LEAVER_VERSION_NUMBER
          == LEAVER_VERSION_MAJOR * 1000000 + LEAVER_VERSION_MINOR * 1000 + LEAVER_VERSION_PATCH);
}

static void policies(const leaver_policy *policy)
{
    leaver_source bad = {LEAVER_STR("bad.rhai"),
                         LEAVER_STR("/// No.\nfn rule(user) { if user.employmet == 1 { revoke() } }\n")};
    leaver_policy *none = NULL;
    leaver_error *err = NULL;
    leaver_diagnostic one;
    CHECK(leaver_policy_rule_count(policy) == 4);
    CHECK(leaver_text_is(leaver_policy_rule_name(policy, 1), "staff_leave"));
    CHECK(leaver_text_is(leaver_policy_rule_rationale(policy, 2), "Whoever is in Sales is told."));
    CHECK(leaver_policy_rule_name(policy, 4).data == NULL);
    CHECK(leaver_policy_digest(policy).len == 64);
    CHECK(leaver_text_is(leaver_diagnostics_json(leaver_policy_warnings(policy)), "[]"));

    CHECK(leaver_policy_compile(&bad, 1, NULL, &none, &err) == LEAVER_ERR_POLICY);
    CHECK(none == NULL);
    CHECK(leaver_error_status(err) == LEAVER_ERR_POLICY);
    CHECK(leaver_diagnostics_count(leaver_error_diagnostics(err)) == 1);
    CHECK(leaver_diagnostics_get(leaver_error_diagnostics(err), 0, &one, NULL) == LEAVER_OK);
    CHECK(leaver_text_is(one.code, "P0102"));
    CHECK(one.severity == LEAVER_SEVERITY_ERROR);
    CHECK(leaver_text_is(one.file, "bad.rhai"));
    CHECK(one.line == 2 && one.column == 25 && one.length == 9);
    CHECK(leaver_text_is(one.help, "did you mean `employment`?"));
    CHECK(leaver_diagnostics_get(leaver_error_diagnostics(err), 1, &one, NULL) == LEAVER_ERR_NOT_FOUND);
    leaver_error_free(err);
}

static void decisions(const leaver_policy *policy, const leaver_decider *decider)
{
    leaver_user user = leaver_of_staff();
    leaver_attribute attributes[1];
    leaver_verdict verdict;
    leaver_decision *decision = NULL, *again = NULL;
    leaver_decider *earlier = NULL;
    leaver_obligation obligation;
    leaver_struck struck;
    const char *json = "{\"id\": \"ECHOECHO\", \"person\": \"E1001\", \"employment\": \"staff\", "
                       "\"last_day\": \"2026-11-20\", \"legal_hold\": false, \"mdm_managed\": true, "
                       "\"credential\": \"c1\", \"credential_kind\": \"single\", "
                       "\"categories\": [\"sales\", \"board\"], \"site\": \"berlin\"}";
    attributes[0] = site("berlin");
    user.attributes = attributes;
    user.attribute_count = 1;

    DO(leaver_decider_verdict(decider, &user, &verdict, &err));
    CHECK(verdict.outcome == LEAVER_OUTCOME_ACT);
    CHECK(verdict.disposition == LEAVER_DISPOSITION_REVOKE);
    CHECK(verdict.access == LEAVER_ACCESS_WITHDRAW);
    CHECK(verdict.hold == LEAVER_HOLD_CODE_NONE);
    CHECK(verdict.rule == 1);

    DO(leaver_decider_decide(decider, &user, &decision, &err));
    CHECK(leaver_text_is(leaver_decision_rule(decision), "staff_leave"));
    CHECK(leaver_decision_ground(decision) == LEAVER_GROUND_HAS_LEFT);
    CHECK(leaver_decision_obligation_count(decision) == 2);
    DO(leaver_decision_obligation(decision, 1, &obligation, &err));
    CHECK(obligation.kind == LEAVER_OBLIGATION_NOTIFY);
    CHECK(leaver_text_is(obligation.text, "Your devices are restricted."));
    CHECK(leaver_decision_overruled_count(decision) == 1);
    DO(leaver_decision_overruled(decision, 0, &struck, &err));
    CHECK(struck.action == LEAVER_VERB_DETACH && leaver_text_is(struck.rule, "site"));

    DO(leaver_decider_decide_json(decider, leaver_text(json), &again, &err));
    CHECK(leaver_decision_json(again).len == leaver_decision_json(decision).len);
    CHECK(memcmp(leaver_decision_json(again).data, leaver_decision_json(decision).data,
                 leaver_decision_json(again).len) == 0);
    leaver_decision_free(again);
    leaver_decision_free(decision);

    DO(leaver_decider_at(decider, leaver_text("2026-11-19T09:00:00Z"), &earlier, &err));
    DO(leaver_decider_verdict(earlier, &user, &verdict, &err));
    CHECK(verdict.outcome == LEAVER_OUTCOME_ACT); /* the obligations of Sales */
    CHECK(verdict.disposition == LEAVER_DISPOSITION_KEEP);
    leaver_decider_free(earlier);

    user.last_day = leaver_text(NULL); /* not told */
    DO(leaver_decider_verdict(decider, &user, &verdict, &err));
    CHECK(verdict.hold == LEAVER_HOLD_CODE_MISSING_FACT);
    user.last_day = LEAVER_NONE; /* told that there is none */
    DO(leaver_decider_verdict(decider, &user, &verdict, &err));
    CHECK(verdict.disposition == LEAVER_DISPOSITION_KEEP);
    (void)policy;
}

static void explanations(const leaver_decider *decider)
{
    leaver_user user = leaver_of_staff();
    leaver_attribute attributes[1];
    leaver_prepared *prepared = NULL;
    leaver_explanation *why = NULL;
    leaver_verdict verdict;
    leaver_error *err = NULL;
    attributes[0] = site("zurich");
    user.attributes = attributes;
    user.attribute_count = 1;
    DO(leaver_decider_prepare(decider, &user, &prepared, &err));
    DO(leaver_prepared_verdict(prepared, &verdict, &err));
    CHECK(verdict.disposition == LEAVER_DISPOSITION_REVOKE);
    DO(leaver_prepared_explain(prepared, &why, &err));
    CHECK(leaver_explanation_text(why).len > 0 && leaver_explanation_json(why).data[0] == '{');
    leaver_explanation_free(why);
    DO(leaver_prepared_why_not(prepared, leaver_text("legal_hold"), &why, &err));
    CHECK(leaver_explanation_text(why).len > 0 && leaver_explanation_json(why).data[0] == '{');
    leaver_explanation_free(why);
    CHECK(leaver_prepared_why_not(prepared, leaver_text("nobody"), &why, &err) == LEAVER_ERR_NOT_FOUND);
    leaver_error_free(err);
    DO(leaver_prepared_counterfactuals(prepared, &why, &err));
    CHECK(leaver_explanation_json(why).data[0] == '[');
    leaver_explanation_free(why);
    leaver_prepared_free(prepared);
}

static void plans(const leaver_decider *decider)
{
    leaver_user user = leaver_of_staff();
    leaver_attribute attributes[1];
    leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
    leaver_plan *plan = NULL;
    leaver_planned_user planned;
    leaver_step step;
    leaver_str payload;
    size_t at = 0, mdm = 0, all = 0;
    attributes[0] = site("zurich");
    user.attributes = attributes;
    user.attribute_count = 1;
    options.actor = leaver_text("mia");
    DO(leaver_decider_plan_user(decider, &user, &options, &plan, &err));
    CHECK(leaver_plan_digest(plan).len == 64);
    CHECK(leaver_plan_user_count(plan) == 1);
    DO(leaver_plan_user(plan, 0, &planned, &err));
    CHECK(planned.status == LEAVER_USER_STATUS_PLANNED && planned.step_count > 0);
    while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_NONE, &step)) != 0)
        all++;
    CHECK(all == leaver_plan_step_count(plan));
    while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_MDM, &step)) != 0) {
        mdm++;
        CHECK(step.executor == LEAVER_EXECUTOR_MDM);
        if (step.purpose == LEAVER_PURPOSE_NONE)
            continue;
        CHECK(step.purpose == LEAVER_PURPOSE_RESTRICT);
        DO(leaver_plan_payload(plan, at, LEAVER_SYSTEM_ANDROID, &payload, &err));
        CHECK(payload.data[0] == '{');
        DO(leaver_plan_payload(plan, at, LEAVER_SYSTEM_IOS, &payload, &err));
        CHECK(memcmp(payload.data, "<?xml", 5) == 0);
    }
    CHECK(mdm > 0 && mdm < all);
    leaver_plan_free(plan);
}

int main(void)
{
    leaver_policy *policy = compile();
    leaver_decider *decider = decider_of(policy);
    versions();
    policies(policy);
    decisions(policy, decider);
    explanations(decider);
    plans(decider);
    leaver_policy_free(policy); /* a decider does not need it any more */
    decisions(NULL, decider);
    leaver_decider_free(decider);
    puts("story: all as told");
    return 0;
}
