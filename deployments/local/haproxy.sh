#!/bin/sh
# Runs HAProxy for Ray Serve with the edge rules of the local stack.
#
# Ray writes the configuration anew at every change and names this script as the binary. Before
# HAProxy reads the file this puts right what Ray's template does:
# - it binds metrics and statistics on all interfaces;
# - it shows all routes at /-/routes;
# - it passes on headers with which a client could steer Ray;
# - it answers 500 in plain text when no replica answers, where trying again helps: 503. The same
#   for Ray's own words, as text, when a queue is full (503) or a request took too long (408), and
#   for a service whose route a HAProxy that has just started does not know yet (404);
# - it hands a replica any number of requests: refusing costs the replica time that it has not got
#   when there is too much to do. Here HAProxy holds back what is over a replica's limit, and
#   refuses it after two seconds.
set -eu
services="auth products cart payments analytics ai"
below=$(printf ' /%s/' $services)
exactly=$(printf ' /%s' $services)
problem="content-type application/problem+json"
known="http-request return status 503 $problem file $MERCATO_HAPROXY_ANSWERS/unavailable.json \
hdr retry-after 1 if { path_beg$below } or { path$exactly }"
other="http-request return status 404 $problem file $MERCATO_HAPROXY_ANSWERS/not_found.json"
previous=""
for argument in "$@"; do
  if [ "$previous" = "-f" ]; then
    sed -i -E \
      -e "/^backend default_backend/,/http-request return/ s|^( *)http-request return .*|\\1$known\n\\1$other|" \
      -e "/ backup *\$/! s|^( *server [^ ]+ [^ ]+ check( observe .*)?)\$|\1 maxconn 100|" \
      -e "s|^( *)option redispatch 1\$|&\n\1timeout queue 2s|" \
      -e 's/^( *bind) \*?:([0-9]+)/\1 127.0.0.1:\2/' \
      -e "s|^( *errorfile 50[234]) .*|\1 $MERCATO_HAPROXY_ANSWERS/unavailable.http|" \
      -e "/^frontend http_frontend/,/^ *bind/ s|^( *bind .*)\$|\1\n\
    http-request deny deny_status 404 if { path_beg /-/ } !{ path /-/healthz }\n\
    http-request del-header x-request-timeout-seconds\n\
    http-request del-header x-request-disconnect-disabled\n\
    http-request del-header serve_multiplexed_model_id\n\
    http-response return status 503 $problem file $MERCATO_HAPROXY_ANSWERS/unavailable.json hdr retry-after 1 if { status 503 408 } { res.hdr(content-type) -m beg text/plain }|" \
      "$argument"
  fi
  previous="$argument"
done
exec "$MERCATO_HAPROXY_BINARY" "$@"
