// leaver.hpp: leaver.h for C++17, in this header alone.
//
// Every handle is a class that owns it and can be moved; what fails throws leaver::error. Texts go in and come out as
// std::string_view; those that come out live as long as the object they were asked of. Threads are as in leaver.h: a
// const member function may be called by any number of threads at once.
//
//     auto policy = leaver::policy::load("acme.rhai");
//     leaver::circumstances now;
//     now.as_of = "2026-11-22T09:00:00Z";
//     now.time_zone = "Europe/Zurich";
//     now.complete = true;
//     leaver::decider decider(policy, now);
//     leaver::user user("ECHOECHO");
//     user->person = leaver::str("E1001");
//     user->employment = leaver::str("staff");
//     user->last_day = leaver::str("2026-11-20");
//     auto decision = decider.decide(user);
//     std::cout << decision.json() << '\n';
//
// A callback of yours must not throw: those of this header are noexcept, so that a throw ends the program.
#ifndef LEAVER_HPP
#define LEAVER_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leaver.h"

namespace leaver {

/// A text for a structure of leaver.h; told, even if it is empty. It must live as long as the structure is used.
inline leaver_str str(std::string_view text) noexcept
{
    return {reinterpret_cast<const std::uint8_t *>(text.data() != nullptr ? text.data() : ""), text.size()};
}

/// A text of leaver.h; empty if there is none.
inline std::string_view view(leaver_str text) noexcept
{
    return text.data == nullptr ? std::string_view()
                                : std::string_view(reinterpret_cast<const char *>(text.data), text.len);
}

/// A text of leaver.h, where none and the empty one are told apart.
inline std::optional<std::string_view> optional_view(leaver_str text) noexcept
{
    return text.data == nullptr ? std::nullopt : std::optional(view(text));
}

namespace detail {

template <auto Free>
struct deleter {
    template <typename T>
    void operator()(T *handle) const noexcept
    {
        Free(handle);
    }
};

template <typename T, auto Free>
using owned = std::unique_ptr<T, deleter<Free>>;

} // namespace detail

/// One diagnostic of a policy, directory, user or settings file.
struct diagnostic {
    std::string code, message, file, help;
    bool is_error = true;
    std::size_t line = 0, column = 0, length = 0;
};

/// What went wrong.
class error : public std::runtime_error {
public:
    /// Takes the error over.
    error(leaver_status status, leaver_error *given)
        : std::runtime_error(std::string(view(leaver_error_message(given)))), status_(status)
    {
        detail::owned<leaver_error, leaver_error_free> owner(given);
        json_ = view(leaver_error_json(given));
        const leaver_diagnostics *list = leaver_error_diagnostics(given);
        for (std::size_t i = 0; i < leaver_diagnostics_count(list); ++i) {
            leaver_diagnostic one;
            if (leaver_diagnostics_get(list, i, &one, nullptr) != LEAVER_OK)
                break;
            diagnostic told;
            told.code = view(one.code);
            told.message = view(one.message);
            told.file = view(one.file);
            told.help = view(one.help);
            told.is_error = one.severity == LEAVER_SEVERITY_ERROR;
            told.line = one.line;
            told.column = one.column;
            told.length = one.length;
            diagnostics_.push_back(std::move(told));
        }
    }

    leaver_status status() const noexcept { return status_; }
    /// All diagnostics, or everything about a plan that was refused, as JSON.
    const std::string &json() const noexcept { return json_; }
    const std::vector<diagnostic> &diagnostics() const noexcept { return diagnostics_; }

private:
    leaver_status status_;
    std::string json_;
    std::vector<diagnostic> diagnostics_;
};

namespace detail {

/// Calls a function of leaver.h with its error, and throws where it fails.
template <typename Call>
void call(Call &&work)
{
    leaver_error *err = nullptr;
    const leaver_status status = work(&err);
    if (status != LEAVER_OK)
        throw error(status, err);
}

/// The same for one that makes a handle.
template <typename T, auto Free, typename Call>
owned<T, Free> make(Call &&work)
{
    T *made = nullptr;
    call([&](leaver_error **err) { return work(&made, err); });
    return owned<T, Free>(made);
}

/// A range over what is asked for by its position.
template <typename Owner, typename Item, Item (Owner::*Get)(std::size_t) const>
class range {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Item;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = Item;

