#!/bin/sh
# Waits for the server, then makes the namespace once. One that exists is left as its operator set it.
set -eu

until temporal operator cluster health; do sleep 1; done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
