/* A decision as JSON, made from the accessors alone: what the library's own JSON must be. */
#ifndef REBUILD_H
#define REBUILD_H

#include "checks.h"

struct buffer {
    char *text;
    size_t len, room;
};

static inline void put_bytes(struct buffer *to, const void *bytes, size_t len)
{
    if (to->len + len + 1 > to->room) {
        to->room = (to->len + len + 1) * 2;
        to->text = (char *)realloc(to->text, to->room);
        CHECK(to->text != NULL);
    }
    memcpy(to->text + to->len, bytes, len);
    to->len += len;
    to->text[to->len] = '\0';
}

static inline void put(struct buffer *to, const char *text)
{
    put_bytes(to, text, strlen(text));
}

/* A text, or null. */
static inline void put_text(struct buffer *to, leaver_str text)
{
    size_t i;
    if (text.data == NULL) {
        put(to, "null");
        return;
    }
    put(to, "\"");
    for (i = 0; i < text.len; i++) {
        char code[8];
        const uint8_t byte = text.data[i];
        switch (byte) {
        case '"': put(to, "\\\""); break;
        case '\\': put(to, "\\\\"); break;
        case '\b': put(to, "\\b"); break;
        case '\f': put(to, "\\f"); break;
        case '\n': put(to, "\\n"); break;
        case '\r': put(to, "\\r"); break;
        case '\t': put(to, "\\t"); break;
        default:
            if (byte < 0x20) {
                snprintf(code, sizeof code, "\\u%04x", (unsigned)byte);
                put(to, code);
            } else {
                put_bytes(to, &byte, 1);
            }
        }
    }
    put(to, "\"");
}

static inline void put_key(struct buffer *to, const char *key, leaver_str text)
{
    put(to, ",\"");
    put(to, key);
    put(to, "\":");
    put_text(to, text);
}

static inline void put_when(struct buffer *to, const char *key, leaver_when when)
{
    if (when.kind == LEAVER_WHEN_AFTER_NOTIFY) {
        put(to, ",\"");
        put(to, key);
        put(to, "\":{\"from\":\"notify\",\"plus\":");
        put_text(to, when.text);
        put(to, "}");
        return;
    }
    CHECK((when.kind == LEAVER_WHEN_NONE) == (when.text.data == NULL));
    put_key(to, key, when.text);
}

static inline void put_struck(struct buffer *to, leaver_struck struck, size_t index)
{
    put(to, index == 0 ? "{\"rule\":" : ",{\"rule\":");
    put_text(to, struck.rule);
    put_key(to, "action", leaver_verb_word(struck.action));
    put(to, "}");
}

/* The whole decision; free the text. */
static inline char *rebuilt(const leaver_decision *decision)
{
    struct buffer to = {NULL, 0, 0};
    leaver_hold hold = leaver_decision_hold(decision);
    char number[32];
    size_t i;

    put(&to, "{\"user\":");
    put_text(&to, leaver_decision_user(decision));
    put_key(&to, "person", leaver_decision_person(decision));
    put_key(&to, "outcome", leaver_outcome_word(leaver_decision_outcome(decision)));
    put_key(&to, "disposition", leaver_disposition_word(leaver_decision_disposition(decision)));
    put_key(&to, "access", leaver_access_word(leaver_decision_access(decision)));
    put(&to, ",\"obligations\":[");
    for (i = 0; i < leaver_decision_obligation_count(decision); i++) {
        leaver_obligation one;
        DO(leaver_decision_obligation(decision, i, &one, &err));
        put(&to, i == 0 ? "{\"kind\":" : ",{\"kind\":");
        put_text(&to, leaver_obligation_word(one.kind));
        if (one.kind == LEAVER_OBLIGATION_NOTIFY)
            put_key(&to, "text", one.text);
        if (one.kind == LEAVER_OBLIGATION_REPLACE_WITH)
            put_key(&to, "id", one.id);
        put(&to, "}");
    }
    put(&to, "]");
    put_key(&to, "rule", leaver_decision_rule(decision));
    put_key(&to, "reason", leaver_decision_reason(decision));
    put_key(&to, "ground", leaver_ground_word(leaver_decision_ground(decision)));
    put_when(&to, "after", leaver_decision_after(decision));
    put_when(&to, "deadline", leaver_decision_deadline(decision));
    snprintf(number, sizeof number, ",\"approvals\":%lu", (unsigned long)leaver_decision_approvals(decision));
    put(&to, number);
    put(&to, ",\"overruled\":[");
    for (i = 0; i < leaver_decision_overruled_count(decision); i++) {
        leaver_struck one;
        DO(leaver_decision_overruled(decision, i, &one, &err));
        put_struck(&to, one, i);
    }
    put(&to, "],\"vetoed\":[");
    for (i = 0; i < leaver_decision_vetoed_count(decision); i++) {
        leaver_struck one;
        DO(leaver_decision_vetoed(decision, i, &one, &err));
        put_struck(&to, one, i);
    }
    put(&to, "],\"hold\":");
    if (hold.code == LEAVER_HOLD_CODE_NONE) {
        put(&to, "null");
    } else {
        put(&to, "{\"code\":");
        put_text(&to, leaver_hold_code_word(hold.code));
        put_key(&to, "message", hold.message);
        put_key(&to, "rule", hold.rule);
        put(&to, ",\"axes\":[");
        put(&to, hold.id ? "\"id\"" : "");
        put(&to, hold.id && hold.access ? "," : "");
        put(&to, hold.access ? "\"access\"" : "");
        put(&to, "]}");
    }
    put_key(&to, "valid_until", leaver_decision_valid_until(decision));
    put(&to, "}");
    return to.text;
}

