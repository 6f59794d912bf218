"""The addresses of accounts, under `/<lang>/account/`. Names are those that django-allauth looks for, where it does."""

from django.urls import path

from members.views import factors, links, own, signing_in, signing_up

urlpatterns = [
    path("", own.overview, name="account"),
    path("sign-in/", signing_in.SignInView.as_view(), name="account_login"),
    path("sign-in/factor/", signing_in.FactorView.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", signing_in.PasskeyView.as_view(), name="mfa_login_webauthn"),
    path("sign-up/", signing_up.sign_up, name="account_signup"),
    path("reset/", signing_up.reset, name="account_reset_password"),
    path("link/<str:token>/", links.link, name="account_link"),
    path("profile/", own.profile, name="account_profile"),
    path("address/", own.address, name="account_address"),
    path("passphrase/", own.passphrase, name="account_passphrase"),
    path("sessions/", own.sessions, name="account_sessions"),
    path("activity/", own.activity, name="account_activity"),
    path("not-me/", own.not_me, name="account_not_me"),
    path("sign-out/", signing_in.sign_out, name="account_logout"),
    path("proof/", signing_in.ProofView.as_view(), name="account_reauthenticate"),
    path("proof/code/", signing_in.ProofByCodeView.as_view(), name="mfa_reauthenticate"),
    path("proof/passkey/", signing_in.ProofByPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("factors/", factors.factors, name="mfa_index"),
    path("factors/app/", factors.AddAppView.as_view(), name="mfa_activate_totp"),
    path("factors/app/remove/", factors.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("factors/passkeys/new/", factors.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", factors.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("factors/codes/", factors.recovery_codes, name="mfa_view_recovery_codes"),
]
