/*
 * leaver.h: decides what happens to people's messaging IDs when they leave, says why, and plans it.
 *
 * This header is the manual. What is not in it is not part of the interface.
 *
 *
 * In short
 *
 *     leaver_source file = {LEAVER_STR("acme.rhai"), leaver_text(source)};
 *     leaver_policy *policy = NULL;
 *     leaver_decider *decider = NULL;
 *     leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
 *     leaver_user user = LEAVER_USER_INIT;
 *     leaver_verdict verdict;
 *
 *     options.as_of = leaver_text("2026-11-22T09:00:00Z");
 *     options.time_zone = leaver_text("Europe/Zurich");
 *     options.complete = 1;
 *     user.id = leaver_text("ECHOECHO");
 *     user.person = leaver_text("E1001");
 *     user.employment = leaver_text("staff");
 *     user.last_day = leaver_text("2026-11-20");
 *     if (leaver_policy_compile(&file, 1, NULL, &policy, NULL) == LEAVER_OK
 *         && leaver_decider_new(policy, &options, &decider, NULL) == LEAVER_OK
 *         && leaver_decider_verdict(decider, &user, &verdict, NULL) == LEAVER_OK)
 *         ... verdict.disposition, verdict.access ...
 *     leaver_decider_free(decider);
 *     leaver_policy_free(policy);
 *
 * A leaver_policy is compiled once. A leaver_decider is a policy as of an instant, perhaps with a
 * leaver_directory around the users. It is asked about users: for a leaver_verdict (a few numbers),
 * a leaver_decision (everything), a leaver_prepared user (asked again and again, and for
 * explanations), or a leaver_plan (the steps that carry decisions out). examples/offboard.c and
 * examples/mdm_agent are whole programs.
 *
 *
 * The contract
 *
 * Names      leaver_<type>_<verb>. Constructors end in _new, _compile, _load, _read, _parse or name
 *            what they make; each type has one destructor, leaver_<type>_free.
 * Order      receiver, inputs, outputs; err is last.
 * Outputs    are written only when the call returns LEAVER_OK, and err only when it does not. There
 *            are no arguments that are both.
 * Ownership  T **out: the caller owns *out and frees it once. const T *: borrowed for the call, no
 *            longer. A leaver_str or const T * that is returned is borrowed from the handle that the
 *            comment names, and valid until that is freed.
 * NULL       leaver_<type>_free(NULL) does nothing. err may be NULL, and so may what its comment
 *            says may. Any other NULL gives LEAVER_ERR_NULL, or, from functions that return no
 *            status: no text, 0, false, NULL, or a hold.
 * Strings    UTF-8 with a length, not terminated; as an input {NULL, 0} is the empty text.
 * Features   Streams of columns (leaver_decider_decide_stream) and carrying plans out (leaver_journal_,
 *            leaver_history_, leaver_document_) are in libraries that were built with the features
 *            arrow and apply: cargo xtask install --features arrow,apply.
 * Sizes      A structure that begins with struct_size is initialised with its _INIT macro, so that
 *            it can grow. A size that no version had gives LEAVER_ERR_ARGUMENT.
 * Numbers    An enumeration that is given to leaver is an int32_t, and a number that is not known is
 *            LEAVER_ERR_ARGUMENT or no text. Of one that leaver gives, later versions may know more:
 *            treat what you do not know as a hold or a failure.
 * Threads    A const pointer may be used by any number of threads at once; handles may be freed by
 *            any thread, once nobody uses them. leaver starts no threads and keeps nothing between
 *            calls but what is in handles. Stacks of 128 KiB are enough.
 * Callbacks  (function, void *user_data) are called during the call they were given to, on its
 *            thread, and not kept. They must not throw or longjmp.
 * Panics     A bug in leaver gives LEAVER_ERR_PANIC: free the handles of the call; the process is
 *            fine. No process-wide hook, handler, allocator or locale is touched.
 * Clock      leaver reads the clock for deadlines only. The instant of a decision is an argument.
 * Stability  While LEAVER_ABI is the same, functions, structures and numbers are added and never
 *            changed. The shared library is called after it: libleaver.so.<LEAVER_ABI>.
 */

#ifndef LEAVER_H
#define LEAVER_H

/* Made from bindings/c by `cargo xtask generate`; edit those files, not this one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The version of this header; leaver_version() is that of the library. */
#define LEAVER_VERSION_MAJOR 0
#define LEAVER_VERSION_MINOR 1
#define LEAVER_VERSION_PATCH 0
#define LEAVER_VERSION "0.1.0"
#define LEAVER_VERSION_NUMBER \
    (LEAVER_VERSION_MAJOR * 1000000 + LEAVER_VERSION_MINOR * 1000 + LEAVER_VERSION_PATCH)

/* The number of the binary interface; leaver_abi() is that of the library. */
#define LEAVER_ABI 0

/* Define LEAVER_SHARED on Windows to link with the DLL. */
#if defined(_WIN32) && defined(LEAVER_SHARED)
#  define LEAVER_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define LEAVER_API __attribute__((visibility("default")))
#else
#  define LEAVER_API
#endif

/* An initialiser of a leaver_str from a literal: leaver_str a = LEAVER_STR("staff"); */
#define LEAVER_STR(literal) {(const uint8_t *)("" literal), sizeof(literal) - 1}

/* A whole structure of which nothing but its size is set; every other field is zero. */
#define LEAVER_POLICY_OPTIONS_INIT leaver_policy_options_init()
#define LEAVER_DECIDER_OPTIONS_INIT leaver_decider_options_init()
#define LEAVER_RUN_OPTIONS_INIT leaver_run_options_init()
#define LEAVER_PLAN_OPTIONS_INIT leaver_plan_options_init()
#define LEAVER_ACCEPT_OPTIONS_INIT leaver_accept_options_init()
#define LEAVER_CONNECTOR_INIT leaver_connector_init()
#define LEAVER_USER_INIT leaver_user_init()

/* Told that there is no value: user.last_day = LEAVER_NONE; */
#define LEAVER_NONE leaver_text("")

/* A stream of Arrow batches; whoever uses leaver_decider_decide_stream defines it as Arrow does. */
struct ArrowArrayStream;

/**
 * How a call ended. Later versions may add numbers at the end: treat what you do not know as a failure.
 */
enum leaver_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It did what it says.
     */
    LEAVER_OK = 0,
    /**
     * A pointer is NULL that must not be.
     */
    LEAVER_ERR_NULL = 1,
    /**
     * An argument is not what the comment asks for: a wrong struct_size, an unknown number, no UTF-8, no date.
     */
    LEAVER_ERR_ARGUMENT = 2,
    /**
     * The policy has errors. The error has diagnostics.
     */
    LEAVER_ERR_POLICY = 3,
    /**
     * The directory has errors. The error has diagnostics.
     */
    LEAVER_ERR_DIRECTORY = 4,
    /**
     * A user given as JSON has errors. The error has diagnostics.
     */
    LEAVER_ERR_USER = 5,
    /**
     * Guards, approvers or an open plan have errors. The error has diagnostics.
     */
    LEAVER_ERR_SETTINGS = 6,
    /**
     * The plan passes a guard, or the actor may not own it. leaver_error_json tells everything.
     */
    LEAVER_ERR_REFUSED = 7,
    /**
     * It took longer than the caller allows.
     */
    LEAVER_ERR_DEADLINE = 8,
    /**
     * The caller cancelled it.
     */
    LEAVER_ERR_CANCELLED = 9,
    /**
     * There is no such user, rule or step.
     */
    LEAVER_ERR_NOT_FOUND = 10,
    /**
     * A bug in leaver. Free the handles of the call; the process is fine.
     */
    LEAVER_ERR_PANIC = 11,
    /**
     * A journal that cannot be used: another process works on it, it is not what was written, it is no journal, or the
     * file cannot be written. Nothing was begun that is not recorded.
     */
    LEAVER_ERR_JOURNAL = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_status leaver_status;
#else
typedef int32_t leaver_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How bad a diagnostic is.
 */
enum leaver_severity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The text is refused.
     */
    LEAVER_SEVERITY_ERROR = 0,
    /**
     * Allowed, but probably not meant.
     */
    LEAVER_SEVERITY_WARNING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_severity leaver_severity;
#else
typedef int32_t leaver_severity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a decision comes to.
 */
enum leaver_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing to do.
     */
    LEAVER_OUTCOME_KEEP = 0,
    /**
     * Something happens on an axis, or an obligation does.
     */
    LEAVER_OUTCOME_ACT = 1,
    /**
     * Something is held and nothing acts: a person must look.
     */
    LEAVER_OUTCOME_HOLD = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_outcome leaver_outcome;
#else
typedef int32_t leaver_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What happens to the ID.
 */
enum leaver_disposition
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It stays.
     */
    LEAVER_DISPOSITION_KEEP = 0,
    /**
     * It leaves the subscription; nobody can revoke it any more.
     */
    LEAVER_DISPOSITION_DETACH = 1,
    /**
     * It is destroyed for ever.
     */
    LEAVER_DISPOSITION_REVOKE = 2,
    /**
     * Nothing, until a person has looked.
     */
    LEAVER_DISPOSITION_HOLD = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_disposition leaver_disposition;
#else
typedef int32_t leaver_disposition;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What happens to the access.
 */
enum leaver_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It stays.
     */
    LEAVER_ACCESS_KEEP = 0,
    /**
     * The credential is deleted.
     */
    LEAVER_ACCESS_WITHDRAW = 1,
    /**
     * It moves to the licence of the device management.
     */
    LEAVER_ACCESS_MIGRATE = 2,
    /**
     * Nothing, until a person has looked.
     */
    LEAVER_ACCESS_HOLD = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_access leaver_access;
#else
typedef int32_t leaver_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why something is held.
 */
