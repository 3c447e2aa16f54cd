"""Passwords and e-mail addresses over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, status

from deployments.auth.application.change_email import ChangeEmail
from deployments.auth.application.change_password import ChangePassword
from deployments.auth.application.forgot_password import ForgotPassword
from deployments.auth.application.reset_password import ResetPassword
from deployments.auth.application.send_verification import ResendVerification
from deployments.auth.application.verify_email import VerifyEmail
from deployments.auth.contract import (
    ChangeEmailRequest,
    ChangePasswordRequest,
    EmailVerified,
    ForgotPasswordRequest,
    ResetPasswordRequest,
    Tokens,
    VerifyEmailRequest,
)
from deployments.auth.presentation.views import tokens
from deployments.shared.authentication import CurrentUserId, OptionalPrincipal
from deployments.shared.rate_limit import rate_limit

router = APIRouter(tags=["password and e-mail"])


@router.post(
    "/password/forgot",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(rate_limit("10/minute", by="address"))],
)
async def forgot_password(body: ForgotPasswordRequest, request: Request) -> None:
    """Send a link to choose a new password, if there is such an account: the answer never tells."""
    use_case: ForgotPassword = request.app.state.forgot_password
    await use_case(body.email)


@router.post(
    "/password/reset",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(rate_limit("20/minute", by="address"))],
)
async def reset_password(body: ResetPasswordRequest, request: Request) -> None:
    """Choose a new password with the token of the mail. All devices are signed out."""
    use_case: ResetPassword = request.app.state.reset_password
    await use_case(body.token, body.password.get_secret_value())


@router.post("/password/change", dependencies=[Depends(rate_limit("20/minute"))])
async def change_password(
    body: ChangePasswordRequest, user_id: CurrentUserId, request: Request
) -> Tokens:
    """Change the own password. All other devices are signed out; this one goes on with the tokens
    of the answer. 403 `wrong_password` counts as a wrong guess at sign-in does."""
    use_case: ChangePassword = request.app.state.change_password
    current = body.current_password.get_secret_value()
    return tokens(await use_case(user_id, current, body.new_password.get_secret_value()))


@router.post("/email/verify", dependencies=[Depends(rate_limit("20/minute", by="address"))])
async def verify_email(
    body: VerifyEmailRequest, caller: OptionalPrincipal, request: Request
) -> EmailVerified:
    """Confirm an address with the token of the mail. Needs no sign-in, unless the address replaces
    another one (401 `sign_in_to_confirm`)."""
    use_case: VerifyEmail = request.app.state.verify_email
    return EmailVerified(email=await use_case(body.token, caller.user_id if caller else None))


@router.post(
    "/email/resend",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(rate_limit("10/minute"))],
)
async def resend_verification(user_id: CurrentUserId, request: Request) -> None:
    """Send the mail to confirm the address again; earlier links end. At most 5 an hour."""
    use_case: ResendVerification = request.app.state.resend_verification
    await use_case(user_id)


@router.post(
    "/me/email",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(rate_limit("10/minute"))],
)
async def change_email(body: ChangeEmailRequest, user_id: CurrentUserId, request: Request) -> None:
    """Ask to use another address. It is the account's once the link sent there is followed."""
    use_case: ChangeEmail = request.app.state.change_email
    await use_case(user_id, body.email, body.password.get_secret_value())
