// A small device-management agent: it is told that somebody's last day was yesterday, decides what that means, and
// prints what the device management is to set, or writes it into a folder.
//
//     mdm_agent POLICY AS_OF ID EMPLOYMENT LAST_DAY [FOLDER]
//
// The agent performs the steps of the executor `mdm` only; those of the cockpit are somebody else's.
#include <fstream>
#include <iostream>
#include <string>

#include "leaver.hpp"

namespace {

void write(const std::string &folder, const std::string &name, std::string_view text)
{
    if (folder.empty()) {
        std::cout << "--- " << name << '\n' << text << '\n';
        return;
    }
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file << text << '\n';
    if (!file)
        throw std::runtime_error(folder + "/" + name + " cannot be written");
}

int run(char **argv, const std::string &folder)
{
    const auto policy = leaver::policy::load(argv[1]);
    leaver::circumstances now;
    now.as_of = argv[2];
    now.time_zone = "Europe/Zurich";
    now.edition = "enterprise";
    now.complete = true;
    const leaver::decider decider(policy, now);

    // All devices share one licence of the device management.
    leaver::user user(argv[3]);
    user->person = leaver::str("E1001");
    user->employment = leaver::str(argv[4]);
    user->last_day = leaver::str(argv[5]);
    user->legal_hold = LEAVER_NO;
    user->mdm_managed = LEAVER_YES;
    user->credential = leaver::str("mdm");
    user->credential_kind = leaver::str("multi");

    const auto decision = decider.decide(user);
    std::cout << leaver::view(leaver_disposition_word(decision.disposition())) << " the ID, "
              << leaver::view(leaver_access_word(decision.access())) << " the access: "
              << decision.reason().value_or("no rule acts") << '\n';
    if (decision.hold().code != LEAVER_HOLD_CODE_NONE)
        std::cout << "held: " << leaver::view(decision.hold().message) << '\n';

    leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
    options.actor = leaver::str("agent");
    const auto plan = decider.plan(user, options);
    for (const leaver::step &step : plan.steps(LEAVER_EXECUTOR_MDM)) {
        std::cout << "step " << step.number << ": " << leaver::view(leaver_step_kind_word(step.kind)) << '\n';
        if (step.purpose == LEAVER_PURPOSE_NONE)
            continue;
        const std::string stem = std::to_string(step.number) + "-" + std::string(leaver::view(step.user)) + "-"
            + std::string(leaver::view(leaver_purpose_word(step.purpose)));
        write(folder, stem + ".android.json", plan.payload(step, LEAVER_SYSTEM_ANDROID));
        write(folder, stem + ".ios.plist", plan.payload(step, LEAVER_SYSTEM_IOS));
        for (std::string_view key : plan.supply(step))
            std::cout << "add the value of " << key << '\n';
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 6 || argc > 7) {
        std::cerr << "usage: mdm_agent POLICY AS_OF ID EMPLOYMENT LAST_DAY [FOLDER]\n";
        return 2;
    }
    if (!leaver::is_compatible()) {
        std::cerr << "the library is of another version than this program\n";
        return 1;
    }
    try {
        return run(argv, argc == 7 ? argv[6] : "");
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