enum leaver_hold_code
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing is.
     */
    LEAVER_HOLD_CODE_NONE = 0,
    /**
     * The record could not be read.
     */
    LEAVER_HOLD_CODE_INVALID_RECORD = 1,
    /**
     * No person or no employment.
     */
    LEAVER_HOLD_CODE_UNMATCHED = 2,
    /**
     * A rule needs a fact that nobody told.
     */
    LEAVER_HOLD_CODE_MISSING_FACT = 3,
    /**
     * A rule failed.
     */
    LEAVER_HOLD_CODE_RULE_ERROR = 4,
    /**
     * A rule took more than the limits of scripts allow.
     */
    LEAVER_HOLD_CODE_LIMIT = 5,
    /**
     * Leaving facts contradict each other.
     */
    LEAVER_HOLD_CODE_CONTRADICTION = 6,
    /**
     * A rule asks a person to look.
     */
    LEAVER_HOLD_CODE_REVIEW = 7,
    /**
     * A system ID is never touched.
     */
    LEAVER_HOLD_CODE_SYSTEM_ID = 8,
    /**
     * Vetoes forbid it and no alternative is left.
     */
    LEAVER_HOLD_CODE_VETOED = 9,
    /**
     * The edition does not include it.
     */
    LEAVER_HOLD_CODE_NOT_ENTITLED = 10,
    /**
     * Neither has the person left nor does another ID stay.
     */
    LEAVER_HOLD_CODE_NO_GROUND = 11,
    /**
     * The directory does not say that it is complete.
     */
    LEAVER_HOLD_CODE_INCOMPLETE_DIRECTORY = 12,
    /**
     * The person comes back.
     */
    LEAVER_HOLD_CODE_RETURNS = 13,
    /**
     * There is no leaving instant to count from.
     */
    LEAVER_HOLD_CODE_NO_START = 14,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_hold_code leaver_hold_code;
#else
typedef int32_t leaver_hold_code;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What must happen besides.
 */
enum leaver_obligation_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Tell the person something: text.
     */
    LEAVER_OBLIGATION_NOTIFY = 0,
    /**
     * Leave every group and list.
     */
    LEAVER_OBLIGATION_LEAVE_GROUPS_AND_LISTS = 1,
    /**
     * Put another ID into groups and lists instead: id.
     */
    LEAVER_OBLIGATION_REPLACE_WITH = 2,
    /**
     * The restrictions of a notice period.
     */
    LEAVER_OBLIGATION_RESTRICT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_obligation_kind leaver_obligation_kind;
#else
typedef int32_t leaver_obligation_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The fact on which an ID is detached or revoked.
 */
enum leaver_ground
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * No ID is.
     */
    LEAVER_GROUND_NONE = 0,
    /**
     * The person has left.
     */
    LEAVER_GROUND_HAS_LEFT = 1,
    /**
     * Another ID of the same person stays.
     */
    LEAVER_GROUND_SUPERSEDED_BY = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_ground leaver_ground;
#else
typedef int32_t leaver_ground;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a leaver_when is.
 */
enum leaver_when_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing was said: text is no text.
     */
    LEAVER_WHEN_NONE = 0,
    /**
     * At an instant: text is RFC 3339.
     */
    LEAVER_WHEN_AT = 1,
    /**
     * So long after the notification was confirmed: text is a duration of ISO 8601, such as "P7D".
     */
    LEAVER_WHEN_AFTER_NOTIFY = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_when_kind leaver_when_kind;
#else
typedef int32_t leaver_when_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a rule wanted.
 */
enum leaver_verb
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing changes.
     */
    LEAVER_VERB_KEEP = 0,
    /**
     * Delete the credential.
     */
    LEAVER_VERB_WITHDRAW = 1,
    /**
     * Give the ID up.
     */
    LEAVER_VERB_DETACH = 2,
    /**
     * Destroy the ID.
     */
    LEAVER_VERB_REVOKE = 3,
    /**
     * Move to the licence of the device management.
     */
    LEAVER_VERB_MIGRATE_TO_MDM = 4,
    /**
     * A person must look.
     */
    LEAVER_VERB_REVIEW = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_verb leaver_verb;
#else
typedef int32_t leaver_verb;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How it stands with a user in a plan.
 */
enum leaver_user_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It has steps.
     */
    LEAVER_USER_STATUS_PLANNED = 0,
    /**
     * Nothing is to happen.
     */
    LEAVER_USER_STATUS_KEPT = 1,
    /**
     * What is decided is the case already.
     */
    LEAVER_USER_STATUS_DONE = 2,
    /**
     * Held, by the decision or by a hazard.
     */
    LEAVER_USER_STATUS_HELD = 3,
    /**
     * Protected, or beyond the actor's privileges or scope.
     */
    LEAVER_USER_STATUS_REFUSED = 4,
    /**
     * Another plan is at work.
     */
    LEAVER_USER_STATUS_OPEN = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_user_status leaver_user_status;
#else
typedef int32_t leaver_user_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a step does.
 */
enum leaver_step_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Put an ID on a list.
     */
    LEAVER_STEP_KIND_JOIN_LIST = 0,
    /**
     * Put an ID into a group.
     */
    LEAVER_STEP_KIND_JOIN_GROUP = 1,
    /**
     * Tell somebody.
     */
    LEAVER_STEP_KIND_NOTIFY = 2,
    /**
     * Bring configuration to a device.
     */
    LEAVER_STEP_KIND_STAGE_MDM_CONFIGURATION = 3,
    /**
     * Put one ID in the place of another.
     */
    LEAVER_STEP_KIND_REPLACE_ID = 4,
    /**
     * Leave a group.
     */
    LEAVER_STEP_KIND_LEAVE_GROUP = 5,
    /**
     * Leave a list.
     */
    LEAVER_STEP_KIND_LEAVE_LIST = 6,
    /**
     * Bring the members of a group to everybody in it.
     */
    LEAVER_STEP_KIND_SYNCHRONISE_GROUP = 7,
    /**
     * Take app or configuration off a device.
     */
    LEAVER_STEP_KIND_REMOVE_FROM_DEVICE = 8,
    /**
     * Wait until what the device management was told is observed.
     */
    LEAVER_STEP_KIND_VERIFY = 9,
    /**
     * Delete a credential.
     */
    LEAVER_STEP_KIND_WITHDRAW = 10,
    /**
     * Activate the app under the licence of the device management.
     */
    LEAVER_STEP_KIND_ACTIVATE_MDM_LICENCE = 11,
    /**
     * Destroy an ID for ever.
     */
    LEAVER_STEP_KIND_REVOKE = 12,
    /**
     * Give an ID up.
     */
    LEAVER_STEP_KIND_DETACH = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_step_kind leaver_step_kind;
#else
typedef int32_t leaver_step_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Who carries a step out.
 */
enum leaver_executor
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * As a filter: anybody.
     */
    LEAVER_EXECUTOR_NONE = 0,
    /**
     * The management cockpit.
     */
    LEAVER_EXECUTOR_COCKPIT = 1,
    /**
     * Broadcast.
     */
    LEAVER_EXECUTOR_BROADCAST = 2,
    /**
     * The device management.
     */
    LEAVER_EXECUTOR_MDM = 3,
    /**
     * The program that uses leaver.
     */
    LEAVER_EXECUTOR_HOST = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_executor leaver_executor;
#else
typedef int32_t leaver_executor;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What is known of something that is so or not.
 */
enum leaver_known
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody told. A policy that needs it holds the user.
     */
    LEAVER_UNKNOWN = 0,
    /**
     * It is not so.
     */
    LEAVER_NO = 1,
    /**
     * It is so.
     */
    LEAVER_YES = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_known leaver_known;
#else
typedef int32_t leaver_known;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a configuration is for.
 */
enum leaver_purpose
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * There is none.
     */
    LEAVER_PURPOSE_NONE = 0,
    /**
     * App or configuration is taken off. Nothing is set.
     */
    LEAVER_PURPOSE_REMOVE = 1,
    /**
     * The restrictions of a notice period.
     */
    LEAVER_PURPOSE_RESTRICT = 2,
    /**
     * What the app finds when it is activated under the licence of the device management.
     */
    LEAVER_PURPOSE_PREPARE = 3,
    /**
     * That licence.
     */
    LEAVER_PURPOSE_LICENCE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_purpose leaver_purpose;
#else
typedef int32_t leaver_purpose;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a run ended.
 */
enum leaver_run_end
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Every step is in a final state.
     */
    LEAVER_RUN_FINISHED = 0,
    /**
     * There is more to do from `next` on: call again then.
     */
    LEAVER_RUN_WAITING = 1,
    /**
     * What is left waits for a person, or for somebody's report.
     */
    LEAVER_RUN_HELD = 2,
    /**
     * The cancel flag, the deadline or progress stopped it. The same call goes on.
     */
    LEAVER_RUN_CANCELLED = 3,
    /**
     * Too many failures one after the other.
     */
    LEAVER_RUN_FAILURES = 4,
    /**
     * Too many users are not as they were planned for.
     */
    LEAVER_RUN_DRIFT = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_run_end leaver_run_end;
#else
typedef int32_t leaver_run_end;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What kind of value an attribute has.
 */
enum leaver_value_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody told.
     */
    LEAVER_VALUE_UNKNOWN = 0,
    /**
     * Told that there is none.
     */
    LEAVER_VALUE_NONE = 1,
    /**
     * A truth: number is 0 or 1.
     */
    LEAVER_VALUE_BOOL = 2,
    /**
     * A whole number: number.
     */
    LEAVER_VALUE_INTEGER = 3,
    /**
     * A text, date (YYYY-MM-DD) or word of a closed set: text.
     */
    LEAVER_VALUE_TEXT = 4,
    /**
     * A list of texts: list.
     */
    LEAVER_VALUE_LIST = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_value_kind leaver_value_kind;
#else
typedef int32_t leaver_value_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * For which system a payload is.
 */
enum leaver_system
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Android Enterprise: the managed configuration, as a JSON object.
     */
    LEAVER_SYSTEM_ANDROID = 0,
    /**
     * iOS: the managed app configuration, as a property list in XML.
     */
    LEAVER_SYSTEM_IOS = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_system leaver_system;
#else
typedef int32_t leaver_system;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether what a step does is the case.
 */
