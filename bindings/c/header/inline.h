
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
