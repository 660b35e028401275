#!/bin/sh
# Makes both databases, or upgrades them to this image's version; run again, it changes nothing.
# The SQL_… variables of docker-compose.yml say where.
set -eu

set_up() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