enum leaver_effect
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody can tell.
     */
    LEAVER_EFFECT_UNCLEAR = 0,
    /**
     * It is.
     */
    LEAVER_EFFECT_DONE = 1,
    /**
     * It is on its way, by `until`.
     */
    LEAVER_EFFECT_PENDING = 2,
    /**
     * It is not.
     */
    LEAVER_EFFECT_NOT_DONE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_effect leaver_effect;
#else
typedef int32_t leaver_effect;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How it stands with an ID on the platform.
 */
enum leaver_id_sight
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody can tell.
     */
    LEAVER_ID_SIGHT_UNCLEAR = 0,
    /**
     * It is in the list of active users.
     */
    LEAVER_ID_SIGHT_ACTIVE = 1,
    /**
     * It is not in the list: detached, or never there.
     */
    LEAVER_ID_SIGHT_NOT_LISTED = 2,
    /**
     * It was revoked; nothing brings it back.
     */
    LEAVER_ID_SIGHT_GONE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_id_sight leaver_id_sight;
#else
typedef int32_t leaver_id_sight;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What became of a step.
 */
enum leaver_answer_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody can say whether it was done: no reply, or one that makes no sense. It is looked at, never done again on
     * a guess.
     */
    LEAVER_ANSWER_UNKNOWN = 0,
    /**
     * It is done.
     */
    LEAVER_ANSWER_APPLIED = 1,
    /**
     * It was the case already.
     */
    LEAVER_ANSWER_ALREADY_SO = 2,
    /**
     * The ID is gone: revoked before, or by its holder.
     */
    LEAVER_ANSWER_ID_GONE = 3,
    /**
     * It was accepted and takes effect by `until`.
     */
    LEAVER_ANSWER_PENDING = 4,
    /**
     * The platform would not, and nothing has changed.
     */
    LEAVER_ANSWER_REFUSED = 5,
    /**
     * It did not work, and nothing has changed.
     */
    LEAVER_ANSWER_FAILED = 6,
    /**
     * The same, and it may work later.
     */
    LEAVER_ANSWER_FAILED_FOR_NOW = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_answer_kind leaver_answer_kind;
#else
typedef int32_t leaver_answer_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a connector can do with a kind of step: ORed together.
 */
enum leaver_ability
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It can do it.
     */
    LEAVER_ABILITY_DO = 1,
    /**
     * A request under the same key is done once.
     */
    LEAVER_ABILITY_KEYED = 2,
    /**
     * Whether it was done can be read back.
     */
    LEAVER_ABILITY_READABLE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum leaver_ability leaver_ability;
#else
typedef int32_t leaver_ability;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Stops long work. Any number of threads may use it; it must outlive the calls it was given to.
 */
typedef struct leaver_cancel leaver_cancel;

/**
 * A policy as of an instant. It never changes, and any number of threads may use it at once.
 */
typedef struct leaver_decider leaver_decider;

/**
 * What is decided about one user. It never changes, and any number of threads may read it.
 */
typedef struct leaver_decision leaver_decision;

/**
 * The decisions about all users of a directory, in order of their IDs.
 */
typedef struct leaver_decisions leaver_decisions;

/**
 * A list of diagnostics, borrowed from the handle that has it.
 */
typedef struct leaver_diagnostics leaver_diagnostics;

/**
 * A snapshot of a subscription: its users, credentials, groups, lists and administrators. It never changes, and
 * any number of threads may use it.
 */
typedef struct leaver_directory leaver_directory;

/**
 * A text that the caller owns: JSON, Markdown, the content of a file.
 */
typedef struct leaver_document leaver_document;

/**
 * Why a call failed, for people and logs. It repeats no personal data but IDs.
 *
 *     leaver_error *err = NULL;
 *     if (leaver_policy_load(path, NULL, &policy, &err) != LEAVER_OK) {
 *         leaver_str why = leaver_error_message(err);
 *         fprintf(stderr, "%.*s\n", (int)why.len, why.data);
 *         leaver_error_free(err);
 *     }
 */
typedef struct leaver_error leaver_error;

/**
 * An explanation: text for people, and the same as JSON.
 */
typedef struct leaver_explanation leaver_explanation;

/**
 * A journal in a file: what was planned, approved, intended and done, and the history of all of it. No other process
 * works on it meanwhile. Any number of threads may hold it; one at a time is served, the others get
 * LEAVER_ERR_JOURNAL.
 */
typedef struct leaver_journal leaver_journal;

/**
 * How decisions are carried out. It never changes, and any number of threads may read it.
 */
typedef struct leaver_plan leaver_plan;

/**
 * A policy without errors. It never changes, and any number of threads may use it.
 */
typedef struct leaver_policy leaver_policy;

/**
 * A user as one decider sees it. It never changes, and any number of threads may use it at once.
 */
typedef struct leaver_prepared leaver_prepared;

/**
 * A text: UTF-8, not terminated. `data` may be NULL: as an input that is the empty text (in a leaver_user: not
 * told), as an output it is no text at all, which is null in JSON.
 *
 *     printf("%.*s\n", (int)text.len, text.data);
 */
typedef struct leaver_str {
    /**
     * The first byte.
     */
    const uint8_t *data;
    /**
     * How many bytes.
     */
    size_t len;
} leaver_str;

/**
 * One diagnostic. Its texts are borrowed from the list. Lines and columns count from 1, columns and lengths in
 * Unicode characters; 0 is the whole file or line.
 */
typedef struct leaver_diagnostic {
    /**
     * Stable code, such as "P0102"; docs/errors has a page for each.
     */
    struct leaver_str code;
    /**
     * Error or warning.
     */
    leaver_severity severity;
    /**
     * What is wrong.
     */
    struct leaver_str message;
    /**
     * The file, as the caller named it.
     */
    struct leaver_str file;
    /**
     * Line.
     */
    size_t line;
    /**
     * Column.
     */
    size_t column;
    /**
     * How many characters are meant.
     */
    size_t length;
    /**
     * What to do; no text if there is no advice.
     */
    struct leaver_str help;
} leaver_diagnostic;

/**
 * A file of a policy that is in memory.
 */
typedef struct leaver_source {
    /**
     * What diagnostics call it, such as "acme.rhai".
     */
    struct leaver_str name;
    /**
     * Its text.
     */
    struct leaver_str text;
} leaver_source;

/**
 * What a policy is checked against. Begin with LEAVER_POLICY_OPTIONS_INIT.
 */
typedef struct leaver_policy_options {
    /**
     * sizeof(leaver_policy_options).
     */
    size_t struct_size;
    /**
     * The host's own attributes, as the JSON object that a directory has under "attributes":
     * {"cost_center": "text?", "site": {"one_of": ["zurich", "berlin"]}}. Empty: none.
     */
    struct leaver_str attributes;
    /**
     * A directory whose attributes, groups and lists the policy may name, or NULL. Not together with attributes.
     */
    const struct leaver_directory *directory;
} leaver_policy_options;

/**
 * How long work is watched. Begin with LEAVER_RUN_OPTIONS_INIT.
 */
typedef struct leaver_run_options {
    /**
     * sizeof(leaver_run_options).
     */
    size_t struct_size;
    /**
     * A flag that stops the work, or NULL.
     */
    const struct leaver_cancel *cancel;
    /**
     * After how many milliseconds the work is given up with LEAVER_ERR_DEADLINE; 0: never.
     */
    uint64_t deadline_ms;
    /**
     * Called now and then on the calling thread with the number of users done and of all, or NULL. Must not
     * throw, longjmp or free a handle of the call; other calls are allowed. What it returns other than 0 ends the
     * work with LEAVER_ERR_CANCELLED.
     */
    int32_t (*progress)(void *user_data, size_t done, size_t total);
    /**
     * Passed to progress; not kept after the call.
     */
    void *user_data;
} leaver_run_options;

/**
 * The circumstances of decisions. Begin with LEAVER_DECIDER_OPTIONS_INIT.
 */
typedef struct leaver_decider_options {
    /**
     * sizeof(leaver_decider_options).
     */
    size_t struct_size;
    /**
     * The instant as of which is decided, RFC 3339, such as "2026-11-22T09:00:00Z"; required. leaver reads no
     * clock.
     */
    struct leaver_str as_of;
    /**
     * The subscription's time zone, such as "Europe/Zurich"; required without a directory.
     */
    struct leaver_str time_zone;
    /**
     * 1 if all users of the subscription are known to the host, else 0: without that no ID is detached or revoked.
     * Not with a directory, which says so itself.
     */
    int32_t complete;
    /**
     * The edition of users who have none, such as "enterprise"; empty: not told.
     */
    struct leaver_str edition;
    /**
     * The directory around the users, or NULL. With it superseding IDs are looked up, and users can be decided by
     * their IDs; without it such an ID is trusted.
     */
    const struct leaver_directory *directory;
    /**
     * How many milliseconds one decision may take before it is given up with LEAVER_ERR_DEADLINE; 0: 5,000.
     */
    uint64_t patience_ms;
    /**
     * 1 to evaluate every rule in the script interpreter, which is slow and decides the same; else 0.
     */
    int32_t interpreter;
} leaver_decider_options;

/**
 * A list of texts. NULL and 0 is the empty list (in a leaver_user: not told).
 */
typedef struct leaver_list {
    /**
     * The first text.
     */
    const struct leaver_str *items;
    /**
     * How many texts.
     */
    size_t len;
} leaver_list;

/**
 * An attribute of the host's own, declared when the policy was compiled.
 */
typedef struct leaver_attribute {
    /**
     * Its name.
     */
    struct leaver_str name;
    /**
     * A leaver_value_kind: which of the following counts.
     */
    int32_t kind;
    /**
     * A whole number, or 0 and 1.
     */
    int64_t number;
    /**
     * A text.
     */
    struct leaver_str text;
    /**
     * A list.
     */
    struct leaver_list list;
} leaver_attribute;

