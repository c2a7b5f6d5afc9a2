"""Five processes of two accounts on one profile, for two minutes: `python -m tests.bench.hands`."""

from __future__ import annotations

import sys

from tests.accounts import office_folder
from tests.e2e.five_processes import work_together


def main() -> int:
    seconds, documents = map(int, sys.argv[1:] or ("120", "4000"))
    with office_folder() as folder:
        told = work_together(folder, seconds, documents)
    print(f"documents {told.documents}, fetched anew at the end {told.fetched_anew}")
    print(f"approvals {dict(told.approvals)}, exported {told.exported}, twice {told.exported_twice}")
    print(f"commands by exit code {dict(told.codes)}")
    print(f"told that the buffer is held, or of a fault: {len(told.waited_in_vain)}")
    for text in told.waited_in_vain:
        print(text[-2000:])
    return bool(told.waited_in_vain or told.exported_twice or told.fetched_anew)


if __name__ == "__main__":
    sys.exit(main())
