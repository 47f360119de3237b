/* What happens where the contract is not kept, as far as the library can see it; and what it allows. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "checks.h"

static void nothing_is_given(const leaver_policy *policy, const leaver_decider *decider)
{
    leaver_error *err = NULL;
    leaver_user user = leaver_of_staff();
    leaver_decision *decision = NULL;
    leaver_verdict verdict;
    leaver_step step;
    leaver_hold hold;

    leaver_policy_free(NULL);
    leaver_directory_free(NULL);
    leaver_decider_free(NULL);
    leaver_decision_free(NULL);
    leaver_decisions_free(NULL);
    leaver_prepared_free(NULL);
    leaver_explanation_free(NULL);
    leaver_plan_free(NULL);
    leaver_cancel_free(NULL);
    leaver_error_free(NULL);
    leaver_cancel_set(NULL);

    CHECK(leaver_policy_compile(NULL, 1, NULL, NULL, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_new(policy, NULL, NULL, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_verdict(NULL, &user, &verdict, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_verdict(decider, NULL, &verdict, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_verdict(decider, &user, NULL, &err) == LEAVER_ERR_NULL);
    CHECK(leaver_text_is(leaver_error_message(err), "out is NULL"));
    leaver_error_free(err);
    CHECK(leaver_decider_decide(decider, NULL, &decision, NULL) == LEAVER_ERR_NULL && decision == NULL);
    CHECK(leaver_decider_plan(decider, NULL, NULL, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_prepared_verdict(NULL, &verdict, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_prepared_explain(NULL, NULL, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_cancel_new(NULL, NULL) == LEAVER_ERR_NULL);

    CHECK(leaver_decision_outcome(NULL) == LEAVER_OUTCOME_HOLD);
    CHECK(leaver_decision_json(NULL).data == NULL && leaver_decision_rule(NULL).len == 0);
    hold = leaver_decision_hold(NULL);
    CHECK(hold.code == LEAVER_HOLD_CODE_NONE && !hold.id && !hold.access);
    CHECK(leaver_plan_next(NULL, 0, 0, &step) == 0);
    CHECK(leaver_plan_user_count(NULL) == 0 && leaver_plan_json(NULL).data == NULL);
    CHECK(leaver_decisions_get(NULL, 0) == NULL);
    CHECK(leaver_diagnostics_count(leaver_policy_warnings(NULL)) == 0);
    CHECK(leaver_error_status(NULL) == LEAVER_OK);
}

static leaver_status verdict_of(const leaver_decider *decider, const leaver_user *user)
{
    leaver_verdict verdict;
    return leaver_decider_verdict(decider, user, &verdict, NULL);
}

static void users_are_wrong(const leaver_decider *decider)
{
    static const leaver_str holes[] = {LEAVER_STR("a"), {NULL, 3}};
    leaver_attribute attributes[2];
    leaver_user user = leaver_of_staff();
    leaver_verdict verdict;
    leaver_error *err = NULL;
    const char *bad[] = {"", "echoecho", "ECHO", "ECHOECHOO", "\xff\xff"};
    size_t i;

    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        user.id = leaver_text(bad[i]);
        CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    }
    user = leaver_of_staff();
    user.employment = leaver_text("contracter");
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    user = leaver_of_staff();
    user.last_day = leaver_text("2026-02-30");
    CHECK(leaver_decider_verdict(decider, &user, &verdict, &err) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_text_is(leaver_error_message(err), "last_day is not a date written YYYY-MM-DD"));
    CHECK(leaver_diagnostics_count(leaver_error_diagnostics(err)) == 0);
    leaver_error_free(err);
    user = leaver_of_staff();
    user.department.data = NULL;
    user.department.len = 4; /* not told, whatever the length */
    user.country = leaver_text("Switzerland");
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    user = leaver_of_staff();
    user.legal_hold = 3;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    user = leaver_of_staff();
    user.categories.items = holes;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_NULL);
    user = leaver_of_staff();
    user.categories.items = NULL;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_NULL);
    user = leaver_of_staff();
    user.superseded_by = user.id;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);

    user = leaver_of_staff();
    user.attributes = attributes;
    user.attribute_count = 1;
    attributes[0] = site("paris");
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    attributes[0] = site("berlin");
    attributes[0].kind = LEAVER_VALUE_INTEGER;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    attributes[0].kind = 77;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    attributes[0].kind = LEAVER_VALUE_NONE;
    CHECK(verdict_of(decider, &user) == LEAVER_OK);
    attributes[0] = site("berlin");
    attributes[0].name = leaver_text("department"); /* no attribute, but a field */
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    user.attributes = NULL;
    CHECK(verdict_of(decider, &user) == LEAVER_ERR_NULL);
}

