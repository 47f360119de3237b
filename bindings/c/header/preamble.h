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
