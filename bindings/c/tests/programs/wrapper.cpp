// leaver.hpp: owners, exceptions, ranges.
#include <thread>
#include <utility>

#include "leaver.hpp"
#include "checks.h"

std::size_t second_unit();

namespace {

const char DIRECTORY[] =
    R"({"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        "taken_at": "2026-11-22T08:00:00Z", "complete": true,
        "users": [{"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20"},
                  {"id": "MIAMIA01", "person": "E2", "employment": "staff"}]})";

void errors()
{
    try {
        leaver::policy::compile("bad.rhai", "/// No.\nfn rule(user) { if user.employmet == 1 { revoke() } }");
        CHECK(false);
    } catch (const leaver::error &error) {
        CHECK(error.status() == LEAVER_ERR_POLICY);
        CHECK(!error.diagnostics().empty() && error.diagnostics()[0].code == "P0102");
        CHECK(error.json().front() == '[');
        CHECK(std::string(error.what()).find("employmet") != std::string::npos);
    }
}

void one_user()
{
    auto policy = leaver::policy::compile("acme.rhai", POLICY, ATTRIBUTES);
    std::size_t rules = 0;
    for (std::string_view name : policy.rules())
        rules += name.empty() ? 0 : 1;
    CHECK(rules == 4 && policy.rules().size() == 4);

    leaver::circumstances now;
    now.as_of = "2026-11-22T09:00:00Z";
    now.time_zone = "Europe/Zurich";
    now.edition = "enterprise";
    now.complete = true;
    leaver::decider first(policy, now);
    leaver::decider decider = std::move(first);
    leaver::user user("ECHOECHO");
    user->person = leaver::str("E1001");
    user->employment = leaver::str("staff");
    user->last_day = leaver::str("2026-11-20");
    user->legal_hold = LEAVER_NO;
    const leaver_str categories[] = {leaver::str("sales")};
    user->categories = {categories, 1};
    const leaver_attribute attributes[] = {site("zurich")};
    user->attributes = attributes;
    user->attribute_count = 1;
    CHECK(decider.verdict(user).disposition == LEAVER_DISPOSITION_REVOKE);
    auto decision = decider.decide(user);
    CHECK(decision.rule() == "staff_leave" && decision.person() == "E1001");
    std::size_t obligations = 0;
    for (leaver_obligation one : decision.obligations())
        obligations += leaver_obligation_word(one.kind).len > 0 ? 1 : 0;
    CHECK(obligations == 2);
    auto prepared = decider.prepare(user);
    CHECK(prepared.verdict().rule == 1);
    CHECK(prepared.explain().json().front() == '{');
    CHECK(decider.at("2026-11-01T00:00:00Z").verdict(user).disposition == LEAVER_DISPOSITION_KEEP);
}

void everybody()
{
    auto directory = leaver::directory::parse("d.json", DIRECTORY);
    leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
    (void)options;
    auto policy = leaver::policy::compile("p.rhai", "/// Leavers.\nfn leave(user) { if user.has_left { withdraw() } }");
    leaver::circumstances now;
    now.as_of = "2026-11-22T09:00:00Z";
    now.directory = &directory;
    leaver::decider decider(policy, now);
    std::size_t acts = 0, told = 0;
    leaver::run watch;
    watch.progress = [&](std::size_t, std::size_t total) {
        told = total;
        return true;
    };
    auto all = decider.decide_all(watch);
    for (leaver::decision_view one : all)
        acts += one.outcome() == LEAVER_OUTCOME_ACT ? 1 : 0;
    CHECK(all.size() == 2 && acts == 1 && told == 2);

    leaver::cancel stop;
    std::thread other([&] { stop.set(); });
    other.join();
    watch.stop = &stop;
    try {
        decider.decide_all(watch);
        CHECK(false);
    } catch (const leaver::error &error) {
        CHECK(error.status() == LEAVER_ERR_CANCELLED);
    }
}

} // namespace

int main()
{
    CHECK(leaver::is_compatible());
    errors();
    one_user();
    everybody();
    CHECK(second_unit() == 4);
    std::puts("wrapper: all as told");
    return 0;
}
