#!/bin/sh
# Becomes PgBouncer, with the configuration that is given. Its one user is written down first: PgBouncer reads users
# from a file only, and a password has no place in an image.
set -eu

quoted() {
    printf '"%s"' "$(printf %s "$1" | sed 's/"/""/g')"
}

users=$(sed -n 's/^auth_file *= *//p' "$1")
umask 077
printf '%s %s\n' "$(quoted "${POSTGRES_USER:?}")" "$(quoted "${POSTGRES_PASSWORD:?}")" >"$users"
exec pgbouncer "$1"