static inline void put_number(struct buffer *to, unsigned long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lu", number);
    put(to, text);
}

static inline void next_text(struct buffer *to, leaver_str text)
{
    put(to, ",");
    put_text(to, text);
}

/* A list of diagnostics; free the text. */
static inline char *rebuilt_diagnostics(const leaver_diagnostics *list)
{
    struct buffer to = {NULL, 0, 0};
    size_t i;
    put(&to, "[");
    for (i = 0; i < leaver_diagnostics_count(list); i++) {
        leaver_diagnostic one;
        DO(leaver_diagnostics_get(list, i, &one, &err));
        put(&to, i == 0 ? "{\"code\":" : ",{\"code\":");
        put_text(&to, one.code);
        put_key(&to, "severity", leaver_text(one.severity == LEAVER_SEVERITY_ERROR ? "error" : "warning"));
        put_key(&to, "message", one.message);
        put_key(&to, "file", one.file);
        put(&to, ",\"line\":");
        put_number(&to, (unsigned long)one.line);
        put(&to, ",\"column\":");
        put_number(&to, (unsigned long)one.column);
        put(&to, ",\"length\":");
        put_number(&to, (unsigned long)one.length);
        put_key(&to, "help", one.help);
        put(&to, "}");
    }
    put(&to, "]");
    return to.text;
}

/* What the accessors tell of a step; `at` is what leaver_plan_next returned. Free the text. */
static inline char *told_step(const leaver_plan *plan, size_t at, const leaver_step *step)
{
    struct buffer to = {NULL, 0, 0};
    size_t i;
    put(&to, "[");
    put_number(&to, step->number);
    put(&to, ",");
    put_number(&to, step->batch);
    next_text(&to, leaver_step_kind_word(step->kind));
    next_text(&to, leaver_executor_word(step->executor));
    next_text(&to, step->privilege);
    put(&to, step->reversible == LEAVER_YES ? ",true" : step->reversible == LEAVER_NO ? ",false" : ",null");
    next_text(&to, step->user);
    next_text(&to, step->target);
    next_text(&to, step->not_before);
    next_text(&to, step->effect_by);
    put(&to, ",[");
    for (i = 0; i < step->wait_count; i++) {
        put(&to, i == 0 ? "" : ",");
        put_number(&to, leaver_plan_wait(plan, at, i));
    }
    put(&to, "]");
    next_text(&to, step->text);
    next_text(&to, step->id);
    next_text(&to, leaver_purpose_word(step->purpose));
    put(&to, ",[");
    for (i = 0; i < step->supply_count; i++) {
        put(&to, i == 0 ? "" : ",");
        put_text(&to, leaver_plan_supply(plan, at, i));
    }
    put(&to, "]]");
    return to.text;
}

/* What a device is told in a step, as Android and as iOS want it. Free the text. */
static inline char *told_payload(const leaver_plan *plan, size_t at)
{
    struct buffer to = {NULL, 0, 0};
    leaver_str payload;
    put(&to, "[");
    DO(leaver_plan_payload(plan, at, LEAVER_SYSTEM_ANDROID, &payload, &err));
    put_text(&to, payload);
    DO(leaver_plan_payload(plan, at, LEAVER_SYSTEM_IOS, &payload, &err));
    next_text(&to, payload);
    put(&to, "]");
    return to.text;
}

/* What the accessors tell of a user of a plan. Free the text. */
static inline char *told_user(const leaver_planned_user *user)
{
    struct buffer to = {NULL, 0, 0};
    put(&to, "[");
    put_text(&to, user->user);
    next_text(&to, leaver_user_status_word(user->status));
    next_text(&to, user->reason_code);
    next_text(&to, user->reason);
    next_text(&to, user->reads_until);
    next_text(&to, user->writes_until);
    next_text(&to, user->listed_until);
    put(&to, ",");
    put_number(&to, (unsigned long)user->step_count);
    put(&to, "]");
    return to.text;
}

#endif