        iterator(const Owner *owner, std::size_t at) noexcept : owner_(owner), at_(at) {}
        Item operator*() const { return (owner_->*Get)(at_); }
        iterator &operator++() noexcept
        {
            ++at_;
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++at_;
            return before;
        }
        bool operator==(const iterator &other) const noexcept { return at_ == other.at_; }
        bool operator!=(const iterator &other) const noexcept { return at_ != other.at_; }

    private:
        const Owner *owner_;
        std::size_t at_;
    };

    range(const Owner &owner, std::size_t size) noexcept : owner_(&owner), size_(size) {}
    iterator begin() const noexcept { return {owner_, 0}; }
    iterator end() const noexcept { return {owner_, size_}; }
    std::size_t size() const noexcept { return size_; }

private:
    const Owner *owner_;
    std::size_t size_;
};

} // namespace detail

/// Whether the library that is loaded is one for this header. Ask once, before anything else.
inline bool is_compatible() noexcept { return leaver_abi() == LEAVER_ABI; }

/// A directory; see leaver_directory.
class directory {
public:
    static directory read(std::string_view path)
    {
        return directory(detail::make<leaver_directory, leaver_directory_free>(
            [&](leaver_directory **out, leaver_error **err) { return leaver_directory_read(str(path), out, err); }));
    }
    static directory parse(std::string_view name, std::string_view json)
    {
        return directory(detail::make<leaver_directory, leaver_directory_free>(
            [&](leaver_directory **out, leaver_error **err) {
                return leaver_directory_parse(str(name), str(json), out, err);
            }));
    }

    std::size_t size() const noexcept { return leaver_directory_user_count(get()); }
    bool is_complete() const noexcept { return leaver_directory_is_complete(get()); }
    std::string_view digest() const noexcept { return view(leaver_directory_digest(get())); }
    const leaver_directory *get() const noexcept { return handle_.get(); }

private:
    using handle = detail::owned<leaver_directory, leaver_directory_free>;
    explicit directory(handle given) noexcept : handle_(std::move(given)) {}
    handle handle_;
};

/// A policy; see leaver_policy.
class policy {
public:
    /// From a text. `attributes` is the JSON object that declares the host's own.
    static policy compile(std::string_view name, std::string_view text, std::string_view attributes = {})
    {
        const leaver_source file = {str(name), str(text)};
        leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
        options.attributes = str(attributes);
        return policy(detail::make<leaver_policy, leaver_policy_free>(
            [&](leaver_policy **out, leaver_error **err) {
                return leaver_policy_compile(&file, 1, &options, out, err);
            }));
    }
    /// From a file or folder.
    static policy load(std::string_view path, std::string_view attributes = {})
    {
        leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
        options.attributes = str(attributes);
        return load(path, options);
    }
    /// From a file or folder, for the users of a directory.
    static policy load(std::string_view path, const directory &around)
    {
        leaver_policy_options options = LEAVER_POLICY_OPTIONS_INIT;
        options.directory = around.get();
        return load(path, options);
    }

    std::string_view rule_name(std::size_t at) const { return view(leaver_policy_rule_name(get(), at)); }
    /// The names of the rules, in file order.
    auto rules() const noexcept
    {
        return detail::range<policy, std::string_view, &policy::rule_name>(*this, leaver_policy_rule_count(get()));
    }
    /// The warnings, as JSON.
    std::string_view warnings() const noexcept
    {
        return view(leaver_diagnostics_json(leaver_policy_warnings(get())));
    }
    std::string_view digest() const noexcept { return view(leaver_policy_digest(get())); }
    const leaver_policy *get() const noexcept { return handle_.get(); }

private:
    using handle = detail::owned<leaver_policy, leaver_policy_free>;
    explicit policy(handle given) noexcept : handle_(std::move(given)) {}
    static policy load(std::string_view path, const leaver_policy_options &options)
    {
        return policy(detail::make<leaver_policy, leaver_policy_free>(
            [&](leaver_policy **out, leaver_error **err) {
                return leaver_policy_load(str(path), &options, out, err);
            }));
    }
    handle handle_;
};

/// A user, as the structure of leaver.h: `user->person = leaver::str(...)`. The texts are not copied.
class user {
public:
    explicit user(std::string_view id) noexcept : user_(LEAVER_USER_INIT) { user_.id = str(id); }
    leaver_user *operator->() noexcept { return &user_; }
    const leaver_user *get() const noexcept { return &user_; }

private:
    leaver_user user_;
};

