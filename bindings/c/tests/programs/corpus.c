/* Does what a script says (one command a line, arguments after tabs), and prints one line of JSON for each
 * decision, plan and list of diagnostics. Every decision is also rebuilt from its accessors. */
#include "rebuild.h"

enum { MOST = 2000 };

struct state {
    leaver_directory *directory;
    leaver_policy *policy;
    leaver_decider *decider;
    const char *attributes;
    leaver_user user;
    leaver_attribute given[64];
};

static void print(const char *mark, leaver_str json)
{
    printf("%s\t%.*s\n", mark, (int)json.len, (const char *)json.data);
}

/* Prints a text, and frees it. */
static void tell(const char *mark, char *text)
{
    printf("%s\t%s\n", mark, text);
    free(text);
}

static void diagnostics(const leaver_diagnostics *list, leaver_str json)
{
    char *other = rebuilt_diagnostics(list);
    if (!leaver_text_is(json, other)) {
        fprintf(stderr, "%.*s\nis not what the accessors say:\n%s\n", (int)json.len, (const char *)json.data, other);
        exit(1);
    }
    free(other);
    print("B", json);
}

/* NULL for "-". */
static const char *optional(const char *text)
{
    return strcmp(text, "-") == 0 ? NULL : text;
}

static char *read_bytes(const char *path, size_t *length)
{
    struct buffer text = {NULL, 0, 0};
    char part[4096];
    size_t len;
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    put(&text, "");
    while ((len = fread(part, 1, sizeof part, file)) > 0)
        put_bytes(&text, part, len);
    fclose(file);
    *length = text.len;
    return text.text;
}

static char *read_file(const char *path)
{
    size_t length;
    return read_bytes(path, &length);
}

static void reset(struct state *state)
{
    leaver_decider_free(state->decider);
    leaver_policy_free(state->policy);
    leaver_directory_free(state->directory);
    memset(state, 0, sizeof *state);
    state->user = LEAVER_USER_INIT;
}

static void show(leaver_decision *decision, leaver_status status, leaver_error *err)
{
    char *other;
    if (status != LEAVER_OK) {
        printf("E\t%d\n", (int)status);
        leaver_error_free(err);
        return;
    }
    other = rebuilt(decision);
    if (!leaver_text_is(leaver_decision_json(decision), other)) {
        leaver_str json = leaver_decision_json(decision);
        fprintf(stderr, "%.*s\nis not what the accessors say:\n%s\n", (int)json.len, (const char *)json.data, other);
        exit(1);
    }
    free(other);
    print("D", leaver_decision_json(decision));
    leaver_decision_free(decision);
}

/* The field of the structure with a name. */
static void *field(leaver_user *user, const char *name)
{
#define FIELD(known) if (strcmp(name, #known) == 0) return &user->known
    FIELD(id); FIELD(person); FIELD(employment); FIELD(last_day); FIELD(leaves_at); FIELD(departure);
    FIELD(first_day); FIELD(created); FIELD(last_seen); FIELD(department); FIELD(job_title); FIELD(country);
    FIELD(first_name); FIELD(last_name); FIELD(nickname); FIELD(credential); FIELD(credential_kind);
    FIELD(superseded_by); FIELD(edition); FIELD(categories); FIELD(groups); FIELD(lists); FIELD(mdm_managed);
    FIELD(legal_hold); FIELD(administrator); FIELD(has_left);
#undef FIELD
    fprintf(stderr, "no field %s\n", name);
    exit(1);
}

static leaver_list list_of(char **words, size_t count)
{
    leaver_list list;
    leaver_str *items = (leaver_str *)calloc(count + 1, sizeof *items);
    size_t i;
    CHECK(items != NULL); /* given back when the program ends */
    for (i = 0; i < count; i++)
        items[i] = leaver_text(words[i]);
    list.items = items;
    list.len = count;
    return list;
}

