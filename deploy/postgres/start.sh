#!/bin/bash
# Before the image's own start: what `setup` made for it becomes its own. The key must belong to whom Postgres runs as, and the password
# gets here by a file, so that no `docker inspect` shows it.
set -euo pipefail
secrets=/var/lib/gantry/postgres
install -d -o postgres -g postgres -m 700 /run/gantry
install -o postgres -g postgres -m 600 "$secrets/tls.key" "$secrets/tls.crt" /run/gantry/
POSTGRES_PASSWORD=$(cat "$secrets/password")
export POSTGRES_PASSWORD
exec docker-entrypoint.sh "$@"
