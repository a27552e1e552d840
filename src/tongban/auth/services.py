"""What the rest of the kernel uses of authentication, under one name."""

from __future__ import annotations

from tongban.auth.accounts import (
    STATUSES,
    AccountFacts,
    disable,
    enable,
    find_account,
    list_accounts,
    set_password,
    unlock,
)
from tongban.auth.attempts import OUTCOME_TITLES, Limits, read_locks
from tongban.auth.credentials import Candidate, Examined, examine, look_up, plain_username
from tongban.auth.ending import end_all, end_one, end_others, sign_out
from tongban.auth.history import read_history
from tongban.auth.passwords import HashParameters, check_new_password, hash_password, make_password
from tongban.auth.signing_in import SignInResult, conclude, sign_in

__all__ = [
    "OUTCOME_TITLES",
    "STATUSES",
    "AccountFacts",
    "Candidate",
    "Examined",
    "HashParameters",
    "Limits",
    "SignInResult",
    "check_new_password",
    "conclude",
    "disable",
    "enable",
    "end_all",
    "end_one",
    "end_others",
    "examine",
    "find_account",
    "hash_password",
    "list_accounts",
    "look_up",
    "make_password",
    "plain_username",
    "read_history",
    "read_locks",
    "set_password",
    "sign_in",
    "sign_out",
    "unlock",
]
