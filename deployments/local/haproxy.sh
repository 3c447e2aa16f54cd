#!/bin/sh
# Runs HAProxy for Ray Serve with the edge rules of the local stack.
#
# Ray writes the configuration anew at every change and names this script as the binary. Its
# template binds metrics and statistics on all interfaces and passes on headers with which a
# client could steer Ray; both are put right here, before HAProxy reads the file.
set -eu
previous=""
for argument in "$@"; do
  if [ "$previous" = "-f" ]; then
    sed -i -E \
      -e 's/^( *bind) \*?:([0-9]+)/\1 127.0.0.1:\2/' \
      -e '/^frontend http_frontend/,/^ *bind/ s/^( *bind .*)$/\1\n    http-request del-header x-request-timeout-seconds\n    http-request del-header x-request-disconnect-disabled\n    http-request del-header serve_multiplexed_model_id/' \
      "$argument"
  fi
  previous="$argument"
done
exec "$MERCATO_HAPROXY_BINARY" "$@"