/**
 * A user, as the host knows it. Begin with LEAVER_USER_INIT, which says nothing of anybody, and set what is
 * known; field names and meanings are those of the formats.
 *
 * A text whose data is NULL is not told: a policy that needs it holds the user with "missing_fact". An empty text
 * (LEAVER_NONE) is told: there is no value. A list whose items are NULL is not told; with items and 0 it is empty.
 * Dates are "YYYY-MM-DD", instants RFC 3339. The texts must stay unchanged during the call, and no longer.
 *
 *     leaver_user user = LEAVER_USER_INIT;
 *     user.id = LEAVER_STR("ECHOECHO");
 *     user.person = LEAVER_STR("E1001");
 *     user.employment = LEAVER_STR("staff");
 *     user.last_day = leaver_text(yesterday);
 */
typedef struct leaver_user {
    /**
     * sizeof(leaver_user).
     */
    size_t struct_size;
    /**
     * The messaging ID; required.
     */
    struct leaver_str id;
    /**
     * The immutable key of the human. Without it or employment no rule runs.
     */
    struct leaver_str person;
    /**
     * "staff", "contractor", "temporary", "partner" or "service".
     */
    struct leaver_str employment;
    /**
     * The last working day; told to be none: no leaving fact is known.
     */
    struct leaver_str last_day;
    /**
     * The exact instant of leaving; wins over last_day.
     */
    struct leaver_str leaves_at;
    /**
     * "voluntary", "involuntary", "contract_end", "retired" or "deceased".
     */
    struct leaver_str departure;
    /**
     * First working day; after last_day it is a rehire.
     */
    struct leaver_str first_day;
    /**
     * When this ID appeared in the subscription.
     */
    struct leaver_str created;
    /**
     * Last contact of the app.
     */
    struct leaver_str last_seen;
    /**
     * The department.
     */
    struct leaver_str department;
    /**
     * The job title.
     */
    struct leaver_str job_title;
    /**
     * ISO 3166 alpha-2.
     */
    struct leaver_str country;
    /**
     * Given name.
     */
    struct leaver_str first_name;
    /**
     * Family name.
     */
    struct leaver_str last_name;
    /**
     * Public nickname.
     */
    struct leaver_str nickname;
    /**
     * Key of the credential in use; told to be none: there is none.
     */
    struct leaver_str credential;
    /**
     * "single", "multi" or "none".
     */
    struct leaver_str credential_kind;
    /**
     * The ID of the same person that replaces this one.
     */
    struct leaver_str superseded_by;
    /**
     * Edition of the subscription; if not told, that of the decider.
     */
    struct leaver_str edition;
    /**
     * Tags.
     */
    struct leaver_list categories;
    /**
     * Keys of groups.
     */
    struct leaver_list groups;
    /**
     * Keys of distribution lists.
     */
    struct leaver_list lists;
    /**
     * A leaver_known: whether the device is under device management.
     */
    int32_t mdm_managed;
    /**
     * A leaver_known: whether nothing of this person may be destroyed.
     */
    int32_t legal_hold;
    /**
     * A leaver_known: whether the user holds an administrator login.
     */
    int32_t administrator;
    /**
     * A leaver_known: whether the person has left, where last_day and leaves_at are not told.
     */
    int32_t has_left;
    /**
     * The host's own attributes.
     */
    const struct leaver_attribute *attributes;
    /**
     * How many of them.
     */
    size_t attribute_count;
} leaver_user;

/**
 * The short answer about a user.
 */
typedef struct leaver_verdict {
    /**
     * What it comes to.
     */
    leaver_outcome outcome;
    /**
     * What happens to the ID.
     */
    leaver_disposition disposition;
    /**
     * What happens to the access.
     */
    leaver_access access;
    /**
     * Why something is held.
     */
    leaver_hold_code hold;
    /**
     * The rule that decided or led to the hold, by its position in the policy; -1: none.
     */
    int32_t rule;
} leaver_verdict;

/**
 * Something that must happen besides.
 */
typedef struct leaver_obligation {
    /**
     * What.
     */
    leaver_obligation_kind kind;
    /**
     * What is said, for LEAVER_OBLIGATION_NOTIFY; borrowed from the decision.
     */
    struct leaver_str text;
    /**
     * The ID that takes over, for LEAVER_OBLIGATION_REPLACE_WITH; borrowed from the decision.
     */
    struct leaver_str id;
} leaver_obligation;

/**
 * An instant, or a length of time after the person was told.
 */
typedef struct leaver_when {
    /**
     * Which.
     */
    leaver_when_kind kind;
    /**
     * Borrowed from the decision.
     */
    struct leaver_str text;
} leaver_when;

/**
 * An action that lost to an earlier rule, or was struck out by a veto.
 */
typedef struct leaver_struck {
    /**
     * The rule that lost, or whose veto it was; no text if the edition does not include the action. Borrowed from
     * the decision.
     */
    struct leaver_str rule;
    /**
     * The action.
     */
    leaver_verb action;
} leaver_struck;

/**
 * What is held, and why. Its texts are borrowed from the decision.
 */
typedef struct leaver_hold {
    /**
     * Why; LEAVER_HOLD_CODE_NONE if nothing is held, and then nothing else counts.
     */
    leaver_hold_code code;
    /**
     * A sentence for people.
     */
    struct leaver_str message;
    /**
     * The rule that led to it; no text if none did.
     */
    struct leaver_str rule;
    /**
     * Whether the ID axis is held.
     */
    bool id;
    /**
     * Whether the access axis is held.
     */
    bool access;
} leaver_hold;

/**
 * Somebody with steps in an earlier plan that is still at work.
 */
typedef struct leaver_open {
    /**
     * The messaging ID.
     */
    struct leaver_str id;
    /**
     * The digest of that plan, in hexadecimal.
     */
    struct leaver_str plan;
} leaver_open;

/**
 * What a plan is made from. Begin with LEAVER_PLAN_OPTIONS_INIT.
 */
typedef struct leaver_plan_options {
    /**
     * sizeof(leaver_plan_options).
     */
    size_t struct_size;
    /**
     * The name of the administrator who owns the plan; required. For one user without a directory: whose full
     * rights are assumed.
     */
    struct leaver_str actor;
    /**
     * The text of guards.toml. Empty: the built-in limits; for one user without a directory none.
     */
    struct leaver_str guards;
    /**
     * 1 for a simulation: no limits, nobody protected but system IDs and oneself. Not together with guards.
     */
    int32_t simulation;
    /**
     * The text of approvers.toml; empty: there is none.
     */
    struct leaver_str approvers;
    /**
     * The directory of the last run, which was accepted, or NULL.
     */
    const struct leaver_directory *previous;
    /**
     * The JSON of earlier plans that are still at work.
     */
    const struct leaver_str *open_plans;
    /**
     * How many of them.
     */
    size_t open_plan_count;
    /**
     * Users with steps in earlier plans, where the plans themselves are not at hand.
     */
    const struct leaver_open *open;
    /**
     * How many of them.
     */
    size_t open_count;
    /**
     * Users with whom something reversible was done in the 24 hours before, besides those of open_plans.
     */
    uint32_t recent_reversible;
    /**
     * Users whose access was withdrawn in the 24 hours before, besides those of open_plans.
     */
    uint32_t recent_withdraw;
    /**
     * Users whose ID was detached or revoked in the 24 hours before, besides those of open_plans.
     */
    uint32_t recent_irreversible;
    /**
     * For one user without a directory: the key of the licence of the device management, where there is one.
     */
    struct leaver_str mdm_credential;
    /**
     * Its username; empty: the host adds it.
     */
    struct leaver_str mdm_username;
    /**
     * Cancellation and deadline, and progress of deciding; or NULL.
     */
    const struct leaver_run_options *run;
} leaver_plan_options;

/**
 * A user of a plan. Its texts are borrowed from the plan. The ends of windows are instants, "ended" or
 * "unbounded".
 */
typedef struct leaver_planned_user {
    /**
     * The messaging ID.
     */
    struct leaver_str user;
    /**
     * How it stands.
     */
    leaver_user_status status;
    /**
     * The code of why it is held, refused or left to another plan; no text otherwise.
     */
    struct leaver_str reason_code;
    /**
     * The same in a sentence.
     */
    struct leaver_str reason;
    /**
     * Until when, at worst, new messages to the ID can be read.
     */
    struct leaver_str reads_until;
    /**
     * Until when, at worst, the ID can write.
     */
    struct leaver_str writes_until;
    /**
     * Until when, at worst, the ID looks like a colleague's.
     */
    struct leaver_str listed_until;
    /**
     * How many steps the plan has for this user.
     */
    size_t step_count;
} leaver_planned_user;

/**
 * A step of a plan. Its texts are borrowed from the plan.
 */
typedef struct leaver_step {
    /**
     * Its number in the plan, from 1.
     */
    uint32_t number;
    /**
     * The number of its batch, from 1. Batches are carried out in this order.
     */
    uint32_t batch;
    /**
     * What it does.
     */
    leaver_step_kind kind;
    /**
     * Who carries it out.
     */
    leaver_executor executor;
    /**
     * What that takes, such as "config.write".
     */
    struct leaver_str privilege;
    /**
     * Whether it can be taken back; unknown where there is nothing to take back.
     */
    leaver_known reversible;
    /**
     * Whom it is for; no text where it is for a whole group.
     */
    struct leaver_str user;
    /**
     * What it acts on: an ID, or the key of a credential, group or list.
     */
    struct leaver_str target;
    /**
     * When it may begin; no text if that is not known, because it waits for an observation.
     */
    struct leaver_str not_before;
    /**
     * When it has taken effect at the latest; no text if nothing bounds it.
     */
    struct leaver_str effect_by;
    /**
     * How many earlier batches it waits for: leaver_plan_wait.
     */
    size_t wait_count;
    /**
     * The words of a notification; no text if it is none.
     */
    struct leaver_str text;
    /**
     * The ID that joins; no text if none does.
     */
    struct leaver_str id;
    /**
     * What the device management is told: leaver_plan_payload.
     */
    leaver_purpose purpose;
    /**
     * How many keys of the configuration the host has to add, because they are secrets: leaver_plan_supply.
     */
    size_t supply_count;
} leaver_step;

