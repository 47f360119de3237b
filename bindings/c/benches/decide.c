/* Hand-written C beside leaver, on the same structure.
 *
 *     cargo xtask install --prefix /tmp/leaver
 *     export PKG_CONFIG_PATH=/tmp/leaver/lib/pkgconfig LD_LIBRARY_PATH=/tmp/leaver/lib
 *     cc -O2 bindings/c/benches/decide.c $(pkg-config --cflags --libs leaver) -o decide && ./decide
 *
 * With the argument `no-holds` nobody is on legal hold, so that no veto hits the rule that wins.
 *
 * Every answer is compared before anything is timed. Then come interleaved rounds, of which the medians are
 * printed, in time of the processor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "leaver.h"

enum { USERS = 20000, ROUNDS = 9 };

static const char POLICY[] =
    "/// Nothing irreversible while legal holds the account.\n"
    "fn legal_hold(user) { if user.legal_hold { forbid(\"revoke\", \"detach\") } }\n"
    "/// The board is looked at by a person.\n"
    "fn board(user) { if user.has_left && user.department != () && user.department == \"board\" { review(\"board\") } }\n"
    "/// Staff lose the ID.\n"
    "fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }\n"
    "/// Contractors and partners keep it.\n"
    "fn outside(user) { if user.has_left && user.employment in [\"contractor\", \"partner\"] { detach() } }\n"
    "/// Others lose access.\n"
    "fn others(user) { if user.has_left { withdraw() } }\n";

struct answer {
    int disposition, access;
};

static char ids[USERS][9], days[USERS][11];
static leaver_user users[USERS];
static leaver_prepared *prepared[USERS];
static volatile unsigned long sink;

static bool is(leaver_str text, const char *word, size_t len)
{
    return text.len == len && memcmp(text.data, word, len) == 0;
}

/* What a C author would write for these five rules, as of 2026-11-22 in Zurich. */
static struct answer by_hand(const leaver_user *user)
{
    struct answer answer = {LEAVER_DISPOSITION_KEEP, LEAVER_ACCESS_KEEP};
    const bool left = user->last_day.len == 10 && memcmp(user->last_day.data, "2026-11-22", 10) < 0;
    if (!left)
        return answer;
    answer.access = LEAVER_ACCESS_WITHDRAW;
    if (is(user->department, "board", 5)) {
        answer.disposition = LEAVER_DISPOSITION_HOLD;
        answer.access = LEAVER_ACCESS_HOLD;
    } else if (is(user->employment, "staff", 5)) {
        answer.disposition = user->legal_hold == LEAVER_YES ? LEAVER_DISPOSITION_HOLD : LEAVER_DISPOSITION_REVOKE;
    } else if (is(user->employment, "contractor", 10) || is(user->employment, "partner", 7)) {
        answer.disposition = user->legal_hold == LEAVER_YES ? LEAVER_DISPOSITION_HOLD : LEAVER_DISPOSITION_DETACH;
    }
    return answer;
}

static double now(void)
{
    return (double)clock() * 1e9 / CLOCKS_PER_SEC;
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

int main(int argc, char **argv)
{
    static const char *const employments[] = {"staff", "staff", "staff", "contractor", "temporary", "partner"};
    static const char *const departments[] = {"sales", "board", "legal", "yard", "hall", "lab", "it", "hr"};
    static const char *const names[] = {"hand-written C", "verdict from a structure", "verdict, prepared user"};
    leaver_source file = {LEAVER_STR("p5.rhai"), LEAVER_STR("")};
    leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
    leaver_policy *policy = NULL;
    leaver_decider *decider = NULL;
    leaver_verdict verdict;
    double times[3][ROUNDS];
    unsigned long seed = 7;
    const bool holds = argc < 2 || strcmp(argv[1], "no-holds") != 0;
    int i, round, row;

    file.text = leaver_text(POLICY);
    options.as_of = leaver_text("2026-11-22T09:00:00Z");
    options.time_zone = leaver_text("Europe/Zurich");
    options.edition = leaver_text("enterprise");
    options.complete = 1;
    if (leaver_policy_compile(&file, 1, NULL, &policy, NULL) != LEAVER_OK
        || leaver_decider_new(policy, &options, &decider, NULL) != LEAVER_OK)
        fail("the policy does not compile");
    for (i = 0; i < USERS; i++) {
        leaver_user user = LEAVER_USER_INIT;
        struct answer answer;
        seed = (seed * 1103515245u + 12345u) & 0x7fffffffu;
        snprintf(ids[i], sizeof ids[i], "U%07d", i);
        snprintf(days[i], sizeof days[i], "2026-%02d-%02d", (int)(seed >> 8) % 12 + 1, (int)(seed >> 16) % 28 + 1);
        user.id = leaver_text(ids[i]);
        user.person = leaver_text(ids[i]);
        user.employment = leaver_text(employments[(seed >> 5) % 6]);
        user.department = leaver_text(departments[(seed >> 12) % 8]);
        user.last_day = (seed >> 3) % 4 == 0 ? LEAVER_NONE : leaver_text(days[i]);
        user.legal_hold = holds && (seed >> 20) % 16 == 0 ? LEAVER_YES : LEAVER_NO;
        users[i] = user;
        if (leaver_decider_prepare(decider, &users[i], &prepared[i], NULL) != LEAVER_OK)
            fail("a user is refused");
        answer = by_hand(&users[i]);
        if (leaver_decider_verdict(decider, &users[i], &verdict, NULL) != LEAVER_OK
            || answer.disposition != (int)verdict.disposition || answer.access != (int)verdict.access)
            fail("the answers differ");
        if (leaver_prepared_verdict(prepared[i], &verdict, NULL) != LEAVER_OK
            || answer.disposition != (int)verdict.disposition || answer.access != (int)verdict.access)
            fail("the answers of prepared users differ");
    }
    printf("%d users: all answers are the same\n", USERS);
    for (round = 0; round < ROUNDS; round++) {
        for (row = 0; row < 3; row++) {
            const int times_over = row == 1 ? 10 : 50;
            const double start = now();
            int again;
            for (again = 0; again < times_over; again++) {
                for (i = 0; i < USERS; i++) {
                    if (row == 0) {
                        sink += (unsigned long)by_hand(&users[i]).disposition;
                        continue;
                    }
                    if (row == 1)
                        leaver_decider_verdict(decider, &users[i], &verdict, NULL);
                    else
                        leaver_prepared_verdict(prepared[i], &verdict, NULL);
                    sink += (unsigned long)verdict.disposition;
                }
            }
            times[row][round] = (now() - start) / USERS / times_over;
        }
    }
    for (row = 0; row < 3; row++)
        qsort(times[row], ROUNDS, sizeof(double), ascending);
    for (row = 0; row < 3; row++)
        printf("%-28s %8.1f ns  x %.2f\n", names[row], times[row][ROUNDS / 2],
               times[row][ROUNDS / 2] / times[0][ROUNDS / 2]);
    for (i = 0; i < USERS; i++)
        leaver_prepared_free(prepared[i]);
    leaver_decider_free(decider);
    leaver_policy_free(policy);
    return 0;
}