static void decide_struct(struct state *state)
{
    leaver_decision *decision = NULL;
    leaver_prepared *prepared = NULL;
    leaver_error *err = NULL;
    leaver_verdict verdict, other;
    leaver_status status;
    state->user.attributes = state->given;
    status = leaver_decider_decide(state->decider, &state->user, &decision, &err);
    if (status == LEAVER_OK) {
        DO(leaver_decider_verdict(state->decider, &state->user, &verdict, &err));
        DO(leaver_decider_prepare(state->decider, &state->user, &prepared, &err));
        DO(leaver_prepared_verdict(prepared, &other, &err));
        leaver_prepared_free(prepared);
        CHECK(verdict.outcome == leaver_decision_outcome(decision) && other.outcome == verdict.outcome);
        CHECK(verdict.disposition == leaver_decision_disposition(decision));
        CHECK(other.disposition == verdict.disposition);
        CHECK(verdict.access == leaver_decision_access(decision) && other.access == verdict.access);
        CHECK(verdict.hold == leaver_decision_hold(decision).code && other.hold == verdict.hold);
        CHECK(other.rule == verdict.rule);
    }
    show(decision, status, err);
    state->user = LEAVER_USER_INIT;
}

static void plan(struct state *state, char **words)
{
    leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
    leaver_plan *made = NULL;
    leaver_error *err = NULL;
    leaver_directory *previous = NULL;
    leaver_open open[16];
    leaver_status status;
    char *guards = NULL, *approvers = NULL, *id;
    options.actor = leaver_text(words[1]);
    options.simulation = optional(words[2]) == NULL;
    if (optional(words[2]) != NULL)
        options.guards = leaver_text(guards = read_file(words[2]));
    if (optional(words[3]) != NULL)
        options.approvers = leaver_text(approvers = read_file(words[3]));
    if (optional(words[4]) != NULL)
        DO(leaver_directory_read(leaver_text(words[4]), &previous, &err));
    options.previous = previous;
    options.open = open;
    for (id = strtok(words[6], ","); id != NULL && *id != '-'; id = strtok(NULL, ",")) {
        CHECK(options.open_count < 16);
        open[options.open_count].id = leaver_text(id);
        open[options.open_count++].plan = leaver_text(words[5]);
    }
    options.recent_reversible = (uint32_t)atoi(words[7]);
    options.recent_withdraw = (uint32_t)atoi(words[8]);
    options.recent_irreversible = (uint32_t)atoi(words[9]);
    status = leaver_decider_plan(state->decider, &options, &made, &err);
    if (status == LEAVER_OK) {
        leaver_step step;
        leaver_planned_user user;
        size_t at = 0, steps = 0, i;
        print("P", leaver_plan_json(made));
        while ((at = leaver_plan_next(made, at, LEAVER_EXECUTOR_NONE, &step)) != 0) {
            CHECK(step.number == ++steps);
            tell("S", told_step(made, at, &step));
            if (step.purpose != LEAVER_PURPOSE_NONE)
                tell("C", told_payload(made, at));
        }
        CHECK(steps == leaver_plan_step_count(made));
        for (i = 0; i < leaver_plan_user_count(made); i++) {
            DO(leaver_plan_user(made, i, &user, &err));
            tell("U", told_user(&user));
        }
    } else {
        CHECK(status == LEAVER_ERR_REFUSED);
        print("R", leaver_error_json(err));
    }
    leaver_error_free(err);
    leaver_plan_free(made);
    leaver_directory_free(previous);
    free(guards);
    free(approvers);
}