static void sizes_are_wrong(const leaver_policy *policy, const leaver_decider *decider)
{
    struct {
        leaver_user user;
        char more[64];
    } newer;
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_decider *none = NULL;
    leaver_user user = leaver_of_staff();
    const size_t sizes[] = {0, 1, sizeof(leaver_user) - 8, 1u << 20, (size_t)-1};
    size_t i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        user.struct_size = sizes[i];
        CHECK(verdict_of(decider, &user) == LEAVER_ERR_ARGUMENT);
    }
    memset(&newer, 0, sizeof newer);
    newer.user = leaver_of_staff();
    newer.user.struct_size = sizeof newer;
    CHECK(verdict_of(decider, &newer.user) == LEAVER_OK); /* fields that ask for nothing */
    newer.more[60] = 1;
    CHECK(verdict_of(decider, &newer.user) == LEAVER_ERR_ARGUMENT);

    CHECK(leaver_decider_new(policy, &options, &none, NULL) == LEAVER_ERR_ARGUMENT); /* no instant */
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    CHECK(leaver_decider_new(policy, &options, &none, NULL) == LEAVER_ERR_ARGUMENT); /* no zone */
    options.time_zone = leaver_text("Europe/Zuerich");
    CHECK(leaver_decider_new(policy, &options, &none, NULL) == LEAVER_ERR_ARGUMENT);
    options.time_zone = leaver_text("Europe/Zurich");
    options.complete = 2;
    CHECK(leaver_decider_new(policy, &options, &none, NULL) == LEAVER_ERR_ARGUMENT);
    options.complete = 1;
    options.edition = leaver_text("entreprise");
    CHECK(leaver_decider_new(policy, &options, &none, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(none == NULL);
}

static void numbers_are_unknown(void)
{
    CHECK(leaver_text_is(leaver_outcome_word(LEAVER_OUTCOME_ACT), "act"));
    CHECK(leaver_text_is(leaver_hold_code_word(LEAVER_HOLD_CODE_NO_GROUND), "no_ground"));
    CHECK(leaver_outcome_word(99).data == NULL && leaver_outcome_word(-1).data == NULL);
    CHECK(leaver_hold_code_word(LEAVER_HOLD_CODE_NONE).data == NULL);
    CHECK(leaver_obligation_word(4).data == NULL);
}

/* Steps are asked for in an order in which nobody got them. */
static void order_is_wrong(const leaver_decider *decider)
{
    leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
    leaver_user user = leaver_of_staff();
    leaver_plan *plan = NULL;
    leaver_step step;
    leaver_str payload;
    leaver_attribute attributes[1];
    attributes[0] = site("zurich");
    user.attributes = attributes;
    user.attribute_count = 1;
    CHECK(leaver_decider_plan_user(decider, &user, &options, &plan, NULL) != LEAVER_OK); /* no actor */
    options.actor = leaver_text("mia");
    options.simulation = 7;
    CHECK(leaver_decider_plan_user(decider, &user, &options, &plan, NULL) == LEAVER_ERR_ARGUMENT);
    options.simulation = 0;
    CHECK(leaver_decider_plan(decider, &options, &plan, NULL) == LEAVER_ERR_ARGUMENT); /* no directory */
    DO(leaver_decider_plan_user(decider, &user, &options, &plan, &err));
    CHECK(leaver_plan_payload(plan, 0, LEAVER_SYSTEM_IOS, &payload, NULL) == LEAVER_ERR_NOT_FOUND);
    CHECK(leaver_plan_payload(plan, 1000, LEAVER_SYSTEM_IOS, &payload, NULL) == LEAVER_ERR_NOT_FOUND);
    CHECK(leaver_plan_next(plan, (size_t)-1, 0, &step) == 0);
    CHECK(leaver_plan_next(plan, 0, 99, &step) == 0);
    CHECK(leaver_plan_next(plan, 0, 0, NULL) == 0);
    CHECK(leaver_plan_wait(plan, 1000, 0) == 0);
    CHECK(leaver_plan_supply(plan, 1, 99).data == NULL);
    leaver_plan_free(plan);
}

struct work {
    const leaver_decider *decider;
    const leaver_prepared *prepared;
    int rounds;
};

static void *decide_often(void *given)
{
    const struct work *work = (const struct work *)given;
    leaver_user user = leaver_of_staff();
    leaver_attribute attributes[1];
    leaver_verdict verdict, other;
    int i;
    attributes[0] = site("zurich");
    user.attributes = attributes;
    user.attribute_count = 1;
    for (i = 0; i < work->rounds; i++) {
        leaver_decision *decision = NULL;
        DO(leaver_decider_verdict(work->decider, &user, &verdict, &err));
        DO(leaver_prepared_verdict(work->prepared, &other, &err));
        DO(leaver_decider_decide(work->decider, &user, &decision, &err));
        CHECK(verdict.disposition == LEAVER_DISPOSITION_REVOKE);
        CHECK(other.disposition == LEAVER_DISPOSITION_REVOKE);
        CHECK(leaver_decision_disposition(decision) == LEAVER_DISPOSITION_REVOKE);
        leaver_decision_free(decision);
    }
    return NULL;
}

static leaver_prepared *prepare(const leaver_decider *decider)
{
    leaver_user user = leaver_of_staff();
    leaver_attribute attributes[1];
    leaver_prepared *prepared = NULL;
    attributes[0] = site("zurich");
    user.attributes = attributes;
    user.attribute_count = 1;
    DO(leaver_decider_prepare(decider, &user, &prepared, &err));
    return prepared;
}

static void eight_threads(const leaver_decider *decider, const leaver_prepared *prepared)
{
    struct work work;
    pthread_t threads[8];
    size_t i;
    work.decider = decider;
    work.prepared = prepared;
#ifdef UNDER_VALGRIND
    work.rounds = 3; /* it is slow */
#else
    work.rounds = 200;
#endif
    for (i = 0; i < 8; i++)
        CHECK(pthread_create(&threads[i], NULL, decide_often, &work) == 0);
    for (i = 0; i < 8; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

/* Everything on a small stack, from the text of the policy on. */
static void *everything(void *unused)
{
    leaver_policy *policy = compile();
    leaver_decider *decider = decider_of(policy);
    leaver_prepared *prepared = prepare(decider);
    struct work work;
    work.decider = decider;
    work.prepared = prepared;
    work.rounds = 1;
    decide_often(&work);
    leaver_prepared_free(prepared);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    return unused;
}

static void small_stack(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, everything, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
}

static const char DIRECTORY[] =
    "{\"subscription\": {\"id\": \"acme\", \"edition\": \"enterprise\", \"time_zone\": \"Europe/Zurich\"},"
    " \"taken_at\": \"2026-11-22T08:00:00Z\", \"complete\": true,"
    " \"users\": [{\"id\": \"ECHOECHO\", \"person\": \"E1\", \"employment\": \"staff\", \"last_day\": \"2026-11-20\","
    " \"legal_hold\": false, \"credential\": \"c1\"}, {\"id\": \"MIAMIA01\", \"person\": \"E2\","
    " \"employment\": \"staff\"}], \"credentials\": [{\"id\": \"c1\", \"kind\": \"single\"}],"
    " \"administrators\": [{\"name\": \"mia\", \"kind\": \"full\", \"user\": \"MIAMIA01\"}]}";

struct seen {
    const leaver_decider *decider;
    int calls;
    int answer;
};

/* Asks for another decision while one is being made: that is allowed. */
static int32_t watch(void *given, size_t done, size_t total)
{
    struct seen *seen = (struct seen *)given;
    leaver_decision *decision = NULL;
    seen->calls++;
    CHECK(done <= total && total == 2);
    DO(leaver_decider_decide_id(seen->decider, leaver_text("MIAMIA01"), &decision, &err));
    leaver_decision_free(decision);
    return seen->answer;
}

static void work_is_watched(void)
{
    leaver_source file = {LEAVER_STR("acme.rhai"),
                          LEAVER_STR("/// Everybody.\nfn leave(user) { if user.has_left { withdraw() } }\n")};
    leaver_policy_options policy_options = LEAVER_POLICY_OPTIONS_INIT;
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_run_options run = LEAVER_RUN_OPTIONS_INIT;
    leaver_plan_options plan_options = LEAVER_PLAN_OPTIONS_INIT;
    leaver_directory *directory = NULL;
    leaver_policy *policy = NULL;
    leaver_decider *decider = NULL;
    leaver_decisions *all = NULL;
    leaver_plan *plan = NULL;
    leaver_cancel *cancel = NULL;
    leaver_error *err = NULL;
    uint8_t id[9];
    struct seen seen;

    CHECK(leaver_directory_parse(leaver_text("d.json"), leaver_text("{"), &directory, &err) == LEAVER_ERR_DIRECTORY);
    CHECK(leaver_diagnostics_count(leaver_error_diagnostics(err)) > 0);
    leaver_error_free(err);
    DO(leaver_directory_parse(leaver_text("d.json"), leaver_text(DIRECTORY), &directory, &err));
    CHECK(leaver_directory_user_count(directory) == 2 && leaver_directory_is_complete(directory));
    CHECK(leaver_directory_user_id(directory, 1, &id) && strcmp((const char *)id, "MIAMIA01") == 0);
    CHECK(!leaver_directory_user_id(directory, 2, &id));
    policy_options.directory = directory;
    DO(leaver_policy_compile(&file, 1, &policy_options, &policy, &err));
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    options.directory = directory;
    DO(leaver_decider_new(policy, &options, &decider, &err));
    leaver_directory_free(directory); /* a decider keeps what it needs */

    seen.decider = decider;
    seen.calls = 0;
    seen.answer = 0;
    run.progress = watch;
    run.user_data = &seen;
    DO(leaver_decider_decide_all(decider, &run, &all, &err));
    CHECK(seen.calls == 2 && leaver_decisions_count(all) == 2);
    CHECK(leaver_decision_outcome(leaver_decisions_get(all, 0)) == LEAVER_OUTCOME_ACT);
    leaver_decisions_free(all);
    all = NULL;
    seen.answer = 1;
    CHECK(leaver_decider_decide_all(decider, &run, &all, NULL) == LEAVER_ERR_CANCELLED && all == NULL);

    run.progress = NULL;
    DO(leaver_cancel_new(&cancel, &err));
    run.cancel = cancel;
    plan_options.run = &run;
    plan_options.actor = leaver_text("mia");
    DO(leaver_decider_plan(decider, &plan_options, &plan, &err));
    leaver_plan_free(plan);
    leaver_cancel_set(cancel);
    CHECK(leaver_cancel_is_set(cancel));
    CHECK(leaver_decider_plan(decider, &plan_options, &plan, NULL) == LEAVER_ERR_CANCELLED);
    leaver_cancel_free(cancel);
    plan_options.run = NULL;
    plan_options.actor = leaver_text("nobody");
    CHECK(leaver_decider_plan(decider, &plan_options, &plan, &err) == LEAVER_ERR_REFUSED);
    CHECK(memcmp(leaver_error_json(err).data, "{\"refusals\":", 12) == 0);
    leaver_error_free(err);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
}

static int32_t never_mind(void *user_data, size_t done, size_t total)
{
    int *calls = (int *)user_data;
    CHECK(done <= total);
    ++*calls;
    return 1;
}

static void reading_is_watched(void)
{
    char path[] = "/tmp/leaver-read-XXXXXX";
    leaver_run_options run = LEAVER_RUN_OPTIONS_INIT;
    leaver_directory *directory = NULL;
    leaver_cancel *cancel = NULL;
    int calls = 0;
    const int number = mkstemp(path);
    FILE *file = fdopen(number, "w");
    CHECK(file != NULL && fputs(DIRECTORY, file) >= 0 && fclose(file) == 0);
    DO(leaver_directory_read_watched(leaver_text(path), NULL, &directory, &err));
    CHECK(leaver_directory_user_count(directory) == 2);
    leaver_directory_free(directory);
    directory = NULL;
    run.progress = never_mind;
    run.user_data = &calls;
    CHECK(leaver_directory_read_watched(leaver_text(path), &run, &directory, NULL) == LEAVER_ERR_CANCELLED);
    CHECK(calls == 1 && directory == NULL);
    DO(leaver_cancel_new(&cancel, &err));
    leaver_cancel_set(cancel);
    run.progress = NULL;
    run.cancel = cancel;
    CHECK(leaver_directory_read_watched(leaver_text(path), &run, &directory, NULL) == LEAVER_ERR_CANCELLED);
    leaver_cancel_free(cancel);
    CHECK(remove(path) == 0);
}

int main(void)
{
    leaver_policy *policy = compile();
    leaver_decider *decider = decider_of(policy);
    leaver_prepared *prepared = prepare(decider);
    nothing_is_given(policy, decider);
    users_are_wrong(decider);
    sizes_are_wrong(policy, decider);
    numbers_are_unknown();
    order_is_wrong(decider);
    eight_threads(decider, prepared);
    small_stack();
    work_is_watched();
    reading_is_watched();
    leaver_prepared_free(prepared);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    puts("misuse: all as told");
    return 0;
}
