/* What the programs of the tests have in common. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leaver.h"

/* Ends the program where something does not hold. */
#define CHECK(holds)                                                          \
    do {                                                                      \
        if (!(holds)) {                                                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds);       \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

/* A call that must succeed; it is given `&err`. */
#define DO(call)                                                                          \
    do {                                                                                  \
        leaver_error *err = NULL;                                                         \
        if ((call) != LEAVER_OK) {                                                        \
            leaver_str why = leaver_error_message(err);                                   \
            fprintf(stderr, "%s:%d: %.*s\n", __FILE__, __LINE__, (int)why.len,            \
                    (const char *)why.data);                                              \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

static const char POLICY[] =
    "//! How Acme offboards.\n"
    "\n"
    "/// Nothing irreversible while legal holds the account.\n"
    "fn legal_hold(user) {\n"
    "    if user.legal_hold { forbid(\"revoke\", \"detach\") }\n"
    "}\n"
    "\n"
    "/// Staff lose the ID itself: it belongs to the company.\n"
    "fn staff_leave(user) {\n"
    "    if user.has_left && user.employment == \"staff\" {\n"
    "        revoke().approvals(0)\n"
    "    }\n"
    "}\n"
    "\n"
    "/// Whoever is in Sales is told.\n"
    "fn sales(user) {\n"
    "    if \"sales\" in user.categories { also(restrict(), notify(\"Your devices are restricted.\")) }\n"
    "}\n"
    "\n"
    "/// Contractors at the other site keep the ID.\n"
    "fn site(user) {\n"
    "    if user.has_left && user.site != () && user.site == \"berlin\" { detach() }\n"
    "}\n";

static const char ATTRIBUTES[] = "{\"site\": {\"one_of\": [\"zurich\", \"berlin\"], \"optional\": true}, "
                                 "\"badge\": \"integer?\"}";

static inline leaver_policy *compile(void)
{
    leaver_source file = {LEAVER_STR("acme.rhai"), LEAVER_STR("")};
    leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
    leaver_policy *policy = NULL;
    file.text = leaver_text(POLICY);
    options.attributes = leaver_text(ATTRIBUTES);
    DO(leaver_policy_compile(&file, 1, &options, &policy, &err));
    return policy;
}

static inline leaver_decider *decider_of(const leaver_policy *policy)
{
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_decider *decider = NULL;
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    options.time_zone = leaver_text("Europe/Zurich");
    options.complete = 1;
    options.edition = leaver_text("enterprise");
    DO(leaver_decider_new(policy, &options, &decider, &err));
    return decider;
}

/* Somebody of whom everything that the policy asks is told. */
static inline leaver_user leaver_of_staff(void)
{
    static const leaver_str categories[] = {LEAVER_STR("sales"), LEAVER_STR("board")};
    leaver_user user = LEAVER_USER_INIT;
    user.id = leaver_text("ECHOECHO");
    user.person = leaver_text("E1001");
    user.employment = leaver_text("staff");
    user.last_day = leaver_text("2026-11-20");
    user.legal_hold = LEAVER_NO;
    user.mdm_managed = LEAVER_YES;
    user.credential = leaver_text("c1");
    user.credential_kind = leaver_text("single");
    user.categories.items = categories;
    user.categories.len = 2;
    return user;
}

/* The attribute `site`. */
static inline leaver_attribute site(const char *word)
{
    leaver_attribute attribute;
    memset(&attribute, 0, sizeof attribute);
    attribute.name = leaver_text("site");
    attribute.kind = LEAVER_VALUE_TEXT;
    attribute.text = leaver_text(word);
    return attribute;
}

#endif
