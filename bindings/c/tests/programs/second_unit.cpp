// A second file of the program that includes the headers, twice.
#include "leaver.hpp"
#include "leaver.hpp"
#include "leaver.h"
#include "checks.h"

std::size_t second_unit();

std::size_t second_unit()
{
    return leaver::policy::compile("acme.rhai", POLICY, ATTRIBUTES).rules().size();
}