/**
 * With what a plan is to be accepted. Begin with LEAVER_ACCEPT_OPTIONS_INIT.
 */
typedef struct leaver_accept_options {
    /**
     * sizeof(leaver_accept_options).
     */
    size_t struct_size;
    /**
     * The texts of approvals, as `leaver approve` writes them.
     */
    const struct leaver_str *approvals;
    /**
     * How many of them.
     */
    size_t approval_count;
    /**
     * The text of the approvers.toml that the plan was made with; empty: there is none. Needs a directory.
     */
    struct leaver_str approvers;
    /**
     * The directory as it is now, or NULL: whether the actor may still do everything.
     */
    const struct leaver_directory *directory;
    /**
     * The instant; required.
     */
    struct leaver_str now;
    /**
     * The text of the guards.toml that the plan was made with; empty: what cannot be taken back needs two approvals.
     */
    struct leaver_str guards;
} leaver_accept_options;

/**
 * What a connector is asked about. Its texts are borrowed for the call.
 */
typedef struct leaver_task {
    /**
     * The number of the step in the plan, from 1.
     */
    uint32_t number;
    /**
     * What it does.
     */
    leaver_step_kind kind;
    /**
     * Who carries it out.
     */
    leaver_executor executor;
    /**
     * Whom it is for; no text where it is for a whole group.
     */
    struct leaver_str user;
    /**
     * What it acts on: an ID, or the key of a credential, group or list.
     */
    struct leaver_str target;
    /**
     * The words of a message, the ID that joins, or as JSON what the device management is to set; no text if there is
     * nothing of the kind.
     */
    struct leaver_str details;
    /**
     * What tells this request from another over restarts: 64 hexadecimal digits.
     */
    struct leaver_str key;
    /**
     * The instant, RFC 3339 in UTC.
     */
    struct leaver_str now;
} leaver_task;

/**
 * What is seen of a step and its user. All zero is: nothing can be told.
 */
typedef struct leaver_sight {
    /**
     * A leaver_effect.
     */
    int32_t effect;
    /**
     * A leaver_id_sight.
     */
    int32_t id;
    /**
     * Until when it is on its way, in seconds since 1970, for LEAVER_EFFECT_PENDING.
     */
    int64_t until;
    /**
     * The credential in use, if credential_known is 1; no text: known to be none. Copied.
     */
    struct leaver_str credential;
    /**
     * 1 if the credential is known, else 0.
     */
    int32_t credential_known;
    /**
     * 1 if the person is back, or stays after all; else 0.
     */
    int32_t returned;
    /**
     * 1 if somebody put a hold on the person; else 0.
     */
    int32_t held;
} leaver_sight;

/**
 * What a connector answers. All zero is: nobody can say.
 */
typedef struct leaver_answer {
    /**
     * A leaver_answer_kind.
     */
    int32_t kind;
    /**
     * By when it takes effect, in seconds since 1970, for LEAVER_ANSWER_PENDING.
     */
    int64_t until;
    /**
     * Why, without personal data; up to 200 bytes are recorded. Copied.
     */
    struct leaver_str why;
} leaver_answer;

/**
 * Acts on the platform: does one thing once, and says honestly what came of it. It never tries again by itself. Begin with
 * LEAVER_CONNECTOR_INIT. The functions are called on the calling thread during the call that the connector was given to;
 * they must not throw, longjmp, or use the journal of the call.
 */
typedef struct leaver_connector {
    /**
     * sizeof(leaver_connector).
     */
    size_t struct_size;
    /**
     * Its name.
     */
    struct leaver_str name;
    /**
     * Passed to each function; not kept after the call.
     */
    void *user_data;
    /**
     * What it can do with a leaver_step_kind: leaver_ability numbers ORed, or 0 if somebody else does it and reports.
     */
    int32_t (*ability)(void *user_data, int32_t kind);
    /**
     * Looks at what a step would act on, without changing anything, and fills in `out`, which is all zero. NULL: nothing
     * can be read back.
     */
    void (*observe)(void *user_data, const struct leaver_task *task, struct leaver_sight *out);
    /**
     * Does a step, once, and fills in `out`, which is all zero.
     */
    void (*perform)(void *user_data, const struct leaver_task *task, struct leaver_answer *out);
} leaver_connector;

/**
 * How far a run came.
 */
typedef struct leaver_run_result {
    /**
     * How it ended.
     */
    leaver_run_end end;
    /**
     * From when on there is more to do, in seconds since 1970; 0 if that is not known.
     */
    int64_t next;
    /**
     * How many steps are done.
     */
    size_t done;
    /**
     * For how many there was nothing to do.
     */
    size_t no_op;
    /**
     * How many are still to come, or wait for somebody's report.
     */
    size_t open;
    /**
     * How many a person must settle.
     */
    size_t held;
    /**
     * How many were refused, failed, or were stopped.
     */
    size_t not_done;
} leaver_run_result;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is loaded, such as "0.1.0". Compare with LEAVER_VERSION, the version of the
 * header.
 *
 * @return Text that lives as long as the library.
 */
LEAVER_API
struct leaver_str leaver_version(void);

/**
 * The number of the binary interface of the library that is loaded. A program that was compiled with another
 * LEAVER_ABI must not use it:
 *
 *     if (leaver_abi() != LEAVER_ABI) return 1;
 */
LEAVER_API
uint32_t leaver_abi(void);

/**
 * Frees an error. NULL is left alone.
 *
 * @param error  Owned by the caller until now.
 */
LEAVER_API void leaver_error_free(struct leaver_error *error);

/**
 * The status that the call returned; LEAVER_OK for NULL.
 */
LEAVER_API leaver_status leaver_error_status(const struct leaver_error *error);

/**
 * A sentence.
 *
 * @return Borrowed from the error; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_error_message(const struct leaver_error *error);

/**
 * Everything that was found, as JSON: the list of diagnostics, or what a refused plan is
 * ({"refusals": [...], and the keys of the plan that was refused}).
 *
 * @return Borrowed from the error; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_error_json(const struct leaver_error *error);

/**
 * What was found, in the order of the text; an empty list where a call failed for another reason.
 *
 * @return Borrowed from the error; NULL for NULL.
 */
LEAVER_API
const struct leaver_diagnostics *leaver_error_diagnostics(const struct leaver_error *error);

/**
 * How many there are; 0 for NULL.
 */
LEAVER_API size_t leaver_diagnostics_count(const struct leaver_diagnostics *list);

/**
 * One of them.
 *
 *     leaver_diagnostic one;
 *     for (size_t i = 0; i < leaver_diagnostics_count(list); i++)
 *         if (leaver_diagnostics_get(list, i, &one, NULL) == LEAVER_OK)
 *             printf("%zu:%zu %.*s\n", one.line, one.column, (int)one.message.len, one.message.data);
 *
 * @param index  Below leaver_diagnostics_count, else LEAVER_ERR_NOT_FOUND.
 * @param out    Its texts are borrowed from the list.
 */
LEAVER_API
leaver_status leaver_diagnostics_get(const struct leaver_diagnostics *list,
                                     size_t index,
                                     struct leaver_diagnostic *out,
                                     struct leaver_error **err);

/**
 * All of them, as a list of the JSON objects of the formats.
 *
 * @return Borrowed from the list; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_diagnostics_json(const struct leaver_diagnostics *list);

/**
 * The word of the formats for a leaver_outcome, such as "keep".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_outcome_word(int32_t outcome);

/**
 * The word of the formats for a leaver_disposition, such as "keep".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_disposition_word(int32_t disposition);

/**
 * The word of the formats for a leaver_access, such as "keep".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_access_word(int32_t access);

/**
 * The word of the formats for a leaver_ground, such as "has_left".
 *
 * @return Text that lives as long as the library; no text for a number that is not known or none.
 */
LEAVER_API struct leaver_str leaver_ground_word(int32_t ground);

/**
 * The word of the formats for a leaver_hold_code, such as "invalid_record".
 *
 * @return Text that lives as long as the library; no text for a number that is not known or none.
 */
LEAVER_API struct leaver_str leaver_hold_code_word(int32_t hold_code);

/**
 * The word of the formats for a leaver_verb, such as "keep".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_verb_word(int32_t verb);

/**
 * The word of the formats for a leaver_executor, such as "cockpit".
 *
 * @return Text that lives as long as the library; no text for a number that is not known or none.
 */
LEAVER_API struct leaver_str leaver_executor_word(int32_t executor);

/**
 * The word of the formats for a leaver_step_kind, such as "join_list".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_step_kind_word(int32_t step_kind);

/**
 * The word of the formats for a leaver_user_status, such as "planned".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_user_status_word(int32_t user_status);

/**
 * The word of the formats for a leaver_purpose, such as "remove".
 *
 * @return Text that lives as long as the library; no text for a number that is not known or none.
 */
LEAVER_API struct leaver_str leaver_purpose_word(int32_t purpose);

/**
 * The word of the formats for a leaver_obligation_kind, such as "notify".
 *
 * @return Text that lives as long as the library; no text for a number that is not known.
 */
LEAVER_API struct leaver_str leaver_obligation_word(int32_t kind);

/**
 * Compiles a policy from texts. All errors are reported at once.
 *
 *     leaver_source file = { LEAVER_STR("acme.rhai"), leaver_text(source) };
 *     leaver_policy *policy;
 *     if (leaver_policy_compile(&file, 1, NULL, &policy, &err) == LEAVER_OK) {
 *         ...
 *         leaver_policy_free(policy);
 *     }
 *
 * @param files    One file or more, in order: they share their helpers and constants.
 * @param count    How many.
 * @param options  NULL for none.
 * @param out      Owned by the caller; free it with leaver_policy_free.
 * @param err      NULL if the reason is not wanted; else owned by the caller after a failure.
 */
LEAVER_API
leaver_status leaver_policy_compile(const struct leaver_source *files,
                                    size_t count,
                                    const struct leaver_policy_options *options,
                                    struct leaver_policy **out,
                                    struct leaver_error **err);

