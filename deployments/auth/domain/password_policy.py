"""Which new passwords are refused; length is checked by the request's schema."""

from __future__ import annotations

import unicodedata

from deployments.auth.domain.user import same_email
from deployments.shared.errors import Invalid

# Passwords of ten characters or more that every guesser tries first.
_WORDS = """
    0000000000 0123456789 0987654321 1111111111 1112223334 1122334455 1212121212 1234512345
    12345678910 1234567890 123456789a 123456789q 1234554321 1234567891 1231231231 123123123123
    1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 2222222222 5555555555 6666666666
    7777777777 8888888888 9876543210 987654321a 9999999999 a123456789 a1234567890 abcd123456
    abcde12345 abcdefghij abcdefghijk administrator asdfasdfasdf asdfghjkl1 asdfghjkl;
    asdfghjklq basketball changeme123 charlie123 football123 iloveyou12 iloveyou123
    iloveyou1234 iloveyousomuch letmein123 letmein1234 liverpool1 manchester master1234
    michelle123 mynameis123 p@ssw0rd123 p@ssword123 passw0rd123 password00 password01
    password10 password11 password12 password123 password1234 password12345 password123456
    password2024 password2025 password2026 passwordpassword princess12 princess123 q1w2e3r4t5
    q1w2e3r4t5y6 qazwsxedcrfv qwerty12345 qwerty123456 qwerty1234567890 qwertyqwerty
    qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] starwars123 sunshine12 sunshine123
    superman123 testtesttest unknownpassword welcome123 welcome1234 zaq12wsxcde3 zxcvbnm123
    zxcvbnmzxcvbnm
"""
_COMMON = frozenset(_WORDS.split())


def check_new_password(password: str, email: str) -> None:
    """Raises ``Invalid`` ``password_too_easy``."""
    normal = unicodedata.normalize("NFKC", password).casefold().strip()
    if same_email(password, email) or same_email(password, email.partition("@")[0]):
        raise Invalid("password_too_easy", "choose a password that is not the e-mail address")
    if normal in _COMMON:
        raise Invalid("password_too_easy", "this password is among the first guessed; take another")
