#!/bin/sh
# Waits for the server, then creates the namespace. An existing namespace is not changed.
set -eu

until temporal operator cluster health; do sleep 1; done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