/**
 * Compiles the policy at a path: a file, or all `*.rhai` files of a folder in order of their names.
 *
 * @param path     UTF-8.
 * @param options  NULL for none.
 * @param out      Owned by the caller; free it with leaver_policy_free.
 */
LEAVER_API
leaver_status leaver_policy_load(struct leaver_str path,
                                 const struct leaver_policy_options *options,
                                 struct leaver_policy **out,
                                 struct leaver_error **err);

/**
 * Frees a policy. NULL is left alone. Deciders made from it go on working.
 */
LEAVER_API void leaver_policy_free(struct leaver_policy *policy);

/**
 * What was found that does not refuse the policy.
 *
 * @return Borrowed from the policy; NULL for NULL.
 */
LEAVER_API
const struct leaver_diagnostics *leaver_policy_warnings(const struct leaver_policy *policy);

/**
 * How many rules it has; 0 for NULL.
 */
LEAVER_API size_t leaver_policy_rule_count(const struct leaver_policy *policy);

/**
 * The name of a rule, by its position in the policy: what leaver_verdict.rule counts.
 *
 * @return Borrowed from the policy; no text if there is no such rule.
 */
LEAVER_API
struct leaver_str leaver_policy_rule_name(const struct leaver_policy *policy,
                                          size_t index);

/**
 * The doc comment of a rule.
 *
 * @return Borrowed from the policy; no text if there is none.
 */
LEAVER_API
struct leaver_str leaver_policy_rule_rationale(const struct leaver_policy *policy,
                                               size_t index);

/**
 * SHA-256 of the policy's files, in hexadecimal: what plans are bound to.
 *
 * @return Borrowed from the policy; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_policy_digest(const struct leaver_policy *policy);

/**
 * Reads a directory: a JSON file, or a folder with directory.toml. All errors are reported at once.
 *
 * @param path  UTF-8.
 * @param out   Owned by the caller; free it with leaver_directory_free.
 */
LEAVER_API
leaver_status leaver_directory_read(struct leaver_str path,
                                    struct leaver_directory **out,
                                    struct leaver_error **err);

/**
 * Reads a directory as leaver_directory_read does, and can be stopped.
 *
 * @param path  UTF-8.
 * @param run   Cancellation, deadline, and progress in bytes of a file; or NULL.
 * @param out   Owned by the caller; free it with leaver_directory_free.
 */
LEAVER_API
leaver_status leaver_directory_read_watched(struct leaver_str path,
                                            const struct leaver_run_options *run,
                                            struct leaver_directory **out,
                                            struct leaver_error **err);

/**
 * Reads a directory from JSON that is in memory.
 *
 * @param name  What diagnostics call it.
 * @param json  The text.
 * @param out   Owned by the caller; free it with leaver_directory_free.
 */
LEAVER_API
leaver_status leaver_directory_parse(struct leaver_str name,
                                     struct leaver_str json,
                                     struct leaver_directory **out,
                                     struct leaver_error **err);

/**
 * Frees a directory. NULL is left alone. Deciders made with it go on working.
 */
LEAVER_API void leaver_directory_free(struct leaver_directory *directory);

/**
 * How many users it has; 0 for NULL.
 */
LEAVER_API size_t leaver_directory_user_count(const struct leaver_directory *directory);

/**
 * The ID of a user, by its position: users stand in order of their IDs.
 *
 * @param id     Eight bytes for the ID and one for a NUL, which is written too.
 * @return Whether there is such a user; if not, nothing is written.
 */
LEAVER_API
bool leaver_directory_user_id(const struct leaver_directory *directory,
                              size_t index,
                              uint8_t (*id)[9]);

/**
 * Whether it says that nobody is missing. Without that nothing irreversible is decided.
 */
LEAVER_API bool leaver_directory_is_complete(const struct leaver_directory *directory);

/**
 * When it was taken, in UTC.
 *
 * @return Borrowed from the directory; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_directory_taken_at(const struct leaver_directory *directory);

/**
 * SHA-256 of its content, in hexadecimal: the same whatever the format of its files.
 *
 * @return Borrowed from the directory; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_directory_digest(const struct leaver_directory *directory);

/**
 * A flag that is not set.
 *
 * @param out  Owned by the caller; free it with leaver_cancel_free.
 */
LEAVER_API leaver_status leaver_cancel_new(struct leaver_cancel **out, struct leaver_error **err);

/**
 * Sets the flag: calls that were given it end with LEAVER_ERR_CANCELLED within milliseconds. NULL is left alone.
 */
LEAVER_API
void leaver_cancel_set(const struct leaver_cancel *cancel);

/**
 * Whether it is set.
 */
LEAVER_API bool leaver_cancel_is_set(const struct leaver_cancel *cancel);

/**
 * Frees a flag. NULL is left alone.
 */
LEAVER_API void leaver_cancel_free(struct leaver_cancel *cancel);

/**
 * Makes a decider. This takes about a millisecond: make one for each policy and instant, not for each user.
 *
 *     leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
 *     options.as_of = leaver_text("2026-11-22T09:00:00Z");
 *     options.time_zone = leaver_text("Europe/Zurich");
 *     options.complete = 1;
 *     leaver_decider *decider;
 *     if (leaver_decider_new(policy, &options, &decider, &err) != LEAVER_OK) ...
 *
 * @param policy   Borrowed; may be freed afterwards.
 * @param options  Required: as_of has no default.
 * @param out      Owned by the caller; free it with leaver_decider_free.
 */
LEAVER_API
leaver_status leaver_decider_new(const struct leaver_policy *policy,
                                 const struct leaver_decider_options *options,
                                 struct leaver_decider **out,
                                 struct leaver_error **err);

/**
 * The same decider as of another instant: cheaper than a new one.
 *
 * @param as_of  RFC 3339.
 * @param out    Owned by the caller; free it with leaver_decider_free.
 */
LEAVER_API
leaver_status leaver_decider_at(const struct leaver_decider *decider,
                                struct leaver_str as_of,
                                struct leaver_decider **out,
                                struct leaver_error **err);

/**
 * Frees a decider. NULL is left alone. Prepared users made with it go on working.
 */
LEAVER_API void leaver_decider_free(struct leaver_decider *decider);

/**
 * The short answer about a user: what happens to ID and access, by which rule. It asks for no memory unless the
 * policy has rules that only the interpreter can evaluate, or a veto makes way for an alternative.
 *
 *     leaver_verdict verdict;
 *     if (leaver_decider_verdict(decider, &user, &verdict, &err) == LEAVER_OK
 *         && verdict.outcome == LEAVER_OUTCOME_ACT) ...
 *
 * @param user  Begins with LEAVER_USER_INIT; its texts are read during the call only.
 * @param out   Filled in.
 */
LEAVER_API
leaver_status leaver_decider_verdict(const struct leaver_decider *decider,
                                     const struct leaver_user *user,
                                     struct leaver_verdict *out,
                                     struct leaver_error **err);

/**
 * The whole decision about a user, with reason, obligations and all.
 *
 * @param user  Begins with LEAVER_USER_INIT; its texts are read during the call only.
 * @param out   Owned by the caller; free it with leaver_decision_free.
 */
LEAVER_API
leaver_status leaver_decider_decide(const struct leaver_decider *decider,
                                    const struct leaver_user *user,
                                    struct leaver_decision **out,
                                    struct leaver_error **err);

/**
 * The whole decision about a user given as a JSON object, such as
 * {"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20"}. Fields that are not there
 * are not told; null is told to be none.
 *
 * @param out  Owned by the caller; free it with leaver_decision_free.
 */
LEAVER_API
leaver_status leaver_decider_decide_json(const struct leaver_decider *decider,
                                         struct leaver_str json,
                                         struct leaver_decision **out,
                                         struct leaver_error **err);

/**
 * The whole decision about a user of the decider's directory.
 *
 * @param id   The messaging ID; LEAVER_ERR_NOT_FOUND if nobody has it.
 * @param out  Owned by the caller; free it with leaver_decision_free.
 */
LEAVER_API
leaver_status leaver_decider_decide_id(const struct leaver_decider *decider,
                                       struct leaver_str id,
                                       struct leaver_decision **out,
                                       struct leaver_error **err);

/**
 * Frees a decision. NULL is left alone.
 */
LEAVER_API void leaver_decision_free(struct leaver_decision *decision);

/**
 * The decision as the JSON object of the formats, on one line.
 *
 * @return Borrowed from the decision; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_decision_json(const struct leaver_decision *decision);

/**
 * The messaging ID.
 *
 * @return Borrowed from the decision; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_decision_user(const struct leaver_decision *decision);

/**
 * The person.
 *
 * @return Borrowed from the decision; no text if the user is unmatched.
 */
LEAVER_API struct leaver_str leaver_decision_person(const struct leaver_decision *decision);

/**
 * What it comes to; a hold for NULL.
 */
LEAVER_API leaver_outcome leaver_decision_outcome(const struct leaver_decision *decision);

/**
 * What happens to the ID; a hold for NULL.
 */
LEAVER_API leaver_disposition leaver_decision_disposition(const struct leaver_decision *decision);

/**
 * What happens to the access; a hold for NULL.
 */
LEAVER_API leaver_access leaver_decision_access(const struct leaver_decision *decision);

/**
 * How many obligations there are.
 */
LEAVER_API size_t leaver_decision_obligation_count(const struct leaver_decision *decision);

/**
 * One of the obligations, in the order of the JSON.
 *
 * @param index  Below leaver_decision_obligation_count, else LEAVER_ERR_NOT_FOUND.
 * @param out    Its texts are borrowed from the decision.
 */
LEAVER_API
leaver_status leaver_decision_obligation(const struct leaver_decision *decision,
                                         size_t index,
                                         struct leaver_obligation *out,
                                         struct leaver_error **err);

/**
 * The rule that won.
 *
 * @return Borrowed from the decision; no text if none did.
 */
LEAVER_API struct leaver_str leaver_decision_rule(const struct leaver_decision *decision);

/**
 * Its reason.
 *
 * @return Borrowed from the decision; no text if there is none.
 */
LEAVER_API struct leaver_str leaver_decision_reason(const struct leaver_decision *decision);

