#!/bin/sh
# Creates both databases, or upgrades them to this image's version. A second run changes nothing.
# The SQL_… variables in docker-compose.yml configure the connection.
set -eu

set_up() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
