#!/bin/sh
# Waits for the server, creates the namespace and adds the search attributes. It can run again: the settings of an
# existing namespace are not changed.
set -eu

until temporal operator cluster health; do sleep 1; done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"

add_attributes() {
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
    --name VerificationStatus --type Keyword --name Tenant --type Keyword --name Country --type Keyword \
    --name TextsSent --type Int
}

are_known() {
  temporal workflow count --namespace "$TEMPORAL_NAMESPACE" \
    --query "VerificationStatus = 'none' AND Tenant = 'none' AND Country = 'none' AND TextsSent = 0" >/dev/null
}

# A server knows a new namespace, and new attributes, only after some seconds. The service also works without the
# attributes: it must not wait for ever.
for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  if add_attributes && are_known; then exit 0; fi
  sleep 1
done
echo "The search attributes could not be added: see docs/finding-verifications.md" >&2
