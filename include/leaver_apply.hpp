// leaver_apply.hpp: carrying plans out, for C++17. For libraries with the feature apply.
//
//     struct platform : leaver::connector {
//         std::string_view name() const noexcept override { return "own"; }
//         int ability(leaver_step_kind) override { return LEAVER_ABILITY_DO | LEAVER_ABILITY_READABLE; }
//         leaver::sight observe(const leaver_task &task) override { ... }
//         leaver::answer perform(const leaver_task &task) override { ... }
//     };
//     leaver::journal journal("acme.journal", now);
//     journal.accept(plan.json(), {approval}, {approvers, &directory, now});
//     leaver_run_result result = journal.run(plan.json(), platform, now);
//
// What a connector throws counts as LEAVER_ANSWER_UNKNOWN: it is looked at, never done again on a guess.
#ifndef LEAVER_APPLY_HPP
#define LEAVER_APPLY_HPP

#include <exception>

#include "leaver.hpp"

namespace leaver {

/// What is seen of a step and its user. The default is that nothing can be told.
struct sight {
    leaver_effect effect = LEAVER_EFFECT_UNCLEAR;
    leaver_id_sight id = LEAVER_ID_SIGHT_UNCLEAR;
    std::int64_t until = 0;
    /// The credential in use; an empty one is known to be none.
    std::optional<std::string> credential;
    bool returned = false, held = false;
};

/// What became of a step. The default is that nobody can say.
struct answer {
    leaver_answer_kind kind = LEAVER_ANSWER_UNKNOWN;
    std::int64_t until = 0;
    std::string why;
};

/// Acts on the platform: does one thing once, and says honestly what came of it. It never tries again by itself.
class connector {
public:
    virtual ~connector() = default;
    virtual std::string_view name() const noexcept = 0;
    /// leaver_ability numbers ORed, or 0 if somebody else does it and reports.
    virtual int ability(leaver_step_kind kind) = 0;
    /// Looks at what a step would act on, without changing anything.
    virtual sight observe(const leaver_task &) { return {}; }
    /// Does a step, once.
    virtual answer perform(const leaver_task &task) = 0;
};

/// With what a plan is to be accepted.
struct acceptance {
    std::string_view approvers;
    const leaver::directory *directory = nullptr;
    std::string_view now;
    /// The text of the guards.toml that the plan was made with; empty: what cannot be taken back needs two approvals.
    std::string_view guards = {};
};

/// A text that is owned.
class document {
public:
    using handle = detail::owned<leaver_document, leaver_document_free>;
    explicit document(handle given) noexcept : handle_(std::move(given)) {}
    std::string_view text() const noexcept { return view(leaver_document_text(handle_.get())); }

private:
    handle handle_;
};

/// Approves a plan: a signed statement, for journal::accept.
inline document approve(std::string_view plan, std::string_view name, std::string_view key, std::string_view now,
                        std::uint32_t hours = 24)
{
    return document(
        detail::make<leaver_document, leaver_document_free>([&](leaver_document **out, leaver_error **err) {
            return leaver_approve(str(plan), str(name), str(key), str(now), hours, out, err);
        }));
}

namespace detail {

/// A connector, and the texts of its last answer for as long as they are copied.
struct speaker {
    connector *host;
    std::string text;

    static speaker &of(void *user_data) noexcept { return *static_cast<speaker *>(user_data); }