/// A decision that somebody else owns, or, as `decision`, one of one's own.
class decision_view {
public:
    explicit decision_view(const leaver_decision *given) noexcept : given_(given) {}

    std::string_view user() const noexcept { return view(leaver_decision_user(given_)); }
    std::optional<std::string_view> person() const noexcept { return optional_view(leaver_decision_person(given_)); }
    leaver_outcome outcome() const noexcept { return leaver_decision_outcome(given_); }
    leaver_disposition disposition() const noexcept { return leaver_decision_disposition(given_); }
    leaver_access access() const noexcept { return leaver_decision_access(given_); }
    std::optional<std::string_view> rule() const noexcept { return optional_view(leaver_decision_rule(given_)); }
    std::optional<std::string_view> reason() const noexcept { return optional_view(leaver_decision_reason(given_)); }
    leaver_ground ground() const noexcept { return leaver_decision_ground(given_); }
    leaver_when after() const noexcept { return leaver_decision_after(given_); }
    leaver_when deadline() const noexcept { return leaver_decision_deadline(given_); }
    std::uint32_t approvals() const noexcept { return leaver_decision_approvals(given_); }
    leaver_hold hold() const noexcept { return leaver_decision_hold(given_); }
    std::optional<std::string_view> valid_until() const noexcept
    {
        return optional_view(leaver_decision_valid_until(given_));
    }
    std::string_view json() const noexcept { return view(leaver_decision_json(given_)); }

    leaver_obligation obligation(std::size_t at) const
    {
        leaver_obligation one;
        detail::call([&](leaver_error **err) { return leaver_decision_obligation(given_, at, &one, err); });
        return one;
    }
    leaver_struck overruled_at(std::size_t at) const
    {
        leaver_struck one;
        detail::call([&](leaver_error **err) { return leaver_decision_overruled(given_, at, &one, err); });
        return one;
    }
    leaver_struck vetoed_at(std::size_t at) const
    {
        leaver_struck one;
        detail::call([&](leaver_error **err) { return leaver_decision_vetoed(given_, at, &one, err); });
        return one;
    }
    auto obligations() const noexcept
    {
        return detail::range<decision_view, leaver_obligation, &decision_view::obligation>(
            *this, leaver_decision_obligation_count(given_));
    }
    auto overruled() const noexcept
    {
        return detail::range<decision_view, leaver_struck, &decision_view::overruled_at>(
            *this, leaver_decision_overruled_count(given_));
    }
    auto vetoed() const noexcept
    {
        return detail::range<decision_view, leaver_struck, &decision_view::vetoed_at>(
            *this, leaver_decision_vetoed_count(given_));
    }
    const leaver_decision *get() const noexcept { return given_; }

private:
    const leaver_decision *given_;
};

/// A decision; see leaver_decision.
class decision : public decision_view {
public:
    using handle = detail::owned<leaver_decision, leaver_decision_free>;
    explicit decision(handle given) noexcept : decision_view(given.get()), handle_(std::move(given)) {}

private:
    handle handle_;
};

/// The decisions about all users of a directory: `for (leaver::decision_view one : all) ...`
class decisions {
public:
    using handle = detail::owned<leaver_decisions, leaver_decisions_free>;
    explicit decisions(handle given) noexcept : handle_(std::move(given)) {}

    std::size_t size() const noexcept { return leaver_decisions_count(handle_.get()); }
    decision_view operator[](std::size_t at) const { return decision_view(leaver_decisions_get(handle_.get(), at)); }
    auto begin() const noexcept { return all().begin(); }
    auto end() const noexcept { return all().end(); }

private:
    using items = detail::range<decisions, decision_view, &decisions::operator[]>;
    items all() const noexcept { return items(*this, size()); }
    handle handle_;
};

/// A flag with which one thread stops the work of another; see leaver_cancel.
class cancel {
public:
    cancel()
        : handle_(detail::make<leaver_cancel, leaver_cancel_free>(
              [](leaver_cancel **out, leaver_error **err) { return leaver_cancel_new(out, err); }))
    {
    }
    void set() const noexcept { leaver_cancel_set(get()); }
    const leaver_cancel *get() const noexcept { return handle_.get(); }

private:
    detail::owned<leaver_cancel, leaver_cancel_free> handle_;
};

