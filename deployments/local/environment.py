"""The environment variables of each part of a local stack."""

from __future__ import annotations

import json
import os

from deployments.local.layout import StackLayout
from deployments.local.own_settings import of_part, read_own_settings
from deployments.local.postgres import service_url
from deployments.local.ray_cluster import ray_access
from deployments.local.secrets_store import StackSecrets
from deployments.shared.settings import OPERATOR, SERVICES

# Inherited by every child; nothing else of the caller's environment is.
_INHERITED = {
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "USER",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
}
_PREFIXES = ("OPENBLAS_", "OMP_", "NPM_", "NODE_", "SSL_")
_PATHS = {"search": "/ai"}


class StackEnvironment:
    """Builds environments from a layout and its secrets; a service gets its own secrets only."""

    def __init__(self, layout: StackLayout, secrets: StackSecrets) -> None:
        self._layout = layout
        self._secrets = secrets

    def base(self) -> dict[str, str]:
        """What any child needs to run at all."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name.upper() in _INHERITED or name.upper().startswith(_PREFIXES)
        }
        return inherited | {
            "PYTHONUNBUFFERED": "1",
            "MERCATO_STACK": self._layout.identity,
            "HF_HUB_OFFLINE": "1",
            "DO_NOT_TRACK": "1",
        }

    def platform(self) -> dict[str, str]:
        """Settings every part shares; no secret among them."""
        layout = self._layout
        urls = {
            f"MERCATO_{service.upper()}_URL": layout.api(_PATHS.get(service, f"/{service}"))
            for service in SERVICES
        }
        return urls | {
            "MERCATO_ENVIRONMENT": "development",
            "MERCATO_REDIS_URL": f"redis://127.0.0.1:{layout.ports.redis}/0",
            "MERCATO_STORE_URL": layout.store_url,
            "MERCATO_PUBLIC_API_URL": layout.api(),
            "MERCATO_ALLOWED_ORIGINS": f"{layout.store_url},http://localhost:{layout.ports.store}",
            "MERCATO_SERVICE_PUBLIC_KEYS": json.dumps(self._secrets.public_keys()),
            "MERCATO_SANDBOX_URL": layout.sandbox_url,
            "MERCATO_SMTP_URL": f"smtp://127.0.0.1:{layout.ports.smtp}",
            "MERCATO_LOG_FOLDER": str(layout.logs),
            **self._own(None),
        }

    def database(self, service: str) -> dict[str, str]:
        password = self._secrets.database_passwords[service]
        url = service_url(self._layout.ports.postgres, service, password)
        return {f"MERCATO_{service.upper()}_DATABASE_URL": url}

    def service(self, service: str) -> dict[str, str]:
        """What one service has of its own."""
        own = self.database(service)
        own[f"MERCATO_{service.upper()}_SERVICE_KEY"] = self._secrets.service_keys[service]
        own["MERCATO_METRICS_TOKEN"] = self._secrets.metrics_token
        own["MERCATO_PROXY_SECRET"] = self._secrets.proxy_secret
        return own | self._extra(service) | self._own(service)

    def _own(self, part: str | None) -> dict[str, str]:
        return of_part(read_own_settings(self._layout.data), part)

    def _extra(self, service: str) -> dict[str, str]:
        secrets = self._secrets
        match service:
            case "auth":
                return {
                    "MERCATO_AUTH_SIGNING_KEY": secrets.signing_key,
                    "MERCATO_AUTH_PEPPER": secrets.pepper,
                }
            case "products":
                return {
                    "MERCATO_PRODUCTS_STORAGE": "folder",
                    "MERCATO_PRODUCTS_MEDIA_FOLDER": str(self._layout.media),
                }
            case "cart":
                return {"MERCATO_CART_PSEUDONYM_SECRET": secrets.pseudonym_secret}
            case "payments":
                return {
                    "MERCATO_PAYMENTS_STRIPE_API_KEY": secrets.stripe_api_key,
                    "MERCATO_PAYMENTS_STRIPE_API_BASE": self._layout.sandbox_url,
                    "MERCATO_PAYMENTS_STRIPE_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
                }
            case _:
                return {}

    def sandbox(self) -> dict[str, str]:
        layout, secrets = self._layout, self._secrets
        return {
            "MERCATO_SANDBOX_PORT": str(layout.ports.sandbox),
            "MERCATO_SANDBOX_SMTP_PORT": str(layout.ports.smtp),
            "MERCATO_SANDBOX_DATA_FOLDER": str(layout.data / "sandbox"),
            "MERCATO_SANDBOX_API_KEY": secrets.stripe_api_key,
            "MERCATO_SANDBOX_PUBLISHABLE_KEY": secrets.stripe_publishable_key,
            "MERCATO_SANDBOX_WEBHOOK_URL": layout.api("/payments/webhook"),
            "MERCATO_SANDBOX_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
            "MERCATO_SANDBOX_STORE_ORIGIN": (
                f"{layout.store_url},http://localhost:{layout.ports.store}"
            ),
            **self._own("sandbox"),
        }

    def web(self) -> dict[str, str]:
        return {
            "MERCATO_PROXY_SECRET": self._secrets.proxy_secret,
            "MERCATO_WEBAPP_PORT": str(self._layout.ports.store),
            "MERCATO_WEBAPP_STRIPE_API_URL": self._layout.sandbox_url,
            "MERCATO_WEBAPP_STRIPE_PUBLISHABLE_KEY": self._secrets.stripe_publishable_key,
            **self._own("webapp"),
        }

    def operator(self) -> dict[str, str]:
        """For the command line and the pipelines: operator key, databases of batch jobs, Ray."""
        layout = self._layout
        return {
            "MERCATO_OPERATOR_KEY": self._secrets.service_keys[OPERATOR],
            "MERCATO_RAY_ADDRESS": f"127.0.0.1:{layout.ports.ray}",
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            **ray_access(self._secrets.ray_token),
            "MERCATO_LAKE_FOLDER": str(layout.lake),
            "MERCATO_CACHE_FOLDER": str(layout.cache),
            **self.database("analytics"),
            **self.database("search"),
        }