    static std::int32_t ability(void *user_data, std::int32_t kind) noexcept
    {
        try {
            return of(user_data).host->ability(static_cast<leaver_step_kind>(kind));
        } catch (...) {
            return 0;
        }
    }
    static void observe(void *user_data, const leaver_task *task, leaver_sight *out) noexcept
    {
        try {
            const sight seen = of(user_data).host->observe(*task);
            out->effect = seen.effect;
            out->id = seen.id;
            out->until = seen.until;
            out->returned = seen.returned ? 1 : 0;
            out->held = seen.held ? 1 : 0;
            if (seen.credential) {
                of(user_data).text = *seen.credential;
                out->credential_known = 1;
                out->credential = seen.credential->empty() ? leaver_str{nullptr, 0} : str(of(user_data).text);
            }
        } catch (...) {
            *out = leaver_sight{};
        }
    }
    static void perform(void *user_data, const leaver_task *task, leaver_answer *out) noexcept
    {
        try {
            answer told = of(user_data).host->perform(*task);
            of(user_data).text = std::move(told.why);
            out->kind = told.kind;
            out->until = told.until;
            out->why = str(of(user_data).text);
        } catch (...) {
            *out = leaver_answer{};
            out->why = leaver_text("the connector threw");
        }
    }
};

} // namespace detail

/// A journal in a file, which no other process uses meanwhile.
class journal {
public:
    journal(std::string_view path, std::string_view now)
        : handle_(detail::make<leaver_journal, leaver_journal_free>([&](leaver_journal **out, leaver_error **err) {
              return leaver_journal_open(str(path), str(now), out, err);
          }))
    {
    }

    /// Accepts a plan, once; whether it was new.
    bool accept(std::string_view plan, const std::vector<std::string> &approvals, const acceptance &with)
    {
        std::vector<leaver_str> texts;
        for (const std::string &approval : approvals)
            texts.push_back(str(approval));
        leaver_accept_options options = LEAVER_ACCEPT_OPTIONS_INIT;
        options.approvals = texts.data();
        options.approval_count = texts.size();
        options.approvers = str(with.approvers);
        options.directory = with.directory != nullptr ? with.directory->get() : nullptr;
        options.now = str(with.now);
        options.guards = str(with.guards);
        bool fresh = false;
        detail::call([&](leaver_error **err) {
            return leaver_journal_accept(handle_.get(), str(plan), &options, &fresh, err);
        });
        return fresh;
    }
    /// Does what can be done now. However it was stopped, the same call goes on.
    leaver_run_result run(std::string_view plan, connector &host, std::string_view now = {}, const leaver::run &watch = {})
    {
        detail::speaker speaker{&host, {}};
        leaver_connector table = LEAVER_CONNECTOR_INIT;
        table.name = str(host.name());
        table.user_data = &speaker;
        table.ability = detail::speaker::ability;
        table.observe = detail::speaker::observe;
        table.perform = detail::speaker::perform;
        const leaver_run_options options = watch.options();
        leaver_run_result result{};
        detail::call([&](leaver_error **err) {
            return leaver_journal_run(handle_.get(), str(plan), &table, str(now), &options, &result, err);
        });
        return result;
    }
    /// Records that somebody, or an agent, did these steps, or could not do them.
    void report(std::string_view plan, const std::vector<std::uint32_t> &steps, bool done, std::string_view by,
                std::string_view now, const leaver::directory *directory = nullptr)
    {
        const leaver_directory *known = directory != nullptr ? directory->get() : nullptr;
        detail::call([&](leaver_error **err) {
            return leaver_journal_report(handle_.get(), str(plan), steps.data(), steps.size(), done ? 1 : 0, str(by),
                                         known, str(now), err);
        });
    }
    /// What was planned beside what is on record, as JSON.
    document status(std::string_view plan, std::string_view now) const
    {
        return document(detail::make<leaver_document, leaver_document_free>(
            [&](leaver_document **out, leaver_error **err) {
                return leaver_journal_status(handle_.get(), str(plan), str(now), out, err);
            }));
    }
    /// What people do next, as Markdown.
    document checklist(std::string_view plan, std::string_view now) const
    {
        return document(detail::make<leaver_document, leaver_document_free>(
            [&](leaver_document **out, leaver_error **err) {
                return leaver_journal_checklist(handle_.get(), str(plan), str(now), out, err);
            }));
    }

private:
    detail::owned<leaver_journal, leaver_journal_free> handle_;
};

} // namespace leaver

#endif
