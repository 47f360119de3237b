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

#endif