/// How long work is watched; see leaver_run_options.
struct run {
    const leaver::cancel *stop = nullptr;
    std::uint64_t deadline_ms = 0;
    /// Told how many users are done, of how many; false ends the work.
    std::function<bool(std::size_t, std::size_t)> progress;

    leaver_run_options options() const noexcept
    {
        leaver_run_options options = LEAVER_RUN_OPTIONS_INIT;
        options.cancel = stop != nullptr ? stop->get() : nullptr;
        options.deadline_ms = deadline_ms;
        if (progress) {
            options.progress = &run::tell;
            options.user_data = const_cast<run *>(this);
        }
        return options;
    }

private:
    static std::int32_t tell(void *given, std::size_t done, std::size_t total) noexcept
    {
        return static_cast<const run *>(given)->progress(done, total) ? 0 : 1;
    }
};

/// A step of a plan: what leaver.h tells of it, and where it stands.
struct step : leaver_step {
    std::size_t at = 0;
};

/// A plan; see leaver_plan.
class plan {
public:
    using handle = detail::owned<leaver_plan, leaver_plan_free>;
    explicit plan(handle given) noexcept : handle_(std::move(given)) {}

    std::string_view json() const noexcept { return view(leaver_plan_json(get())); }
    std::string_view digest() const noexcept { return view(leaver_plan_digest(get())); }
    std::string_view expires_at() const noexcept { return view(leaver_plan_expires_at(get())); }
    std::uint32_t approvals_needed() const noexcept { return leaver_plan_approvals_needed(get()); }

    /// The steps of an executor, in the order in which they are carried out.
    std::vector<step> steps(leaver_executor executor = LEAVER_EXECUTOR_NONE) const
    {
        std::vector<step> steps;
        step one;
        while ((one.at = leaver_plan_next(get(), one.at, executor, &one)) != 0)
            steps.push_back(one);
        return steps;
    }
    /// What the device management is to set; without secrets.
    std::string_view payload(const step &one, leaver_system system) const
    {
        leaver_str text;
        detail::call(
            [&](leaver_error **err) { return leaver_plan_payload(get(), one.at, system, &text, err); });
        return view(text);
    }
    /// The keys whose values the host adds.
    std::vector<std::string_view> supply(const step &one) const
    {
        std::vector<std::string_view> keys;
        for (std::size_t i = 0; i < one.supply_count; ++i)
            keys.push_back(view(leaver_plan_supply(get(), one.at, i)));
        return keys;
    }
    leaver_planned_user user(std::size_t at) const
    {
        leaver_planned_user one;
        detail::call([&](leaver_error **err) { return leaver_plan_user(get(), at, &one, err); });
        return one;
    }
    auto users() const noexcept
    {
        return detail::range<plan, leaver_planned_user, &plan::user>(*this, leaver_plan_user_count(get()));
    }
    const leaver_plan *get() const noexcept { return handle_.get(); }

private:
    handle handle_;
};

/// The text and the JSON of an explanation.
class explanation {
public:
    using handle = detail::owned<leaver_explanation, leaver_explanation_free>;
    explicit explanation(handle given) noexcept : handle_(std::move(given)) {}
    std::string_view text() const noexcept { return view(leaver_explanation_text(handle_.get())); }
    std::string_view json() const noexcept { return view(leaver_explanation_json(handle_.get())); }

private:
    handle handle_;
};

/// A user who is looked up once; see leaver_prepared.
class prepared {
public:
    using handle = detail::owned<leaver_prepared, leaver_prepared_free>;
    explicit prepared(handle given) noexcept : handle_(std::move(given)) {}

    leaver_verdict verdict() const
    {
        leaver_verdict verdict;
        detail::call([&](leaver_error **err) { return leaver_prepared_verdict(get(), &verdict, err); });
        return verdict;
    }
    leaver::decision decide() const
    {
        return leaver::decision(detail::make<leaver_decision, leaver_decision_free>(
            [&](leaver_decision **out, leaver_error **err) { return leaver_prepared_decide(get(), out, err); }));
    }
    leaver::explanation explain() const
    {
        return explained([&](leaver_explanation **out, leaver_error **err) {
            return leaver_prepared_explain(get(), out, err);
        });
    }
    leaver::explanation why_not(std::string_view rule) const
    {
        return explained([&](leaver_explanation **out, leaver_error **err) {
            return leaver_prepared_why_not(get(), str(rule), out, err);
        });
    }
    leaver::explanation counterfactuals() const
    {
        return explained([&](leaver_explanation **out, leaver_error **err) {
            return leaver_prepared_counterfactuals(get(), out, err);
        });
    }
    const leaver_prepared *get() const noexcept { return handle_.get(); }

private:
    template <typename Call>
    static leaver::explanation explained(Call &&work)
    {
        return leaver::explanation(detail::make<leaver_explanation, leaver_explanation_free>(work));
    }
    handle handle_;
};

