#!/bin/sh
cat <<O
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
results:
- {severity: error, message: a Deployment has no owner}
- {severity: warning, message: a Service is old}
O
exit 1