/**
 * The fact on which an ID is detached or revoked.
 */
LEAVER_API leaver_ground leaver_decision_ground(const struct leaver_decision *decision);

/**
 * When the ID axis may be carried out at the earliest.
 *
 * @return Its text is borrowed from the decision.
 */
LEAVER_API struct leaver_when leaver_decision_after(const struct leaver_decision *decision);

/**
 * Until when both axes must have taken effect in the worst case.
 *
 * @return Its text is borrowed from the decision.
 */
LEAVER_API struct leaver_when leaver_decision_deadline(const struct leaver_decision *decision);

/**
 * How many people must approve.
 */
LEAVER_API uint32_t leaver_decision_approvals(const struct leaver_decision *decision);

/**
 * How many actions of later rules lost.
 */
LEAVER_API size_t leaver_decision_overruled_count(const struct leaver_decision *decision);

/**
 * One of the actions that lost.
 *
 * @param index  Below leaver_decision_overruled_count, else LEAVER_ERR_NOT_FOUND.
 * @param out    Its text is borrowed from the decision.
 */
LEAVER_API
leaver_status leaver_decision_overruled(const struct leaver_decision *decision,
                                        size_t index,
                                        struct leaver_struck *out,
                                        struct leaver_error **err);

/**
 * How many actions were struck out.
 */
LEAVER_API size_t leaver_decision_vetoed_count(const struct leaver_decision *decision);

/**
 * One of the actions that were struck out.
 *
 * @param index  Below leaver_decision_vetoed_count, else LEAVER_ERR_NOT_FOUND.
 * @param out    Its text is borrowed from the decision.
 */
LEAVER_API
leaver_status leaver_decision_vetoed(const struct leaver_decision *decision,
                                     size_t index,
                                     struct leaver_struck *out,
                                     struct leaver_error **err);

/**
 * What is held, and why.
 *
 * @return Its texts are borrowed from the decision.
 */
LEAVER_API struct leaver_hold leaver_decision_hold(const struct leaver_decision *decision);

/**
 * Until when the decision stays what it is, if no fact changes.
 *
 * @return An instant, borrowed from the decision; no text if for ever.
 */
LEAVER_API struct leaver_str leaver_decision_valid_until(const struct leaver_decision *decision);

/**
 * Decides about every user of the decider's directory.
 *
 *     leaver_decisions *all;
 *     if (leaver_decider_decide_all(decider, NULL, &all, &err) == LEAVER_OK) {
 *         for (size_t i = 0; i < leaver_decisions_count(all); i++)
 *             print(leaver_decisions_get(all, i));
 *         leaver_decisions_free(all);
 *     }
 *
 * @param run  Cancellation, deadline and progress, or NULL.
 * @param out  Owned by the caller; free it with leaver_decisions_free.
 */
LEAVER_API
leaver_status leaver_decider_decide_all(const struct leaver_decider *decider,
                                        const struct leaver_run_options *run,
                                        struct leaver_decisions **out,
                                        struct leaver_error **err);

/**
 * How many there are; 0 for NULL.
 */
LEAVER_API size_t leaver_decisions_count(const struct leaver_decisions *decisions);

/**
 * One of them.
 *
 * @return Borrowed from the list: not to be freed. NULL if there is no such decision.
 */
LEAVER_API
const struct leaver_decision *leaver_decisions_get(const struct leaver_decisions *decisions,
                                                   size_t index);

/**
 * Frees all of them. NULL is left alone.
 */
LEAVER_API void leaver_decisions_free(struct leaver_decisions *decisions);

/**
 * Prepares a user given as a structure: whoever asks about somebody more than once looks the user up once.
 *
 * @param user  Begins with LEAVER_USER_INIT; copied.
 * @param out   Owned by the caller; free it with leaver_prepared_free.
 */
LEAVER_API
leaver_status leaver_decider_prepare(const struct leaver_decider *decider,
                                     const struct leaver_user *user,
                                     struct leaver_prepared **out,
                                     struct leaver_error **err);

/**
 * Prepares a user given as a JSON object.
 *
 * @param out  Owned by the caller; free it with leaver_prepared_free.
 */
LEAVER_API
leaver_status leaver_decider_prepare_json(const struct leaver_decider *decider,
                                          struct leaver_str json,
                                          struct leaver_prepared **out,
                                          struct leaver_error **err);

/**
 * Prepares a user of the decider's directory.
 *
 * @param id   The messaging ID; LEAVER_ERR_NOT_FOUND if nobody has it.
 * @param out  Owned by the caller; free it with leaver_prepared_free.
 */
LEAVER_API
leaver_status leaver_decider_prepare_id(const struct leaver_decider *decider,
                                        struct leaver_str id,
                                        struct leaver_prepared **out,
                                        struct leaver_error **err);

/**
 * Frees a prepared user. NULL is left alone.
 */
LEAVER_API void leaver_prepared_free(struct leaver_prepared *prepared);

/**
 * The short answer, in a few nanoseconds: what leaver_decider_verdict says.
 */
LEAVER_API
leaver_status leaver_prepared_verdict(const struct leaver_prepared *prepared,
                                      struct leaver_verdict *out,
                                      struct leaver_error **err);

/**
 * The whole decision.
 *
 * @param out  Owned by the caller; free it with leaver_decision_free.
 */
LEAVER_API
leaver_status leaver_prepared_decide(const struct leaver_prepared *prepared,
                                     struct leaver_decision **out,
                                     struct leaver_error **err);

/**
 * Explains the decision about a user: what each rule said, and which conditions led there.
 *
 *     leaver_explanation *why;
 *     if (leaver_prepared_explain(prepared, &why, &err) == LEAVER_OK) {
 *         leaver_str text = leaver_explanation_text(why);
 *         fwrite(text.data, 1, text.len, stdout);
 *         leaver_explanation_free(why);
 *     }
 *
 * @param out  Owned by the caller; free it with leaver_explanation_free.
 */
LEAVER_API
leaver_status leaver_prepared_explain(const struct leaver_prepared *prepared,
                                      struct leaver_explanation **out,
                                      struct leaver_error **err);

/**
 * Why a rule did not decide: the conditions that failed first, or what won instead.
 *
 * @param rule  Its name; LEAVER_ERR_NOT_FOUND if the policy has no such rule.
 * @param out   Owned by the caller; free it with leaver_explanation_free.
 */
LEAVER_API
leaver_status leaver_prepared_why_not(const struct leaver_prepared *prepared,
                                      struct leaver_str rule,
                                      struct leaver_explanation **out,
                                      struct leaver_error **err);

/**
 * The fewest facts that would have to be different for another decision, up to two of them.
 *
 * @param out  Owned by the caller; free it with leaver_explanation_free.
 */
LEAVER_API
leaver_status leaver_prepared_counterfactuals(const struct leaver_prepared *prepared,
                                              struct leaver_explanation **out,
                                              struct leaver_error **err);

/**
 * The text, in lines.
 *
 * @return Borrowed from the explanation; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_explanation_text(const struct leaver_explanation *explanation);

/**
 * The same as JSON.
 *
 * @return Borrowed from the explanation; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_explanation_json(const struct leaver_explanation *explanation);

/**
 * Frees an explanation. NULL is left alone.
 */
LEAVER_API void leaver_explanation_free(struct leaver_explanation *explanation);

/**
 * Decides about every user of the decider's directory and makes a plan of it.
 *
 *     leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
 *     options.actor = leaver_text("mia");
 *     leaver_plan *plan;
 *     leaver_status status = leaver_decider_plan(decider, &options, &plan, &err);
 *     if (status == LEAVER_ERR_REFUSED) ... leaver_error_json(err) ...
 *
 * @param options  Required: actor has no default.
 * @param out      Owned by the caller; free it with leaver_plan_free.
 */
LEAVER_API
leaver_status leaver_decider_plan(const struct leaver_decider *decider,
                                  const struct leaver_plan_options *options,
                                  struct leaver_plan **out,
                                  struct leaver_error **err);

/**
 * Decides about one user and makes a plan for that user alone: what a device-management agent asks. The rest of
 * the company is not looked at; the decider needs no directory, and one that it has is left alone. The user needs
 * an edition, of its own or of the decider. A superseding ID is trusted to stay.
 *
 *     if (leaver_decider_plan_user(decider, &user, &options, &plan, &err) == LEAVER_OK) {
 *         leaver_step step;
 *         size_t at = 0;
 *         while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_MDM, &step)) != 0) ...
 *     }
 *
 * @param user     Begins with LEAVER_USER_INIT.
 * @param options  Required: actor has no default.
 * @param out      Owned by the caller; free it with leaver_plan_free.
 */
LEAVER_API
leaver_status leaver_decider_plan_user(const struct leaver_decider *decider,
                                       const struct leaver_user *user,
                                       const struct leaver_plan_options *options,
                                       struct leaver_plan **out,
                                       struct leaver_error **err);

/**
 * The same for a user given as a JSON object.
 *
 * @param options  Required: actor has no default.
 * @param out      Owned by the caller; free it with leaver_plan_free.
 */
LEAVER_API
leaver_status leaver_decider_plan_json(const struct leaver_decider *decider,
                                       struct leaver_str json,
                                       const struct leaver_plan_options *options,
                                       struct leaver_plan **out,
                                       struct leaver_error **err);

/**
 * Frees a plan. NULL is left alone.
 */
LEAVER_API void leaver_plan_free(struct leaver_plan *plan);

/**
 * The plan as canonical JSON with its digest.
 *
 * @return Borrowed from the plan; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_plan_json(const struct leaver_plan *plan);

/**
 * SHA-256 of the canonical JSON without the key "digest", in hexadecimal.
 *
 * @return Borrowed from the plan; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_plan_digest(const struct leaver_plan *plan);

/**
 * Until when the plan may be begun.
 *
 * @return Borrowed from the plan; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_plan_expires_at(const struct leaver_plan *plan);

/**
 * How many people besides the actor must approve.
 */
LEAVER_API uint32_t leaver_plan_approvals_needed(const struct leaver_plan *plan);

