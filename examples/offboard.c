/* Decides about one user, the way a C program of a company would.
 *
 *     cc -std=c99 examples/offboard.c $(pkg-config --cflags --libs leaver) -o offboard
 *     ./offboard examples/mdm_agent/policy.rhai 2026-11-22T09:00:00Z ECHOECHO E1001 staff 2026-11-20
 */
#include <stdio.h>

#include "leaver.h"

static int failed(const char *what, leaver_error *err)
{
    leaver_str why = leaver_error_message(err);
    fprintf(stderr, "%s: %.*s\n", what, (int)why.len, (const char *)why.data);
    leaver_error_free(err);
    return 1;
}

int main(int argc, char **argv)
{
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_user user = LEAVER_USER_INIT;
    leaver_policy *policy = NULL;
    leaver_decider *decider = NULL;
    leaver_decision *decision = NULL;
    leaver_error *err = NULL;
    int status = 0;

    if (argc != 7 || leaver_abi() != LEAVER_ABI) {
        fprintf(stderr, "usage: offboard POLICY AS_OF ID PERSON EMPLOYMENT LAST_DAY\n");
        return 2;
    }
    options.as_of = leaver_text(argv[2]);
    options.time_zone = leaver_text("Europe/Zurich");
    options.edition = leaver_text("enterprise");
    options.complete = 1; /* this program knows of everybody */
    user.id = leaver_text(argv[3]);
    user.person = leaver_text(argv[4]);
    user.employment = leaver_text(argv[5]);
    user.last_day = leaver_text(argv[6]);
    user.legal_hold = LEAVER_NO;
    user.mdm_managed = LEAVER_YES;

    if (leaver_policy_load(leaver_text(argv[1]), NULL, &policy, &err) != LEAVER_OK)
        status = failed("policy", err);
    else if (leaver_decider_new(policy, &options, &decider, &err) != LEAVER_OK)
        status = failed("decider", err);
    else if (leaver_decider_decide(decider, &user, &decision, &err) != LEAVER_OK)
        status = failed("user", err);
    else {
        leaver_str json = leaver_decision_json(decision);
        printf("%.*s\n", (int)json.len, (const char *)json.data);
    }
    leaver_decision_free(decision);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    return status;
}