static void obey(struct state *state, char **words, size_t count)
{
    const char *verb = words[0];
    leaver_error *err = NULL;
    if (strcmp(verb, "reset") == 0) {
        reset(state);
    } else if (strcmp(verb, "attributes") == 0) {
        state->attributes = words[1];
    } else if (strcmp(verb, "directory") == 0) {
        DO(leaver_directory_read(leaver_text(words[1]), &state->directory, &err));
    } else if (strcmp(verb, "policy") == 0) {
        leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
        options.attributes = leaver_text(state->attributes);
        options.directory = state->directory;
        DO(leaver_policy_load(leaver_text(words[1]), &options, &state->policy, &err));
    } else if (strcmp(verb, "decider") == 0) {
        leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
        leaver_decider_free(state->decider);
        options.as_of = leaver_text(words[1]);
        options.time_zone = leaver_text(optional(words[2]));
        options.complete = atoi(words[3]);
        options.edition = leaver_text(optional(words[4]));
        options.directory = optional(words[2]) == NULL ? state->directory : NULL;
        DO(leaver_decider_new(state->policy, &options, &state->decider, &err));
    } else if (strcmp(verb, "all") == 0) {
        size_t i;
        const size_t users = leaver_directory_user_count(state->directory);
        for (i = 0; i < users; i++) {
            leaver_decision *decision = NULL;
            uint8_t id[9];
            CHECK(leaver_directory_user_id(state->directory, i, &id));
            DO(leaver_decider_decide_id(state->decider, leaver_text((const char *)id), &decision, &err));
            show(decision, LEAVER_OK, NULL);
        }
    } else if (strcmp(verb, "json") == 0) {
        leaver_decision *decision = NULL;
        leaver_status status = leaver_decider_decide_json(state->decider, leaver_text(words[1]), &decision, &err);
        show(decision, status, err);
    } else if (strcmp(verb, "text") == 0) {
        *(leaver_str *)field(&state->user, words[1]) = leaver_text(words[2]);
    } else if (strcmp(verb, "list") == 0) {
        *(leaver_list *)field(&state->user, words[1]) = list_of(words + 2, count - 2);
    } else if (strcmp(verb, "known") == 0) {
        *(int32_t *)field(&state->user, words[1]) = atoi(words[2]);
    } else if (strcmp(verb, "attribute") == 0) {
        leaver_attribute *one = &state->given[state->user.attribute_count++];
        memset(one, 0, sizeof *one);
        CHECK(state->user.attribute_count < 64);
        one->name = leaver_text(words[1]);
        one->kind = atoi(words[2]);
        if (one->kind == LEAVER_VALUE_LIST)
            one->list = list_of(words + 3, count - 3);
        else if (one->kind == LEAVER_VALUE_TEXT)
            one->text = leaver_text(words[3]);
        else if (one->kind != LEAVER_VALUE_NONE)
            one->number = strtoll(words[3], NULL, 10);
    } else if (strcmp(verb, "decide") == 0) {
        decide_struct(state);
    } else if (strcmp(verb, "plan") == 0) {
        plan(state, words);
    } else if (strcmp(verb, "compile") == 0) {
        leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
        leaver_source file;
        char *text = read_file(words[2]);
        file.name = leaver_text(words[1]);
        file.text = leaver_text(text);
        options.directory = state->directory;
        if (leaver_policy_compile(&file, 1, &options, &state->policy, &err) == LEAVER_OK)
            diagnostics(leaver_policy_warnings(state->policy),
                        leaver_diagnostics_json(leaver_policy_warnings(state->policy)));
        else
            diagnostics(leaver_error_diagnostics(err), leaver_error_json(err));
        leaver_error_free(err);
        leaver_policy_free(state->policy);
        state->policy = NULL;
        free(text);
    } else if (strcmp(verb, "settings") == 0) {
        leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
        leaver_plan *none = NULL;
        leaver_str given;
        char *text = read_bytes(words[2], &given.len);
        given.data = (const uint8_t *)text;
        options.actor = leaver_text("mia");
        if (strcmp(words[1], "guards.toml") == 0) {
            options.guards = given;
        } else if (strcmp(words[1], "approvers.toml") == 0) {
            options.approvers = given;
        } else {
            options.open_plans = &given;
            options.open_plan_count = 1;
        }
        CHECK(leaver_decider_plan(state->decider, &options, &none, &err) == LEAVER_ERR_SETTINGS);
        diagnostics(leaver_error_diagnostics(err), leaver_error_json(err));
        leaver_error_free(err);
        free(text);
    } else if (strcmp(verb, "read") == 0) {
        leaver_directory *none = NULL;
        CHECK(leaver_directory_read(leaver_text(words[1]), &none, &err) == LEAVER_ERR_DIRECTORY);
        diagnostics(leaver_error_diagnostics(err), leaver_error_json(err));
        leaver_error_free(err);
    } else {
        fprintf(stderr, "what is %s?\n", verb);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static struct state state;
    char *script, *line, *next;
    CHECK(argc == 2);
    script = read_file(argv[1]);
    reset(&state);
    for (line = script; *line != '\0'; line = next) {
        static char *words[MOST];
        size_t count = 0;
        char *end = strchr(line, '\n');
        CHECK(end != NULL);
        *end = '\0';
        next = end + 1;
        for (;;) {
            char *tab = strchr(line, '\t');
            CHECK(count < MOST);
            words[count++] = line;
            if (tab == NULL)
                break;
            *tab = '\0';
            line = tab + 1;
        }
        obey(&state, words, count);
    }
    reset(&state);
    free(script);
    return 0;
}
