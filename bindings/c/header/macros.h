
/* The version of this header; leaver_version() is that of the library. */
#define LEAVER_VERSION_MAJOR @MAJOR@
#define LEAVER_VERSION_MINOR @MINOR@
#define LEAVER_VERSION_PATCH @PATCH@
#define LEAVER_VERSION "@VERSION@"
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
