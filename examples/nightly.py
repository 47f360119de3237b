"""What a company runs every night: decide about everybody, plan, and say who needs a person.

    python examples/nightly.py examples/acme/policy.rhai examples/acme --actor mia -o tonight.json

The plan goes to `leaver approve` and `leaver apply`. Ends with 0 if there is nothing to do for anybody, 1 if somebody must look, and 3 if the plan is
refused.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import leaver


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("policy", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--actor", required=True, help="the administrator who owns the plan")
    parser.add_argument("--as-of", type=datetime.fromisoformat, default=None, help="default: now")
    parser.add_argument("-o", "--output", type=Path, default=Path("plan.json"))
    arguments = parser.parse_args()
    as_of = arguments.as_of or datetime.now(UTC).replace(microsecond=0)

    try:
        directory = leaver.Directory.read(arguments.directory)
        policy = leaver.Policy.load(arguments.policy, directory=directory)
    except (leaver.DirectoryError, leaver.PolicyError) as error:
        for diagnostic in error.diagnostics:
            print(diagnostic, file=sys.stderr)
        return 1

    outcomes: Counter[str] = Counter()
    for decision in policy.decide_many(directory, as_of=as_of):
        outcomes[decision.outcome] += 1
        if decision.hold:
            print(f"look: {decision.user} ({decision.hold.code}): {decision.hold.message}")
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))

    guards = arguments.directory / "guards.toml"
    try:
        plan = policy.plan(directory, actor=arguments.actor, as_of=as_of, guards=guards if guards.is_file() else None)
    except leaver.PlanRefused as refused:
        for refusal in refused.refusals:
            print(f"refused [{refusal['code']}]: {refusal['message']}; {refusal['help']}", file=sys.stderr)
        return 3
    arguments.output.write_text(plan.to_json() + "\n")
    print(f"{len(plan)} steps, {plan.approvals_needed} approvals needed before {plan.expires_at:%d %B %H:%M}: {arguments.output}")
    return 1 if outcomes["hold"] else 0


if __name__ == "__main__":
    sys.exit(main())