/**
 * How many users the plan lists: everybody of the directory. 0 for NULL.
 */
LEAVER_API size_t leaver_plan_user_count(const struct leaver_plan *plan);

/**
 * One of the users, in order of their IDs.
 *
 * @param index  Below leaver_plan_user_count, else LEAVER_ERR_NOT_FOUND.
 * @param out    Its texts are borrowed from the plan.
 */
LEAVER_API
leaver_status leaver_plan_user(const struct leaver_plan *plan,
                               size_t index,
                               struct leaver_planned_user *out,
                               struct leaver_error **err);

/**
 * How many steps the plan has; 0 for NULL.
 */
LEAVER_API size_t leaver_plan_step_count(const struct leaver_plan *plan);

/**
 * The next step of an executor, in the order in which they are carried out.
 *
 *     leaver_step step;
 *     size_t at = 0;
 *     while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_MDM, &step)) != 0)
 *         ...
 *
 * @param at        0 to begin, then what was returned last.
 * @param executor  A leaver_executor; LEAVER_EXECUTOR_NONE for all steps.
 * @param out       Filled in, if there is a step; its texts are borrowed from the plan.
 * @return 0 if there is no more step (also for NULL and unknown numbers).
 */
LEAVER_API
size_t leaver_plan_next(const struct leaver_plan *plan,
                        size_t at,
                        int32_t executor,
                        struct leaver_step *out);

/**
 * A batch that a step waits for.
 *
 * @param at     What leaver_plan_next returned for the step.
 * @param index  Below its wait_count.
 * @return The number of the batch; 0 if there is none.
 */
LEAVER_API uint32_t leaver_plan_wait(const struct leaver_plan *plan, size_t at, size_t index);

/**
 * What the device management is to set for a step. Secrets are never in it: leaver_plan_supply names their keys.
 *
 * @param at      What leaver_plan_next returned for the step; LEAVER_ERR_NOT_FOUND if its purpose is none.
 * @param system  A leaver_system.
 * @param out     Borrowed from the plan.
 */
LEAVER_API
leaver_status leaver_plan_payload(const struct leaver_plan *plan,
                                  size_t at,
                                  int32_t system,
                                  struct leaver_str *out,
                                  struct leaver_error **err);

/**
 * A key of a step's configuration that the host has to add.
 *
 * @param at     What leaver_plan_next returned for the step.
 * @param index  Below its supply_count.
 * @return Text that lives as long as the library; no text if there is none.
 */
LEAVER_API
struct leaver_str leaver_plan_supply(const struct leaver_plan *plan,
                                     size_t at,
                                     size_t index);

/**
 * Decides about the rows of a stream of Arrow batches, as they are asked for. Columns are called as the fields of a user;
 * a bad row is a hold with its error in the row, never the end of the stream. Columns that come out are those of a
 * decision, with plain texts. The decider may be freed before the stream is read; a superseding ID is trusted.
 *
 * leaver.h declares `struct ArrowArrayStream` and no more: the definition is that of Arrow, as in its abi.h.
 *
 * @param users  The stream; moved, whatever the call returns: `users->release` is NULL afterwards.
 * @param out    An empty structure, which becomes a stream that the caller releases.
 */
LEAVER_API
leaver_status leaver_decider_decide_stream(const struct leaver_decider *decider,
                                           struct ArrowArrayStream *users,
                                           struct ArrowArrayStream *out,
                                           struct leaver_error **err);

/**
 * The text.
 *
 * @return Borrowed from the document; no text for NULL.
 */
LEAVER_API struct leaver_str leaver_document_text(const struct leaver_document *document);

/**
 * Frees a document. NULL is left alone.
 */
LEAVER_API void leaver_document_free(struct leaver_document *document);

/**
 * Opens a journal, or begins one. Everything in it is verified.
 *
 * @param path  UTF-8.
 * @param now   The instant, for the first record of a new journal.
 * @param out   Owned by the caller; free it with leaver_journal_free, which gives the file back.
 */
LEAVER_API
leaver_status leaver_journal_open(struct leaver_str path,
                                  struct leaver_str now,
                                  struct leaver_journal **out,
                                  struct leaver_error **err);

/**
 * Gives the file of a journal back. NULL is left alone.
 */
LEAVER_API void leaver_journal_free(struct leaver_journal *journal);

/**
 * Accepts a plan, once, with everything it takes. A refusal is recorded, too.
 *
 * @param plan     The JSON of a plan, byte for byte.
 * @param options  Required: now has no default.
 * @param fresh    Whether it was accepted now and not before, or NULL.
 * @return LEAVER_ERR_REFUSED if it may not be carried out; leaver_error_json has every reason.
 */
LEAVER_API
leaver_status leaver_journal_accept(const struct leaver_journal *journal,
                                    struct leaver_str plan,
                                    const struct leaver_accept_options *options,
                                    bool *fresh,
                                    struct leaver_error **err);

/**
 * Approves a plan: a signed statement about its digest and its numbers, as `leaver approve` writes it.
 *
 * @param plan   The JSON of a plan, byte for byte.
 * @param name   The administrator who approves, as approvers.toml names them; not the owner of the plan.
 * @param key    The text of the private key, as `leaver keygen` writes it. It is not kept.
 * @param now    The instant.
 * @param hours  For how long the approval holds, 1 to 72, but never beyond the plan.
 * @param out    The statement as JSON. Owned by the caller; free it with leaver_document_free.
 */
LEAVER_API
leaver_status leaver_approve(struct leaver_str plan,
                             struct leaver_str name,
                             struct leaver_str key,
                             struct leaver_str now,
                             uint32_t hours,
                             struct leaver_document **out,
                             struct leaver_error **err);

/**
 * Records that somebody, or an agent, did these steps, or could not do them: what a device-management agent says after
 * `remove_from_device`.
 *
 * @param plan       The JSON of a plan that was accepted.
 * @param steps      Their numbers.
 * @param done       1 if they were done, 0 if they could not be done.
 * @param by         Who did them, as it is recorded.
 * @param directory  The directory of which `by` must be an administrator with the privileges, or NULL.
 * @param now        The instant; time counts from the report.
 * @return LEAVER_ERR_REFUSED for a step that is not to be done now.
 */
LEAVER_API
leaver_status leaver_journal_report(const struct leaver_journal *journal,
                                    struct leaver_str plan,
                                    const uint32_t *steps,
                                    size_t step_count,
                                    int32_t done,
                                    struct leaver_str by,
                                    const struct leaver_directory *directory,
                                    struct leaver_str now,
                                    struct leaver_error **err);

/**
 * What was planned beside what is on record, as JSON: {"at": ..., "steps": [{"step", "kind", "user", "target", "state",
 * "until"}]}.
 *
 * @param out  Owned by the caller; free it with leaver_document_free.
 */
LEAVER_API
leaver_status leaver_journal_status(const struct leaver_journal *journal,
                                    struct leaver_str plan,
                                    struct leaver_str now,
                                    struct leaver_document **out,
                                    struct leaver_error **err);

/**
 * What people do next, in the words of the cockpit, as Markdown.
 *
 * @param out  Owned by the caller; free it with leaver_document_free.
 */
LEAVER_API
leaver_status leaver_journal_checklist(const struct leaver_journal *journal,
                                       struct leaver_str plan,
                                       struct leaver_str now,
                                       struct leaver_document **out,
                                       struct leaver_error **err);

/**
 * Verifies the history of a journal that no other process works on.
 *
 * @param path     UTF-8.
 * @param records  How many records it has, or NULL.
 * @param root     The Merkle root of its records in hexadecimal, or NULL; owned by the caller.
 */
LEAVER_API
leaver_status leaver_history_verify(struct leaver_str path,
                                    uint64_t *records,
                                    struct leaver_document **root,
                                    struct leaver_error **err);

/**
 * Does what can be done now of a plan that was accepted. However it was stopped, the same call goes on: before a step its
 * intent is durable in the journal, afterwards its outcome, and nothing that cannot be taken back is done twice.
 *
 * @param plan       The JSON of the plan.
 * @param connector  Required.
 * @param now        The instant; empty: the clock of the machine before each step.
 * @param run        Cancellation, deadline, and progress with steps done and all; or NULL.
 * @param out        Filled in.
 */
LEAVER_API
leaver_status leaver_journal_run(const struct leaver_journal *journal,
                                 struct leaver_str plan,
                                 const struct leaver_connector *connector,
                                 struct leaver_str now,
                                 const struct leaver_run_options *run,
                                 struct leaver_run_result *out,
                                 struct leaver_error **err);

/* What follows is compiled into the program that includes it. */

/** The text of a terminated string; NULL is no text. */
static inline leaver_str leaver_text(const char *text)
{
    leaver_str result;
    result.data = (const uint8_t *)text;
    result.len = text != NULL ? strlen(text) : 0;
    return result;
}

/** Whether a text is the same as a terminated string. */
static inline bool leaver_text_is(leaver_str text, const char *other)
{
    return text.data != NULL && strlen(other) == text.len && memcmp(text.data, other, text.len) == 0;
}

/** What LEAVER_POLICY_OPTIONS_INIT stands for. */
static inline leaver_policy_options leaver_policy_options_init(void)
{
    leaver_policy_options result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_DECIDER_OPTIONS_INIT stands for. */
static inline leaver_decider_options leaver_decider_options_init(void)
{
    leaver_decider_options result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_RUN_OPTIONS_INIT stands for. */
static inline leaver_run_options leaver_run_options_init(void)
{
    leaver_run_options result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_PLAN_OPTIONS_INIT stands for. */
static inline leaver_plan_options leaver_plan_options_init(void)
{
    leaver_plan_options result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_USER_INIT stands for. */
static inline leaver_user leaver_user_init(void)
{
    leaver_user result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_ACCEPT_OPTIONS_INIT stands for. */
static inline leaver_accept_options leaver_accept_options_init(void)
{
    leaver_accept_options result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}

/** What LEAVER_CONNECTOR_INIT stands for. */
static inline leaver_connector leaver_connector_init(void)
{
    leaver_connector result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    return result;
}
#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LEAVER_H */
