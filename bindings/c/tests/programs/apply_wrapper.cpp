// leaver_apply.hpp: a connector that throws, and a journal.
#include <map>

#include <cstdlib>

#include "leaver_apply.hpp"
#include "checks.h"

namespace {

const char DIRECTORY[] =
    R"({"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
        "taken_at": "2026-11-22T08:00:00Z", "complete": true,
        "users": [{"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"}],
        "credentials": [{"id": "c1", "kind": "single"}],
        "administrators": [{"name": "mia", "kind": "full"}]})";
const char RULES[] = "/// Staff lose the ID.\nfn staff(user) { if user.has_left { revoke() } }";
const char GUARDS[] = "approvals = 0\n[irreversible]\nmax_count = 9\nmax_percent = 100\n"
                      "[withdraw]\nmax_count = 9\nmax_percent = 100\n";
const char NOW[] = "2026-11-22T09:00:00Z";

struct platform : leaver::connector {
    std::map<std::uint32_t, int> done;
    int asked = 0;
    bool throws = false;

    std::string_view name() const noexcept override { return "own"; }
    int ability(leaver_step_kind) override { return LEAVER_ABILITY_DO | LEAVER_ABILITY_READABLE; }
    leaver::sight observe(const leaver_task &task) override
    {
        leaver::sight seen;
        seen.effect = done.count(task.number) != 0 ? LEAVER_EFFECT_DONE : LEAVER_EFFECT_NOT_DONE;
        seen.credential = std::string(leaver::view(task.target));
        return seen;
    }
    leaver::answer perform(const leaver_task &task) override
    {
        asked++;
        done[task.number]++;
        if (throws)
            throw 7;
        return {LEAVER_ANSWER_APPLIED, 0, ""};
    }
};

} // namespace

int main()
{
    char folder[] = "/tmp/leaver-cpp-XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    auto directory = leaver::directory::parse("d.json", DIRECTORY);
    auto policy = leaver::policy::compile("p.rhai", RULES);
    leaver::circumstances now;
    now.as_of = NOW;
    now.directory = &directory;
    leaver::decider decider(policy, now);
    leaver_plan_options wanted = LEAVER_PLAN_OPTIONS_INIT;
    wanted.actor = leaver_text("mia");
    wanted.guards = leaver_text(GUARDS);
    leaver_plan *raw = nullptr;
    DO(leaver_decider_plan(decider.get(), &wanted, &raw, &err));
    leaver::plan plan{leaver::plan::handle(raw)};

    try {
        leaver::approve(plan.json(), "noah", "no key", NOW);
        CHECK(false);
    } catch (const leaver::error &error) {
        CHECK(error.status() == LEAVER_ERR_ARGUMENT);
    }

    for (bool throws : {false, true}) {
        const std::string path = std::string(folder) + (throws ? "/throws" : "/works");
        {
            platform host;
            host.throws = throws;
            leaver::journal journal(path, NOW);
            CHECK(journal.accept(plan.json(), {}, {"", &directory, NOW, GUARDS}));
            CHECK(!journal.accept(plan.json(), {}, {"", nullptr, NOW}));
            auto result = journal.run(plan.json(), host, NOW);
            CHECK(result.end == (throws ? LEAVER_RUN_WAITING : LEAVER_RUN_FINISHED) || throws);
            for (const char *later : {"2026-11-22T11:00:00Z", "2026-11-24T11:00:00Z", "2026-11-26T11:00:00Z"})
                result = journal.run(plan.json(), host, later);
            CHECK(result.end == LEAVER_RUN_FINISHED && result.done == 2);
            for (const auto &one : host.done)
                CHECK(one.second == 1);
            CHECK(journal.status(plan.json(), NOW).text().find("confirmed") != std::string_view::npos);
            CHECK(!journal.checklist(plan.json(), "2026-11-26T11:00:00Z").text().empty());
            try {
                journal.report(plan.json(), {1}, true, "mia", NOW);
                CHECK(false);
            } catch (const leaver::error &error) {
                CHECK(error.status() == LEAVER_ERR_REFUSED);
            }
        }
        for (const char *besides : {"", "-wal", "-shm"})
            std::remove((path + besides).c_str());
    }
    CHECK(std::remove(folder) == 0);
    std::puts("journal: all as told");
    return 0;
}
