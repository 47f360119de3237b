/* Users as an Arrow stream in, decisions as an Arrow stream out. */
#include "checks.h"

/* The structures of Arrow's C data and stream interfaces, as its specification has them. */
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

enum { COLUMNS = 4, ROWS = 4, BATCHES = 2 };

static const char *const NAMES[COLUMNS] = {"id", "person", "employment", "last_day"};
static const char *const VALUES[COLUMNS][ROWS] = {
    {"ECHOECHO", "MIAMIA01", "NOAH0001", "echo"}, /* the last is no ID */
    {"E1", "E2", "E3", "E4"},
    {"staff", "staff", "contractor", "staff"},
    {"2026-11-20", NULL, "2026-11-20", "2026-11-20"},
};

static int streams_released, batches_given;

static void no_schema(struct ArrowSchema *schema)
{
    int64_t i;
    for (i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

static void no_array(struct ArrowArray *array)
{
    int64_t i;
    for (i = 0; i < array->n_buffers; i++)
        free((void *)(uintptr_t)array->buffers[i]);
    free((void *)(uintptr_t)array->buffers);
    for (i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    array->release = NULL;
}

static void *room(size_t size)
{
    void *bytes = calloc(1, size);
    CHECK(bytes != NULL);
    return bytes;
}

#define NEW(type, count) ((type *)room((count) * sizeof(type)))

static int schema_of(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    int i;
    (void)stream;
    memset(out, 0, sizeof *out);
    out->format = "+s";
    out->n_children = COLUMNS;
    out->children = NEW(struct ArrowSchema *, COLUMNS);
    out->release = no_schema;
    for (i = 0; i < COLUMNS; i++) {
        out->children[i] = NEW(struct ArrowSchema, 1);
        out->children[i]->format = "u";
        out->children[i]->name = NAMES[i];
        out->children[i]->flags = 2; /* may be null */
        out->children[i]->release = no_schema;
    }
    return 0;
}

static struct ArrowArray *texts(const char *const *values)
{
    struct ArrowArray *array = NEW(struct ArrowArray, 1);
    uint8_t *valid = NEW(uint8_t, 8);
    int32_t *ends = NEW(int32_t, ROWS + 1);
    char *bytes = NEW(char, 256);
    int32_t at = 0;
    int i;
    for (i = 0; i < ROWS; i++) {
        if (values[i] != NULL) {
            valid[0] = (uint8_t)(valid[0] | 1u << i);
            memcpy(bytes + at, values[i], strlen(values[i]));
            at += (int32_t)strlen(values[i]);
        } else {
            array->null_count++;
        }
        ends[i + 1] = at;
    }
    array->length = ROWS;
    array->n_buffers = 3;
    array->buffers = NEW(const void *, 3);
    array->buffers[0] = valid;
    array->buffers[1] = ends;
    array->buffers[2] = bytes;
    array->release = no_array;
    return array;
}

static int next_of(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    int i;
    (void)stream;
    memset(out, 0, sizeof *out);
    if (batches_given == BATCHES)
        return 0;
    batches_given++;
    out->length = ROWS;
    out->n_buffers = 1;
    out->buffers = NEW(const void *, 1);
    out->n_children = COLUMNS;
    out->children = NEW(struct ArrowArray *, COLUMNS);
    out->release = no_array;
    for (i = 0; i < COLUMNS; i++)
        out->children[i] = texts(VALUES[i]);
    return 0;
}

static const char *no_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void no_stream(struct ArrowArrayStream *stream)
{
    streams_released++;
    stream->release = NULL;
}

static struct ArrowArrayStream users(void)
{
    struct ArrowArrayStream stream;
    memset(&stream, 0, sizeof stream);
    stream.get_schema = schema_of;
    stream.get_next = next_of;
    stream.get_last_error = no_error;
    stream.release = no_stream;
    return stream;
}

/* The column of a batch with this name. */
static const struct ArrowArray *column(const struct ArrowSchema *schema, const struct ArrowArray *batch, const char *name)
{
    int64_t i;
    for (i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) {
            CHECK(strcmp(schema->children[i]->format, "u") == 0);
            return batch->children[i];
        }
    fprintf(stderr, "no column %s\n", name);
    exit(1);
    return NULL;
}

static void says(const struct ArrowArray *texts, int row, const char *expected)
{
    const int32_t *ends = (const int32_t *)texts->buffers[1] + texts->offset;
    const size_t length = (size_t)(ends[row + 1] - ends[row]);
    CHECK(length == strlen(expected));
    CHECK(memcmp((const char *)texts->buffers[2] + ends[row], expected, length) == 0);
}

int main(void)
{
    leaver_source file = {LEAVER_STR("acme.rhai"), LEAVER_STR("")};
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_policy *policy = NULL;
    leaver_decider *decider = NULL;
    struct ArrowArrayStream in = users(), out;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    leaver_error *problem = NULL;
    int batches = 0;

    file.text = leaver_text("/// Staff lose the ID.\n"
                            "fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }\n"
                            "/// Contractors keep it.\n"
                            "fn contractors(user) { if user.has_left { detach() } }\n");
    DO(leaver_policy_compile(&file, 1, NULL, &policy, &err));
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    options.time_zone = leaver_text("Europe/Zurich");
    options.edition = leaver_text("enterprise");
    options.complete = 1;
    DO(leaver_decider_new(policy, &options, &decider, &err));

    CHECK(leaver_decider_decide_stream(NULL, &in, &out, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_decide_stream(decider, NULL, &out, NULL) == LEAVER_ERR_NULL);
    CHECK(leaver_decider_decide_stream(decider, &in, NULL, NULL) == LEAVER_ERR_NULL);
    CHECK(in.release != NULL && streams_released == 0);

    DO(leaver_decider_decide_stream(decider, &in, &out, &err));
    CHECK(in.release == NULL);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    CHECK(out.get_schema(&out, &schema) == 0);
    for (;;) {
        CHECK(out.get_next(&out, &batch) == 0);
        if (batch.release == NULL)
            break;
        batches++;
        CHECK(batch.length == ROWS);
        says(column(&schema, &batch, "disposition"), 0, "revoke");
        says(column(&schema, &batch, "disposition"), 1, "keep");
        says(column(&schema, &batch, "disposition"), 2, "detach");
        says(column(&schema, &batch, "disposition"), 3, "hold");
        says(column(&schema, &batch, "access"), 0, "withdraw");
        says(column(&schema, &batch, "rule"), 2, "contractors");
        batch.release(&batch);
    }
    CHECK(batches == BATCHES);
    schema.release(&schema);
    out.release(&out);
    CHECK(streams_released == 1);

    /* A stream that was read already is refused. */
    DO(leaver_policy_compile(&file, 1, NULL, &policy, &err));
    DO(leaver_decider_new(policy, &options, &decider, &err));
    CHECK(leaver_decider_decide_stream(decider, &in, &out, &problem) == LEAVER_ERR_ARGUMENT);
    leaver_error_free(problem);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    return 0;
}
