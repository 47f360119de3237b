"""Writes the directory of a made-up company, for measuring: company.py USERS FOLDER.

Every user has a credential; there are a group of 200 for each 200 users and one list of everybody; a tenth
has left, one in fifty is held by law. The same arguments write the same bytes. `policy.rhai` in the folder
is a policy for it.
"""

import pathlib
import random
import sys

POLICY = '''//! A policy for measuring.

/// Nothing irreversible while legal holds the account.
fn legal_hold(user) { if user.legal_hold { forbid("revoke", "detach") } }

/// Staff lose the ID itself.
fn staff_leave(user) { if user.has_left && user.employment == "staff" { revoke() } }

/// Others keep their ID and lose our licence.
fn others_leave(user) { if user.has_left { detach() } }

/// Whoever leaves also leaves every group and list.
fn leave_groups(user) { if user.has_left { also(leave_groups_and_lists()) } }
'''


def main() -> None:
    users, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    seeded = random.Random(1)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def identifier(number: int) -> str:
        text = ""
        for _ in range(7):
            number, digit = divmod(number, len(letters))
            text = letters[digit] + text
        return "U" + text

    ids = [identifier(number) for number in range(users)]
    (folder / "policy.rhai").write_text(POLICY)
    (folder / "directory.toml").write_text(
        'taken_at = "2026-11-22T08:00:00Z"\ncomplete = true\n\n'
        '[subscription]\nid = "made-up"\nname = "Made-up AG"\nedition = "enterprise"\n'
        f'licences = {users + 1000}\ntime_zone = "Europe/Zurich"\n'
    )
    employments = ["staff", "staff", "staff", "contractor", "temporary", "partner"]
    departments = [f"department {number}" for number in range(20)]
    with open(folder / "users.csv", "w") as out:
        out.write("id,person,employment,last_day,last_seen,department,country,legal_hold,credential\n")
        for number, one in enumerate(ids):
            left = seeded.random() < 0.1
            last_day = f"2026-11-{seeded.randint(1, 20):02}" if left else ""
            out.write(
                f"{one},E{number},{seeded.choice(employments)},{last_day},2026-11-{seeded.randint(1, 21):02},"
                f"{seeded.choice(departments)},CH,{'true' if seeded.random() < 0.02 else ''},c{number}\n"
            )
    with open(folder / "credentials.csv", "w") as out:
        out.write("id,username,kind\n")
        out.writelines(f"c{number},user-{number},single\n" for number in range(users))
    groups = max(1, users // 200)
    with open(folder / "groups.csv", "w") as out:
        out.write("id,name,broadcast\n")
        out.writelines(f"g{number},Group {number},*MADEUPG\n" for number in range(groups))
    (folder / "lists.csv").write_text("id,name,broadcast\nl1,Everybody,*MADEUPG\n")
    with open(folder / "members.csv", "w") as out:
        out.write("container,id\n")
        out.writelines(f"g{number % groups},{one}\n" for number, one in enumerate(ids))
        out.writelines(f"l1,{one}\n" for one in ids)
    (folder / "administrators.csv").write_text("name,kind\nmia,full\n")
    limits = "".join(
        f"\n[{kind}]\nmax_count = {users}\nmax_percent = 100\nper_24h = {users}\n"
        for kind in ("reversible", "withdraw", "irreversible")
    )
    (folder / "guards.toml").write_text(f"approvals = 0\n{limits}")


main()
