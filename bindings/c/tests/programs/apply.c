/* A plan carried out through a connector of the host, with replies that get lost, and what an agent reports. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <unistd.h>

#include "checks.h"

static const char DIRECTORY[] =
    "{\"subscription\": {\"id\": \"acme\", \"edition\": \"enterprise\", \"time_zone\": \"UTC\"},"
    " \"taken_at\": \"2026-11-22T08:00:00Z\", \"complete\": true,"
    " \"users\": [{\"id\": \"ECHOECHO\", \"person\": \"E1\", \"employment\": \"staff\","
    "              \"last_day\": \"2026-11-20\", \"credential\": \"c1\"},"
    "             {\"id\": \"MIAMIA01\", \"person\": \"E2\", \"employment\": \"contractor\","
    "              \"last_day\": \"2026-11-20\", \"credential\": \"c2\"}],"
    " \"credentials\": [{\"id\": \"c1\", \"kind\": \"single\"}, {\"id\": \"c2\", \"kind\": \"single\"}],"
    " \"administrators\": [{\"name\": \"mia\", \"kind\": \"full\"}, {\"name\": \"noah\", \"kind\": \"full\"}]}";
static const char GUARDS[] = "approvals = 0\n[irreversible]\nmax_count = 9\nmax_percent = 100\n"
                             "[withdraw]\nmax_count = 9\nmax_percent = 100\n";

static const char RULES[] =
    "/// Staff lose the ID.\n"
    "fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }\n"
    "/// Contractors keep it.\n"
    "fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }\n";

enum { STEPS = 4 };

/* What the host knows of its platform. */
struct platform {
    int done[STEPS + 1], asked, lost, readable;
    char credential[8];
};

static int32_t ability(void *user_data, int32_t kind)
{
    const struct platform *platform = (const struct platform *)user_data;
    CHECK(leaver_step_kind_word(kind).data != NULL);
    return LEAVER_ABILITY_DO | (platform->readable ? LEAVER_ABILITY_READABLE : 0);
}

static void observe(void *user_data, const leaver_task *task, leaver_sight *out)
{
    struct platform *platform = (struct platform *)user_data;
    CHECK(out->effect == LEAVER_EFFECT_UNCLEAR && task->number >= 1 && task->number <= STEPS);
    out->effect = platform->done[task->number] ? LEAVER_EFFECT_DONE : LEAVER_EFFECT_NOT_DONE;
    out->id = LEAVER_ID_SIGHT_ACTIVE;
}

static void perform(void *user_data, const leaver_task *task, leaver_answer *out)
{
    struct platform *platform = (struct platform *)user_data;
    CHECK(task->key.len == 64 && task->now.len > 0 && task->user.len == 8);
    platform->asked++;
    platform->done[task->number]++;
    if (platform->asked == platform->lost)
        return; /* no reply: nothing is filled in */
    out->kind = LEAVER_ANSWER_APPLIED;
}

static void nonsense(void *user_data, const leaver_task *task, leaver_answer *out)
{
    struct platform *platform = (struct platform *)user_data;
    (void)task;
    platform->asked++;
    out->kind = 99;
    out->why = leaver_text("\xff\xff");
}

static leaver_connector connector_of(struct platform *platform)
{
    leaver_connector connector = LEAVER_CONNECTOR_INIT;
    memset(platform, 0, sizeof *platform);
    platform->readable = 1;
    connector.name = leaver_text("own");
    connector.user_data = platform;
    connector.ability = ability;
    connector.observe = observe;
    connector.perform = perform;
    return connector;
}

static leaver_plan *planned(leaver_directory **directory, const char *guards, const char *approvers)
{
    leaver_source file = {LEAVER_STR("acme.rhai"), LEAVER_STR("")};
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_plan_options wanted = LEAVER_PLAN_OPTIONS_INIT;
    leaver_policy *policy = NULL;
    leaver_decider *decider = NULL;
    leaver_plan *plan = NULL;
    file.text = leaver_text(RULES);
    DO(leaver_directory_parse(leaver_text("directory.json"), leaver_text(DIRECTORY), directory, &err));
    DO(leaver_policy_compile(&file, 1, NULL, &policy, &err));
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    options.directory = *directory;
    DO(leaver_decider_new(policy, &options, &decider, &err));
    wanted.actor = leaver_text("mia");
    wanted.guards = leaver_text(guards);
    wanted.approvers = leaver_text(approvers);
    DO(leaver_decider_plan(decider, &wanted, &plan, &err));
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    return plan;
}

static char folder[] = "/tmp/leaver-c-XXXXXX";

static leaver_str place(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return leaver_text(path);
}