/// What decisions rest on; see leaver_decider_options.
struct circumstances {
    std::string as_of, time_zone, edition;
    bool complete = false;
    const leaver::directory *directory = nullptr;
    std::uint64_t patience_ms = 0;
};

/// A policy as of an instant; see leaver_decider.
class decider {
public:
    decider(const policy &rules, const circumstances &now)
    {
        leaver_decider_options options = LEAVER_DECIDER_OPTIONS_INIT;
        options.as_of = str(now.as_of);
        options.time_zone = str(now.time_zone);
        options.edition = str(now.edition);
        options.complete = now.complete ? 1 : 0;
        options.directory = now.directory != nullptr ? now.directory->get() : nullptr;
        options.patience_ms = now.patience_ms;
        handle_ = detail::make<leaver_decider, leaver_decider_free>(
            [&](leaver_decider **out, leaver_error **err) {
                return leaver_decider_new(rules.get(), &options, out, err);
            });
    }
    /// The same as of another instant.
    decider at(std::string_view as_of) const
    {
        return decider(detail::make<leaver_decider, leaver_decider_free>(
            [&](leaver_decider **out, leaver_error **err) {
                return leaver_decider_at(get(), str(as_of), out, err);
            }));
    }

    leaver_verdict verdict(const user &who) const
    {
        leaver_verdict verdict;
        detail::call([&](leaver_error **err) { return leaver_decider_verdict(get(), who.get(), &verdict, err); });
        return verdict;
    }
    leaver::decision decide(const user &who) const
    {
        return decided([&](leaver_decision **out, leaver_error **err) {
            return leaver_decider_decide(get(), who.get(), out, err);
        });
    }
    leaver::decision decide_json(std::string_view json) const
    {
        return decided([&](leaver_decision **out, leaver_error **err) {
            return leaver_decider_decide_json(get(), str(json), out, err);
        });
    }
    leaver::decision decide_id(std::string_view id) const
    {
        return decided([&](leaver_decision **out, leaver_error **err) {
            return leaver_decider_decide_id(get(), str(id), out, err);
        });
    }
    leaver::decisions decide_all(const run &watch = {}) const
    {
        const leaver_run_options options = watch.options();
        return leaver::decisions(detail::make<leaver_decisions, leaver_decisions_free>(
            [&](leaver_decisions **out, leaver_error **err) {
                return leaver_decider_decide_all(get(), &options, out, err);
            }));
    }
    leaver::prepared prepare(const user &who) const
    {
        return leaver::prepared(detail::make<leaver_prepared, leaver_prepared_free>(
            [&](leaver_prepared **out, leaver_error **err) {
                return leaver_decider_prepare(get(), who.get(), out, err);
            }));
    }
    /// A plan for the whole directory.
    leaver::plan plan(const leaver_plan_options &options) const
    {
        return planned([&](leaver_plan **out, leaver_error **err) {
            return leaver_decider_plan(get(), &options, out, err);
        });
    }
    /// A plan for one user alone.
    leaver::plan plan(const user &who, const leaver_plan_options &options) const
    {
        return planned([&](leaver_plan **out, leaver_error **err) {
            return leaver_decider_plan_user(get(), who.get(), &options, out, err);
        });
    }
    const leaver_decider *get() const noexcept { return handle_.get(); }

private:
    using handle = detail::owned<leaver_decider, leaver_decider_free>;
    explicit decider(handle given) noexcept : handle_(std::move(given)) {}
    template <typename Call>
    static leaver::decision decided(Call &&work)
    {
        return leaver::decision(detail::make<leaver_decision, leaver_decision_free>(work));
    }
    template <typename Call>
    static leaver::plan planned(Call &&work)
    {
        return leaver::plan(detail::make<leaver_plan, leaver_plan_free>(work));
    }
    handle handle_;
};

static_assert(sizeof(policy) == sizeof(void *), "a handle is a pointer and nothing else");

} // namespace leaver

#endif // LEAVER_HPP
