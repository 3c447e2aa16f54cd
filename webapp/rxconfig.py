"""Configuration of the Reflex framework, which reads it from its working folder (this one)."""

import reflex as rx
from reflex_base.plugins.sitemap import SitemapPlugin

from webapp.build_plugins import PLACEHOLDER, Fonts, PortableAddresses
from webapp.settings import settings
from webapp.theme import TAILWIND

config = rx.Config(
    app_name="webapp",
    app_module_import="webapp.app",
    # The build must not know the port it will be served on.
    api_url=PLACEHOLDER,
    deploy_url=None,
    frontend_port=settings().port,
    backend_port=settings().port,
    backend_host=settings().host,
    telemetry_enabled=False,
    # Nobody else's page may ask; the websocket's origin is checked by webapp.delivery.
    cors_allowed_origins=(),
    state_manager_mode="memory",
    show_built_with_reflex=False,
    default_color_mode="light",
    react_strict_mode=False,
    frontend_lazy_bundled_libraries=True,
    frontend_compression_formats=["gzip"],
    plugins=[rx.plugins.TailwindV4Plugin(TAILWIND), PortableAddresses(), Fonts()],
    disable_plugins=[SitemapPlugin],
)