static leaver_journal *accepted(const char *name, leaver_str plan, const leaver_directory *directory)
{
    leaver_accept_options options = LEAVER_ACCEPT_OPTIONS_INIT;
    leaver_journal *journal = NULL;
    bool fresh = false;
    options.now = leaver_text("2026-11-22T09:00:00Z");
    options.directory = directory;
    DO(leaver_journal_open(place(name), options.now, &journal, &err));
    /* A plan is no authority on how many must approve it. */
    CHECK(leaver_journal_accept(journal, plan, &options, &fresh, NULL) == LEAVER_ERR_REFUSED);
    options.guards = leaver_text("approvals = 1\n");
    CHECK(leaver_journal_accept(journal, plan, &options, &fresh, NULL) == LEAVER_ERR_REFUSED);
    options.guards = leaver_text("approvals = many\n");
    CHECK(leaver_journal_accept(journal, plan, &options, &fresh, NULL) == LEAVER_ERR_SETTINGS);
    options.guards = leaver_text(GUARDS);
    DO(leaver_journal_accept(journal, plan, &options, &fresh, &err));
    CHECK(fresh);
    DO(leaver_journal_accept(journal, plan, &options, &fresh, &err));
    CHECK(!fresh);
    return journal;
}

/* Runs until there is nothing more to do, by a clock that goes where the run waits for. */
static leaver_run_result to_the_end(leaver_journal *journal, leaver_str plan, const leaver_connector *connector)
{
    char now[32] = "2026-11-22T09:00:00Z";
    leaver_run_result result;
    int i;
    for (i = 0; i < 100; i++) {
        time_t next;
        struct tm parts;
        DO(leaver_journal_run(journal, plan, connector, leaver_text(now), NULL, &result, &err));
        if (result.end != LEAVER_RUN_WAITING)
            return result;
        next = (time_t)result.next;
        CHECK(next > 0 && gmtime_r(&next, &parts) != NULL);
        CHECK(strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0);
    }
    fprintf(stderr, "it goes on for ever\n");
    exit(1);
    return result;
}

static void nothing_is_done_twice(leaver_str plan, const leaver_directory *directory)
{
    char name[32];
    int lost, step;
    for (lost = 0; lost <= STEPS; lost++) {
        struct platform platform;
        leaver_connector connector = connector_of(&platform);
        leaver_journal *journal, *other = NULL;
        leaver_document *document = NULL;
        leaver_run_result result;
        uint64_t records = 0;
        platform.lost = lost;
        snprintf(name, sizeof name, "lost-%d", lost);
        journal = accepted(name, plan, directory);
        CHECK(leaver_journal_open(place(name), leaver_text("2026-11-22T09:00:00Z"), &other, NULL) == LEAVER_ERR_JOURNAL);
        result = to_the_end(journal, plan, &connector);
        CHECK(result.end == LEAVER_RUN_FINISHED && result.done == STEPS && result.held == 0);
        for (step = 1; step <= STEPS; step++)
            CHECK(platform.done[step] == 1);
        DO(leaver_journal_status(journal, plan, leaver_text("2026-12-24T09:00:00Z"), &document, &err));
        CHECK(strstr((const char *)leaver_document_text(document).data, "\"confirmed\"") != NULL);
        leaver_document_free(document);
        leaver_journal_free(journal);
        DO(leaver_history_verify(place(name), &records, &document, &err));
        CHECK(records > 2 * STEPS && leaver_document_text(document).len == 64);
        leaver_document_free(document);
    }
}

/* Where nothing can be read back, what cannot be taken back is left to a person. */
static void what_nobody_knows_is_held(leaver_str plan, const leaver_directory *directory)
{
    struct platform platform;
    leaver_connector connector = connector_of(&platform);
    leaver_journal *journal = accepted("blind", plan, directory);
    leaver_run_result result;
    connector.observe = NULL;
    connector.perform = nonsense;
    result = to_the_end(journal, plan, &connector);
    CHECK(result.end == LEAVER_RUN_FAILURES || result.end == LEAVER_RUN_HELD);
    CHECK(platform.asked > 0);
    connector.perform = NULL;
    CHECK(leaver_journal_run(journal, plan, &connector, leaver_text("2026-11-22T09:00:00Z"), NULL, &result, NULL)
          == LEAVER_ERR_NULL);
    connector.struct_size = 3;
    CHECK(leaver_journal_run(journal, plan, &connector, leaver_text("2026-11-22T09:00:00Z"), NULL, &result, NULL)
          == LEAVER_ERR_ARGUMENT);
    leaver_journal_free(journal);
}

static int32_t stop_after_one(void *user_data, size_t done, size_t total)
{
    (void)user_data;
    CHECK(total == STEPS);
    return done >= 1;
}

static void a_run_is_stopped_and_goes_on(leaver_str plan, const leaver_directory *directory)
{
    struct platform platform;
    leaver_connector connector = connector_of(&platform);
    leaver_run_options options = LEAVER_RUN_OPTIONS_INIT;
    leaver_journal *journal = accepted("stopped", plan, directory);
    leaver_run_result result;
    options.progress = stop_after_one;
    DO(leaver_journal_run(journal, plan, &connector, leaver_text("2026-11-22T09:00:00Z"), &options, &result, &err));
    CHECK(result.end == LEAVER_RUN_CANCELLED && result.done == 1 && result.open == STEPS - 1);
    result = to_the_end(journal, plan, &connector);
    CHECK(result.end == LEAVER_RUN_FINISHED && platform.asked == STEPS);
    leaver_journal_free(journal);
}

/* An agent did something itself, and says so. */
static void an_agent_reports(leaver_str plan, const leaver_directory *directory)
{
    const uint32_t first[] = {1, 2}, last[] = {4}, wrong[] = {99};
    const leaver_str now = leaver_text("2026-11-22T09:00:00Z"), noah = leaver_text("noah");
    leaver_journal *journal = accepted("reported", plan, directory);
    leaver_document *list = NULL;
    leaver_error *problem = NULL;
    DO(leaver_journal_report(journal, plan, first, 2, 1, noah, directory, now, &err));
    CHECK(leaver_journal_report(journal, plan, last, 1, 1, noah, directory, now, &problem) == LEAVER_ERR_REFUSED);
    CHECK(strstr((const char *)leaver_error_json(problem).data, "A0007") != NULL);
    leaver_error_free(problem);
    CHECK(leaver_journal_report(journal, plan, wrong, 1, 1, noah, directory, now, NULL) == LEAVER_ERR_REFUSED);
    CHECK(leaver_journal_report(journal, plan, first, 2, 7, noah, directory, now, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_journal_report(journal, plan, NULL, 2, 1, noah, directory, now, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_journal_report(journal, plan, first, 2, 1, leaver_text("nobody"), directory, now, NULL)
          == LEAVER_ERR_NOT_FOUND);
    CHECK(leaver_journal_report(journal, plan, first, 2, 1, leaver_text(""), NULL, now, NULL) == LEAVER_ERR_ARGUMENT);
    DO(leaver_journal_checklist(journal, plan, now, &list, &err));
    CHECK(strstr((const char *)leaver_document_text(list).data, "\"Revoke ID\"") != NULL);
    leaver_document_free(list);
    leaver_journal_free(journal);
}

static void what_is_not_accepted(leaver_str plan)
{
    leaver_accept_options options = LEAVER_ACCEPT_OPTIONS_INIT;
    leaver_journal *journal = NULL;
    leaver_error *problem = NULL;
    const leaver_str no_approval = LEAVER_STR("{}");
    FILE *file;
    options.now = leaver_text("2026-12-22T09:00:00Z");
    DO(leaver_journal_open(place("refused"), options.now, &journal, &err));
    CHECK(leaver_journal_accept(journal, plan, &options, NULL, &problem) == LEAVER_ERR_REFUSED);
    CHECK(strstr((const char *)leaver_error_json(problem).data, "A0101") != NULL);
    leaver_error_free(problem);
    CHECK(leaver_journal_accept(journal, leaver_text("{}"), &options, NULL, NULL) == LEAVER_ERR_SETTINGS);
    CHECK(leaver_journal_accept(journal, plan, NULL, NULL, NULL) == LEAVER_ERR_NULL);
    options.approvals = &no_approval;
    options.approval_count = 1;
    CHECK(leaver_journal_accept(journal, plan, &options, NULL, NULL) == LEAVER_ERR_SETTINGS);
    options.approval_count = 0;
    options.approvers = leaver_text("[approvers]\n");
    CHECK(leaver_journal_accept(journal, plan, &options, NULL, NULL) == LEAVER_ERR_ARGUMENT);
    options.now = leaver_text("yesterday");
    CHECK(leaver_journal_accept(journal, plan, &options, NULL, NULL) == LEAVER_ERR_ARGUMENT);
    leaver_journal_free(journal);
    leaver_journal_free(NULL);
    leaver_document_free(NULL);
    CHECK(leaver_document_text(NULL).data == NULL);

    file = fopen((const char *)place("text").data, "w");
    CHECK(file != NULL && fputs("no journal at all", file) >= 0 && fclose(file) == 0);
    CHECK(leaver_journal_open(place("text"), leaver_text("2026-11-22T09:00:00Z"), &journal, &problem)
          == LEAVER_ERR_JOURNAL);
    CHECK(strstr((const char *)leaver_error_message(problem).data, "A0004") != NULL);
    leaver_error_free(problem);
    CHECK(leaver_history_verify(place("nowhere"), NULL, NULL, NULL) == LEAVER_ERR_JOURNAL);
}

/* The key of nobody: 32 bytes of nothing, and its public half. */
#define NOBODYS_KEY "leaver-secret-key:ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NOBODYS_PUBLIC "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="

static void a_plan_is_approved(void)
{
    static const char guards[] = "approvals = 1\n[irreversible]\nmax_count = 9\nmax_percent = 100\n"
                                 "[withdraw]\nmax_count = 9\nmax_percent = 100\n";
    static const char approvers[] = "[approvers]\nnoah = \"" NOBODYS_PUBLIC "\"\n";
    const leaver_str now = leaver_text("2026-11-22T09:00:00Z"), noah = leaver_text("noah");
    const leaver_str key = leaver_text(NOBODYS_KEY);
    leaver_directory *directory = NULL;
    leaver_plan *plan = planned(&directory, guards, approvers);
    const leaver_str json = leaver_plan_json(plan);
    leaver_accept_options options = LEAVER_ACCEPT_OPTIONS_INIT;
    leaver_document *approval = NULL, *root = NULL;
    leaver_journal *journal = NULL;
    leaver_str text;
    uint64_t records = 0;
    size_t i;
    bool fresh = false;
    CHECK(leaver_approve(json, leaver_text("mia"), key, now, 24, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(json, leaver_text(""), key, now, 24, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(json, noah, leaver_text("key"), now, 24, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(json, noah, key, now, 0, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(json, noah, key, now, 73, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(json, noah, key, leaver_text("now"), 24, &approval, NULL) == LEAVER_ERR_ARGUMENT);
    CHECK(leaver_approve(leaver_text("{}"), noah, key, now, 24, &approval, NULL) == LEAVER_ERR_SETTINGS);
    CHECK(leaver_approve(json, noah, key, now, 24, NULL, NULL) == LEAVER_ERR_NULL);
    DO(leaver_approve(json, noah, key, now, 24, &approval, &err));
    text = leaver_document_text(approval);
    CHECK(text.len > 100 && text.data[0] == '{' && text.data[text.len - 1] == '}');
    for (i = 0; i + 20 <= text.len; i++)
        CHECK(memcmp(text.data + i, "AAAAAAAAAAAAAAAAAAAA", 20) != 0);
    options.now = now;
    options.directory = directory;
    options.guards = leaver_text(guards);
    options.approvers = leaver_text(approvers);
    DO(leaver_journal_open(place("approved"), now, &journal, &err));
    CHECK(leaver_journal_accept(journal, json, &options, &fresh, NULL) == LEAVER_ERR_REFUSED);
    options.approvals = &text;
    options.approval_count = 1;
    DO(leaver_journal_accept(journal, json, &options, &fresh, &err));
    CHECK(fresh);
    leaver_journal_free(journal);
    DO(leaver_history_verify(place("approved"), &records, &root, &err));
    CHECK(records == 4 && leaver_document_text(root).len == 64);
    leaver_document_free(root);
    leaver_document_free(approval);
    leaver_plan_free(plan);
    leaver_directory_free(directory);
}

int main(void)
{
    static const char *const left[] = {"lost-0", "lost-1", "lost-2", "lost-3", "lost-4", "blind",
                                       "stopped", "reported", "refused", "text", "approved"};
    static const char *const besides[] = {"", "-wal", "-shm"};
    leaver_directory *directory = NULL;
    leaver_plan *plan = planned(&directory, GUARDS, "");
    const leaver_str json = leaver_plan_json(plan);
    char name[32];
    size_t i, j;
    CHECK(mkdtemp(folder) != NULL);
    nothing_is_done_twice(json, directory);
    what_nobody_knows_is_held(json, directory);
    a_run_is_stopped_and_goes_on(json, directory);
    an_agent_reports(json, directory);
    what_is_not_accepted(json);
    a_plan_is_approved();
    for (i = 0; i < sizeof left / sizeof *left; i++)
        for (j = 0; j < sizeof besides / sizeof *besides; j++) {
            snprintf(name, sizeof name, "%s%s", left[i], besides[j]);
            remove((const char *)place(name).data);
        }
    CHECK(rmdir(folder) == 0);
    leaver_plan_free(plan);
    leaver_directory_free(directory);
    return 0;
}
